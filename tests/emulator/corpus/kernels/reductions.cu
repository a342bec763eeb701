// Sums, extremes and dot products in the ways people write them.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

namespace cg = cooperative_groups;

extern "C" __global__ void sum_atomic(int *total, const int *values, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) atomicAdd(total, values[i]);
}

extern "C" __global__ void sum_interleaved(int *total, const int *values, int n)
{
    __shared__ int partial[256];
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    partial[t] = i < n ? values[i] : 0;
    __syncthreads();
    for (int step = 1; step < blockDim.x; step *= 2) {
        if (t % (2 * step) == 0) partial[t] += partial[t + step];
        __syncthreads();
    }
    if (t == 0) atomicAdd(total, partial[0]);
}

template <int THREADS> __device__ void finish_warp(volatile int *partial, int t)
{
    if (THREADS >= 64) partial[t] += partial[t + 32];
    if (THREADS >= 32) partial[t] += partial[t + 16];
    partial[t] += partial[t + 8];
    partial[t] += partial[t + 4];
    partial[t] += partial[t + 2];
    partial[t] += partial[t + 1];
}

extern "C" __global__ void sum_unrolled(int *total, const int *values, int n)
{
    extern __shared__ int dynamic[];
    int t = threadIdx.x, sum = 0;
    for (int i = blockIdx.x * blockDim.x + t; i < n; i += gridDim.x * blockDim.x) sum += values[i];
    dynamic[t] = sum;
    __syncthreads();
    for (int step = blockDim.x / 2; step > 32; step >>= 1) {
        if (t < step) dynamic[t] += dynamic[t + step];
        __syncthreads();
    }
    if (t < 32) finish_warp<64>(dynamic, t);
    if (t == 0) atomicAdd(total, dynamic[0]);
}

__inline__ __device__ int warp_sum(int value)
{
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) value += __shfl_down_sync(0xffffffffu, value, offset);
    return value;
}

extern "C" __global__ void sum_shuffle(int *total, const int *values, int n)
{
    static __shared__ int of_warp[32];
    int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize, sum = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) sum += values[i];
    sum = warp_sum(sum);
    if (lane == 0) of_warp[warp] = sum;
    __syncthreads();
    sum = threadIdx.x < blockDim.x / warpSize ? of_warp[lane] : 0;
    if (warp == 0) sum = warp_sum(sum);
    if (threadIdx.x == 0) atomicAdd(total, sum);
}

extern "C" __global__ void sum_cooperative(int *total, const int *values, int n)
{
    cg::thread_block block = cg::this_thread_block();
    auto tile = cg::tiled_partition<16>(block);
    int i = block.group_index().x * block.size() + block.thread_rank();
    int sum = cg::reduce(tile, i < n ? values[i] : 0, cg::plus<int>());
    if (tile.thread_rank() == 0) atomicAdd(total, sum);
}

extern "C" __global__ void sum_coalesced_group(int *total, const int *values, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    auto group = cg::coalesced_threads();
    int sum = 0;
    for (unsigned rank = 0; rank < group.size(); ++rank) sum += group.shfl(values[i], rank);
    if (group.thread_rank() == 0) atomicAdd(total, sum);
}

#if __CUDA_ARCH__ >= 800
extern "C" __global__ void sum_redux(int *total, const int *values, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int sum = __reduce_add_sync(~0u, i < n ? values[i] : 0);
    if ((threadIdx.x & 31) == 0) atomicAdd(total, sum);
}
#endif

__device__ int partial_sums[64];
__device__ unsigned finished;

extern "C" __global__ void sum_last_block(int *total, const int *values, int n)
{
    __shared__ bool last;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int sum = warp_sum(i < n ? values[i] : 0);
    if (threadIdx.x == 0) {
        partial_sums[blockIdx.x] = sum;
        __threadfence();
        last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (!last) return;
    volatile int *partial = partial_sums;
    int all = 0;
    for (int b = threadIdx.x; b < gridDim.x; b += 32) all += partial[b];
    all = warp_sum(all);
    if (threadIdx.x == 0) *total = all;
}

extern "C" __global__ void dot_double(double *total, const double *a, const double *b, int n)
{
    double sum = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) sum += a[i] * b[i];
    for (int offset = 16; offset; offset >>= 1) sum += __shfl_xor_sync(~0u, sum, offset);
    if (threadIdx.x % 32 == 0) atomicAdd(total, sum);
}

extern "C" __global__ void argmin(unsigned long long *best, const float *values, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned bits = __float_as_uint(values[i]);
    bits ^= bits >> 31 ? 0xffffffffu : 0x80000000u;
    atomicMin(best, (unsigned long long)bits << 32 | i);
}

__device__ float atomic_max_float(float *address, float value)
{
    int *as_int = (int *)address, old = *as_int, assumed;
    do {
        assumed = old;
        old = atomicCAS(as_int, assumed, __float_as_int(fmaxf(value, __int_as_float(assumed))));
    } while (assumed != old);
    return __int_as_float(old);
}

extern "C" __global__ void maximum_cas(float *best, const float *values, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) atomic_max_float(best, values[i]);
}

extern "C" __global__ void reverse_tiles(int *data)
{
    extern __shared__ int tile[];
    cg::thread_block block = cg::this_thread_block();
    cg::thread_block_tile<8> eight = cg::tiled_partition<8>(block);
    tile[block.thread_rank()] = data[block.group_index().x * block.size() + block.thread_rank()];
    block.sync();
    int sum = eight.shfl(tile[block.thread_rank()], 7 - eight.thread_rank());
    bool every = eight.all(sum > 0), some = eight.any(sum > 0);
    data[block.group_index().x * block.size() + block.thread_rank()] = 4 * sum + 2 * every + some;
}
