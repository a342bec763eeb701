// Accesses out of bounds and off alignment. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void guard_off_by_one(float* x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (IF_FIXED(i < n, i <= n))
        x[i] *= 2.0f;
}

extern "C" __global__ void unrolled_past_end(float* out, const float* in, int n) {
    for (int i = 4 * (blockIdx.x * blockDim.x + threadIdx.x); i < n; i += 4 * gridDim.x * blockDim.x) {
        float sum = 0.0f;
        for (int k = 0; k < 4; ++k)
            if (IF_FIXED(i + k < n, true))
                sum += in[i + k];
        out[i / 4] = sum;
    }
}

extern "C" __global__ void halo_without_edge(float* out, const float* in, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n - 1) return;
    float left = 0.0f;
    if (IF_FIXED(i > 0, true))
        left = in[i - 1];
    out[i] = left + in[i + 1];
}

extern "C" __global__ void tile_off_by_one(float* out, const float* in) {
    __shared__ float tile[IF_FIXED(34, 33)];
    __shared__ float weights[32];
    int t = threadIdx.x;
    weights[t] = 1.0f / (t + 1);
    tile[t + 1] = in[t];
    if (t == 0)
        tile[0] = 0.0f;
    if (t == 31)
        tile[t + 2] = 0.0f;
    __syncthreads();
    out[t] = weights[t] * (tile[t] + tile[t + 1]);
}

extern "C" __global__ void wrong_pitch(float* out, const float* in, int width, int height) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x < width && y < height)
        out[y * IF_FIXED(width, (width + 8)) + x] = in[y * width + x];
}

extern "C" __global__ void into_next_buffer(float* out, const float* in, int pitch, const float*) {
    int t = threadIdx.x;
    out[t] = in[IF_FIXED(t, t * pitch)];
}

extern "C" __global__ void local_array_too_small(int* out, const int* in) {
    int counts[IF_FIXED(16, 8)];
    for (int k = 0; k < IF_FIXED(16, 8); ++k)
        counts[k] = k;
    counts[in[threadIdx.x]] += 1;
    out[threadIdx.x] = counts[in[threadIdx.x] / 2];
}

extern "C" __global__ void dynamic_shared_too_small(float* out, const float* in) {
    extern __shared__ float buffer[];
    int t = threadIdx.x;
    buffer[t] = in[t];
    if (IF_FIXED(false, true))
        buffer[t + blockDim.x] = in[t];
    __syncthreads();
    out[t] = buffer[blockDim.x - 1 - t];
}

__device__ float table[16];

extern "C" __global__ void past_module_table(float* out, const int* in) {
    int i = in[threadIdx.x];
    out[threadIdx.x] = table[IF_FIXED(i & 15, i)];
}

extern "C" __global__ void misaligned_vector(float4* out, const float* in) {
    const float4* vectors = reinterpret_cast<const float4*>(in + IF_FIXED(4, 1));
    out[threadIdx.x] = vectors[threadIdx.x];
}

extern "C" __global__ void misaligned_in_shared(double* out, const double* in) {
    __shared__ __align__(8) unsigned char bytes[32 * 16];
    int t = threadIdx.x, record = t * IF_FIXED(16, 12);
    *reinterpret_cast<double*>(bytes + record) = in[t];
    __syncthreads();
    out[t] = IF_FIXED(*reinterpret_cast<double*>(bytes + record), in[t]);
}
