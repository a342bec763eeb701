// Prefix sums and what is built on them, within a block or a warp.

extern "C" __global__ void scan_hillis_steele(int *out, const int *in, int n)
{
    extern __shared__ int buffer[];
    int t = threadIdx.x, from = 0, to = 1;
    buffer[t] = t < n ? in[t] : 0;
    __syncthreads();
    for (int offset = 1; offset < n; offset *= 2) {
        buffer[to * n + t] = buffer[from * n + t] + (t >= offset ? buffer[from * n + t - offset] : 0);
        to = 1 - to;
        from = 1 - to;
        __syncthreads();
    }
    out[t] = buffer[from * n + t];
}

#define BANK_PAD(i) ((i) + ((i) >> 5) * PADDING)

template <int PADDING> __global__ void scan_blelloch(int *out, const int *in, int n)
{
    extern __shared__ int tree[];
    int t = threadIdx.x, stride = 1;
    tree[BANK_PAD(2 * t)] = in[2 * t];
    tree[BANK_PAD(2 * t + 1)] = in[2 * t + 1];
    for (int active = n >> 1; active > 0; active >>= 1, stride *= 2) {
        __syncthreads();
        if (t < active) {
            int left = BANK_PAD(stride * (2 * t + 1) - 1), right = BANK_PAD(stride * (2 * t + 2) - 1);
            tree[right] += tree[left];
        }
    }
    if (t == 0) tree[BANK_PAD(n - 1)] = 0;
    for (int active = 1; active < n; active *= 2) {
        stride >>= 1;
        __syncthreads();
        if (t < active) {
            int left = BANK_PAD(stride * (2 * t + 1) - 1), right = BANK_PAD(stride * (2 * t + 2) - 1);
            int saved = tree[left];
            tree[left] = tree[right];
            tree[right] += saved;
        }
    }
    __syncthreads();
    out[2 * t] = tree[BANK_PAD(2 * t)];
    out[2 * t + 1] = tree[BANK_PAD(2 * t + 1)];
}

template __global__ void scan_blelloch<0>(int *, const int *, int);
template __global__ void scan_blelloch<1>(int *, const int *, int);

__device__ __forceinline__ int warp_inclusive(int value)
{
    int lane = threadIdx.x & 31;
    for (int offset = 1; offset < 32; offset <<= 1) {
        int below = __shfl_up_sync(~0u, value, offset);
        if (lane >= offset) value += below;
    }
    return value;
}

extern "C" __global__ void scan_warps(int *out, const int *in)
{
    __shared__ int of_warp[32];
    int t = threadIdx.x, lane = t & 31, warp = t >> 5;
    int value = warp_inclusive(in[t]);
    if (lane == 31) of_warp[warp] = value;
    __syncthreads();
    if (warp == 0) of_warp[lane] = warp_inclusive(lane < blockDim.x / 32 ? of_warp[lane] : 0);
    __syncthreads();
    out[t] = value + (warp ? of_warp[warp - 1] : 0);
}

// The same step with the predicate that shfl gives, as in hand-written PTX.
extern "C" __global__ void scan_predicate(int *out, const int *in)
{
    int t = threadIdx.x, value = in[t];
    for (int offset = 1; offset < 32; offset <<= 1)
        asm volatile("{ .reg .s32 below; .reg .pred inside;\n"
                     "  shfl.sync.up.b32 below|inside, %0, %1, 0, 0xffffffff;\n"
                     "  @inside add.s32 %0, %0, below; }" : "+r"(value) : "r"(offset));
    out[t] = value;
}

extern "C" __global__ void scan_segmented(int *out, const int *in, const unsigned char *heads)
{
    int t = threadIdx.x, lane = t & 31;
    unsigned starts = __ballot_sync(~0u, heads[t] != 0) | 1u;
    int first = 31 - __clz(starts & (~0u >> (31 - lane))), value = in[t];
    for (int offset = 1; offset < 32; offset <<= 1) {
        int below = __shfl_up_sync(~0u, value, offset);
        if (lane - offset >= first) value += below;
    }
    out[t] = value;
}

extern "C" __global__ void compact_ballot(int *out, int *count, const int *in, int n)
{
    __shared__ int base[33];
    int t = threadIdx.x, lane = t & 31, warp = t >> 5;
    bool keep = t < n && in[t] > 0;
    unsigned kept = __ballot_sync(~0u, keep);
    if (lane == 0) base[warp + 1] = __popc(kept);
    if (t == 0) base[0] = 0;
    __syncthreads();
    if (t == 0)
        for (int w = 0; w < blockDim.x / 32; ++w) base[w + 1] += base[w];
    __syncthreads();
    if (keep) out[base[warp] + __popc(kept & ((1u << lane) - 1))] = in[t];
    if (t == 0) *count = base[blockDim.x / 32];
}

// One atomic per warp for all of its lanes that are here together.
extern "C" __global__ void compact_aggregated(int *out, int *count, const int *in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n || in[i] <= 0) return;
    unsigned here = __activemask(), below;
    asm("mov.u32 %0, %%lanemask_lt;" : "=r"(below));
    int leader = __ffs(here) - 1, base = 0;
    if (__popc(here & below) == 0) base = atomicAdd(count, __popc(here));
    out[__shfl_sync(here, base, leader) + __popc(here & below)] = in[i];
}

// Blocks pass their sums along: each waits for the flag of the one before it.
__device__ volatile int running_sum[64];
__device__ volatile int ready[64];

extern "C" __global__ void scan_chained(int *out, const int *in)
{
    __shared__ int before;
    int t = threadIdx.x, b = blockIdx.x, i = b * 32 + t;
    int value = warp_inclusive(in[i]);
    if (t == 31) {
        if (b > 0)
            while (ready[b - 1] == 0) {}
        __threadfence();
        before = b ? running_sum[b - 1] : 0;
        running_sum[b] = before + value;
        __threadfence();
        ready[b] = 1;
    }
    __syncthreads();
    out[i] = before + value;
}
