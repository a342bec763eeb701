// Reads of what nothing has written. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void accumulator_not_cleared(int* out, const int* in) {
    __shared__ int total;
    if (IF_FIXED(threadIdx.x == 0, false))
        total = 0;
    __syncthreads();
    atomicAdd(&total, in[threadIdx.x]);
    __syncthreads();
    if (threadIdx.x == 0)
        *out = total;
}

extern "C" __global__ void tile_partly_loaded(float* out, const float* in, int n) {
    __shared__ float tile[64];
    int t = threadIdx.x;
    if (t < n)
        tile[t] = in[t];
    else if (IF_FIXED(true, false))
        tile[t] = 0.0f;
    __syncthreads();
    out[t] = tile[63 - t];
}

extern "C" __global__ void adds_to_empty_buffer(float* out, const float* in) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    IF_FIXED(out[i] = in[i], out[i] += in[i]);
}

extern "C" __global__ void forgotten_last_element(int* out, const int* in, int n) {
    __shared__ int prefix[65];
    int t = threadIdx.x;
    prefix[t] = in[t];
    if (IF_FIXED(t == 0, false))
        prefix[n] = 0;
    __syncthreads();
    out[t] = prefix[t + 1] - prefix[t];
}

extern "C" __global__ void reads_fresh_allocation(int* out, int n) {
    int* own = static_cast<int*>(malloc(n * sizeof(int)));
    if (own == nullptr) return;
    for (int i = 0; i < IF_FIXED(n, n - 1); ++i)
        own[i] = i;
    int sum = 0;
    for (int i = 0; i < n; ++i)
        sum += own[i];
    out[threadIdx.x] = sum;
    free(own);
}

extern "C" __global__ void local_partly_set(int* out, const int* in) {
    int seen[32];
    for (int k = 0; k < 32; k += IF_FIXED(1, 2))
        seen[(k + in[0]) & 31] = k;
    out[threadIdx.x] = seen[in[threadIdx.x] & 31];
}
