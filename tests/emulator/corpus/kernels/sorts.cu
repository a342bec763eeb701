// Sorts, merges and histograms.

extern "C" __global__ void sort_bitonic(unsigned *keys, int n)
{
    extern __shared__ unsigned shared[];
    int t = threadIdx.x;
    shared[t] = keys[t];
    __syncthreads();
    for (int size = 2; size <= n; size <<= 1)
        for (int step = size >> 1; step > 0; step >>= 1) {
            int other = t ^ step;
            if (other > t) {
                bool up = (t & size) == 0;
                unsigned a = shared[t], b = shared[other];
                if ((a > b) == up) {
                    shared[t] = b;
                    shared[other] = a;
                }
            }
            __syncthreads();
        }
    keys[t] = shared[t];
}

extern "C" __global__ void sort_bitonic_warp(int *keys)
{
    int lane = threadIdx.x & 31, key = keys[threadIdx.x];
#pragma unroll
    for (int size = 2; size <= 32; size *= 2)
#pragma unroll
        for (int step = size / 2; step; step /= 2) {
            int other = __shfl_xor_sync(~0u, key, step);
            bool low = (lane & step) == 0, up = (lane & size) == 0;
            key = low == up ? min(key, other) : max(key, other);
        }
    keys[threadIdx.x] = key;
}

extern "C" __global__ void sort_odd_even(float *keys, int n)
{
    for (int round = 0; round < n; ++round) {
        int i = 2 * threadIdx.x + (round & 1);
        if (i + 1 < n && keys[i] > keys[i + 1]) {
            float swap = keys[i];
            keys[i] = keys[i + 1];
            keys[i + 1] = swap;
        }
        __syncthreads();
    }
}

// One warp, one bit a pass: zeros keep their order in front, ones behind them.
extern "C" __global__ void sort_radix(unsigned *keys)
{
    __shared__ unsigned shuffled[32];
    unsigned lane = threadIdx.x, key = keys[lane];
    for (int bit = 0; bit < 32; ++bit) {
        unsigned ones = __ballot_sync(0xffffffff, key >> bit & 1), before = ones & ((1u << lane) - 1);
        unsigned place = key >> bit & 1 ? 32 - __popc(ones) + __popc(before) : lane - __popc(before);
        shuffled[place] = key;
        __syncwarp();
        key = shuffled[lane];
        __syncwarp();
    }
    keys[lane] = key;
}

extern "C" __global__ void sort_rank(short *out, const short *in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x, rank = 0;
    if (i >= n) return;
    for (int j = 0; j < n; ++j) rank += in[j] < in[i] || (in[j] == in[i] && j < i);
    out[rank] = in[i];
}

// Each thread finds where its diagonal crosses the merge path, then merges `each` elements.
extern "C" __global__ void merge_path(long long *out, const long long *a, const long long *b, int na, int nb, int each)
{
    int diagonal = (blockIdx.x * blockDim.x + threadIdx.x) * each;
    if (diagonal >= na + nb) return;
    int low = max(0, diagonal - nb), high = min(diagonal, na);
    while (low < high) {
        int middle = (low + high) / 2;
        if (a[middle] <= b[diagonal - 1 - middle]) low = middle + 1;
        else high = middle;
    }
    int i = low, j = diagonal - low;
    for (int k = diagonal; k < min(diagonal + each, na + nb); ++k)
        out[k] = j >= nb || (i < na && a[i] <= b[j]) ? a[i++] : b[j++];
}

extern "C" __global__ void histogram_global(unsigned *bins, const unsigned char *data, int n)
{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&bins[data[i]], 1u);
}

extern "C" __global__ void histogram_shared(unsigned *bins, const unsigned char *data, int n)
{
    __shared__ unsigned local[256];
    for (int b = threadIdx.x; b < 256; b += blockDim.x) local[b] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd_block(local + data[i], 1);
    __syncthreads();
    for (int b = threadIdx.x; b < 256; b += blockDim.x)
        if (local[b]) atomicAdd(bins + b, local[b]);
}

// Four bins in one word per thread, byte by byte; a uchar4 load gives four samples.
extern "C" __global__ void histogram_private(unsigned *bins, const uchar4 *data, int n4)
{
    unsigned char mine[16] = {};
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n4; i += gridDim.x * blockDim.x) {
        uchar4 v = data[i];
        ++mine[v.x >> 4];
        ++mine[v.y >> 4];
        ++mine[v.z >> 4];
        ++mine[v.w >> 4];
    }
    for (int b = 0; b < 16; ++b) atomicAdd(bins + b, (unsigned)mine[b]);
}

extern "C" __global__ void histogram_match(unsigned *bins, const unsigned char *data, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned bin = i < n ? data[i] : 256;
    unsigned same = __match_any_sync(~0u, bin);
    if (bin < 256 && __ffs(same) - 1 == (threadIdx.x & 31)) atomicAdd(bins + bin, __popc(same));
}
