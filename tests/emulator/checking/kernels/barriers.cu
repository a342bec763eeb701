// Barriers that not all threads reach alike. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void early_return(float* out, const float* in, int n) {
    __shared__ float tile[64];
    int t = threadIdx.x, i = blockIdx.x * 64 + t;
    if (IF_FIXED(false, i >= n)) return;
    tile[t] = i < n ? in[i] : 0.0f;
    __syncthreads();
    if (i < n)
        out[i] = tile[t ^ 1];
}

extern "C" __global__ void barrier_in_if(int* out, const int* in) {
    __shared__ int values[128];
    int t = threadIdx.x;
    values[t] = in[t];
    if (IF_FIXED(true, t < 64)) {
        __syncthreads();
    }
    out[t] = values[t];
}

extern "C" __global__ void barrier_in_both_branches(int* out, const int* in) {
    __shared__ int values[64];
    int t = threadIdx.x;
    values[t] = in[t];
    int found = 0;
    if (IF_FIXED(in[0] > 0, t % 4 == 0)) {
        __syncthreads();
        found = values[t] + 1;
    } else {
        values[t] = 2;
        __syncthreads();
        found = values[t] * 3;
    }
    out[t] = found;
}

extern "C" __global__ void loops_of_different_length(int* out, const int* in, int n) {
    __shared__ int sum;
    if (threadIdx.x == 0)
        sum = 0;
    __syncthreads();
    for (int start = IF_FIXED(0, threadIdx.x); start < n; start += 128) {
        int i = IF_FIXED(start + threadIdx.x, start);
        if (i < n)
            atomicAdd(&sum, in[i]);
        __syncthreads();
    }
    if (threadIdx.x == 0)
        *out = atomicAdd(&sum, 0);
}

extern "C" __global__ void named_barrier_count(int* out, const int* in) {
    __shared__ int values[128];
    int t = threadIdx.x;
    values[t] = in[t];
    if (t >= 64) {
        out[t] = values[t];
        return;
    }
    asm volatile("bar.sync 1, %0;" ::"n"(IF_FIXED(64, 96)) : "memory");
    out[t] = values[63 - t];
}

extern "C" __global__ void shuffle_in_divergent_code(int* out, const int* in) {
    int t = threadIdx.x, value = in[t];
    if (t % 32 < 16)
        value = __shfl_xor_sync(IF_FIXED(0x0000ffff, 0xffffffff), value, 1);
    __syncthreads();
    out[t] = value;
}
