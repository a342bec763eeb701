// Races on shared memory between barriers. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif
#define SYNC_IF_FIXED IF_FIXED(__syncthreads(), )

extern "C" __global__ void reduction(float* out, const float* in) {
    __shared__ float sums[256];
    int t = threadIdx.x;
    sums[t] = in[blockIdx.x * 256 + t];
    __syncthreads();
    for (int half = 128; half > 0; half /= 2) {
        if (t < half)
            sums[t] += sums[t + half];
        SYNC_IF_FIXED;
    }
    if (t == 0)
        out[blockIdx.x] = sums[0];
}

extern "C" __global__ void transpose_tile(float* out, const float* in, int n) {
    __shared__ float tile[16][17];
    int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 16 + threadIdx.y;
    tile[threadIdx.y][threadIdx.x] = in[y * n + x];
    SYNC_IF_FIXED;
    out[(blockIdx.x * 16 + threadIdx.y) * n + blockIdx.y * 16 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];
}

extern "C" __global__ void tile_overwritten_too_soon(float* out, const float* a, const float* x, int n) {
    __shared__ float part[64];
    int row = blockIdx.x * 64 + threadIdx.x;
    float sum = 0.0f;
    for (int start = 0; start < n; start += 64) {
        part[threadIdx.x] = x[start + threadIdx.x];
        __syncthreads();
        for (int k = 0; k < 64; ++k)
            sum += a[row * n + start + k] * part[k];
        SYNC_IF_FIXED;
    }
    out[row] = sum;
}

extern "C" __global__ void histogram_without_atomics(int* out, const unsigned char* in) {
    __shared__ int bins[16];
    if (threadIdx.x < 16)
        bins[threadIdx.x] = 0;
    __syncthreads();
    int bin = in[threadIdx.x] & 15;
    IF_FIXED(atomicAdd(&bins[bin], 1), bins[bin] += 1);
    __syncthreads();
    if (threadIdx.x < 16)
        out[threadIdx.x] = bins[threadIdx.x];
}

extern "C" __global__ void double_buffer_without_barrier(float* out, const float* in, int steps) {
    __shared__ float buffer[2][128];
    int t = threadIdx.x;
    buffer[0][t] = in[t];
    __syncthreads();
    for (int step = 0; step < steps; ++step) {
        float* from = buffer[step & 1];
        float* to = buffer[1 - (step & 1)];
        to[t] = 0.5f * (from[t] + from[(t + 64) % 128]);
        SYNC_IF_FIXED;
    }
    out[t] = buffer[steps & 1][t];
}

extern "C" __global__ void scan_in_place(int* out, const int* in) {
    __shared__ int sums[128];
    int t = threadIdx.x;
    sums[t] = in[t];
    __syncthreads();
    for (int distance = 1; distance < 128; distance *= 2) {
        int before = 0;
        if (t >= distance)
            before = sums[t - distance];
        SYNC_IF_FIXED;
        sums[t] += before;
        __syncthreads();
    }
    out[t] = sums[t];
}

extern "C" __global__ void broadcast_without_barrier(int* out, const int* in) {
    __shared__ int chosen;
    int t = threadIdx.x;
    if (t == 40)
        chosen = in[t];
    SYNC_IF_FIXED;
    out[t] = chosen;
}

extern "C" __global__ void counter_read_too_soon(int* out, const int* in) {
    __shared__ int count;
    if (threadIdx.x == 0)
        count = 0;
    __syncthreads();
    if (in[threadIdx.x] > 0)
        atomicAdd(&count, 1);
    SYNC_IF_FIXED;
    out[threadIdx.x] = count;
}

extern "C" __global__ void threads_share_a_byte(unsigned char* out, const unsigned char* in) {
    __shared__ unsigned char flags[64];
    int t = threadIdx.x;
    flags[IF_FIXED(t, t / 2)] = in[t];
    __syncthreads();
    out[t] = flags[t / 2];
}

extern "C" __global__ void global_histogram_without_atomics(int* bins, const unsigned char* in) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int bin = in[i] % 24;
    IF_FIXED(atomicAdd(&bins[bin], i), bins[bin] += i);
}
