// Transposes and copies: padding, swizzles, vectors, asynchronous copies.
#include <cuda_pipeline.h>

extern "C" __global__ void transpose_naive(float *out, const float *in, int width, int height)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x < width && y < height) out[x * height + y] = in[y * width + x];
}

// Rows of eight threads each, four rounds, with a column of padding.
extern "C" __global__ void transpose_padded(float *out, const float *in, int width, int height)
{
    __shared__ float tile[32][33];
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8)
        if (x < width && y + j < height) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * width + x];
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x;
    y = blockIdx.x * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8)
        if (x < height && y + j < width) out[(y + j) * height + x] = tile[threadIdx.x][threadIdx.y + j];
}

template <typename T> __global__ void transpose_swizzled(T *out, const T *in, int n)
{
    __shared__ T tile[32 * 32];
    int x = threadIdx.x, y = threadIdx.y;
    tile[y * 32 + (x ^ y)] = in[(blockIdx.y * 32 + y) * n + blockIdx.x * 32 + x];
    __syncthreads();
    out[(blockIdx.x * 32 + y) * n + blockIdx.y * 32 + x] = tile[x * 32 + (x ^ y)];
}

template __global__ void transpose_swizzled<float>(float *, const float *, int);
template __global__ void transpose_swizzled<unsigned char>(unsigned char *, const unsigned char *, int);
template __global__ void transpose_swizzled<double2>(double2 *, const double2 *, int);

// 32x32 bits per warp: row in each lane, one ballot per column.
extern "C" __global__ void transpose_bits(unsigned *words)
{
    unsigned row = words[threadIdx.x], column = 0;
    for (int bit = 0; bit < 32; ++bit) {
        unsigned all = __ballot_sync(0xffffffff, row >> bit & 1);
        if (threadIdx.x == bit) column = all;
    }
    words[threadIdx.x] = column;
}

// 4x4 in registers by exchanges between lanes.
extern "C" __global__ void transpose_shuffle(int *data)
{
    int4 row = reinterpret_cast<int4 *>(data)[threadIdx.x];
    int lane = threadIdx.x & 3;
    if (lane & 1) row = make_int4(row.y, row.x, row.w, row.z);
    row.y = __shfl_xor_sync(~0u, row.y, 1, 4);
    row.w = __shfl_xor_sync(~0u, row.w, 1, 4);
    if (lane & 1) row = make_int4(row.y, row.x, row.w, row.z);
    if (lane & 2) row = make_int4(row.z, row.w, row.x, row.y);
    row.z = __shfl_xor_sync(~0u, row.z, 2, 4);
    row.w = __shfl_xor_sync(~0u, row.w, 2, 4);
    if (lane & 2) row = make_int4(row.z, row.w, row.x, row.y);
    reinterpret_cast<int4 *>(data)[threadIdx.x] = row;
}

extern "C" __global__ void copy_strided(uint4 *out, const uint4 *in, size_t n)
{
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += gridDim.x * (size_t)blockDim.x)
        __stcs(out + i, __ldcs(in + i));
}

#if __CUDA_ARCH__ >= 800
// Two tiles in flight: one is summed while the next is copied.
extern "C" __global__ void sum_double_buffered(float *out, const float *in, int tiles)
{
    __shared__ alignas(16) float buffer[2][128];
    int t = threadIdx.x;
    float sum = 0;
    auto fetch = [&](int tile) {
        if (t < 32) __pipeline_memcpy_async(&buffer[tile & 1][4 * t], in + tile * 128 + 4 * t, 16);
        __pipeline_commit();
    };
    fetch(0);
    for (int tile = 0; tile < tiles; ++tile) {
        if (tile + 1 < tiles) {
            fetch(tile + 1);
            __pipeline_wait_prior(1);
        } else
            __pipeline_wait_prior(0);
        __syncthreads();
        sum += buffer[tile & 1][127 - t];
        __syncthreads();
    }
    out[t] = sum;
}

// The copy fills with zeros what lies behind the end.
extern "C" __global__ void copy_zero_filled(float *out, const float *in, int n)
{
    __shared__ alignas(16) float tile[128];
    int i = 4 * threadIdx.x, valid = max(0, min(4, n - i));
    __pipeline_memcpy_async(tile + i, in + (valid ? i : 0), 16, 16 - 4 * valid);
    __pipeline_commit();
    __pipeline_wait_prior(0);
    __syncthreads();
    for (int k = threadIdx.x; k < 128; k += 32) out[k] = tile[k];
}
#endif

// Structures of arrays from arrays of structures, with a three-float element that does not align.
struct Point { float x, y, z; };

extern "C" __global__ void split_points(float *out, const Point *points, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    Point p = points[i];
    out[i] = p.x;
    out[n + i] = p.y;
    out[2 * n + i] = p.z;
}
