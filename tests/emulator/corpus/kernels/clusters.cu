// Clusters of blocks that reach each other's shared memory.
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

extern "C" __global__ void __cluster_dims__(2, 1, 1) histogram(int* counts, const int* values, int n) {
    __shared__ int bins[32];
    cg::cluster_group cluster = cg::this_cluster();
    if (threadIdx.x < 32) bins[threadIdx.x] = 0;
    cluster.sync();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        int value = values[i] & 63;
        atomicAdd(cluster.map_shared_rank(bins, value >> 5) + (value & 31), 1);
    }
    cluster.sync();
    if (threadIdx.x < 32) atomicAdd(counts + 32 * cluster.block_rank() + threadIdx.x, bins[threadIdx.x]);
}

// Each block needs the two values next to its own: those of its neighbours in the cluster, or the ends.
extern "C" __global__ void __cluster_dims__(2, 1, 1) smooth(float* out, const float* in) {
    __shared__ float tile[128];
    cg::cluster_group cluster = cg::this_cluster();
    int t = threadIdx.x, last = blockDim.x - 1, i = blockIdx.x * blockDim.x + t;
    unsigned rank = cluster.block_rank();
    tile[t] = in[i];
    cluster.sync();
    float left = t > 0 ? tile[t - 1] : rank > 0 ? cluster.map_shared_rank(tile, rank - 1)[last] : 0.0f;
    float right = t < last ? tile[t + 1]
                : rank + 1 < cluster.num_blocks() ? *cluster.map_shared_rank(tile, rank + 1) : 0.0f;
    out[i] = 0.25f * left + 0.5f * tile[t] + 0.25f * right;
    cluster.sync();
}

// The sum of a row of 2 blocks' values, by arriving early and waiting late.
extern "C" __global__ void __cluster_dims__(2, 1, 1) row_sums(unsigned* out, const unsigned* in) {
    __shared__ unsigned sum;
    cg::cluster_group cluster = cg::this_cluster();
    if (threadIdx.x == 0) sum = 0;
    auto token = cluster.barrier_arrive();
    unsigned value = in[blockIdx.x * blockDim.x + threadIdx.x];
    for (int step = 16; step > 0; step >>= 1) value += __shfl_xor_sync(~0u, value, step);
    cluster.barrier_wait(std::move(token));
    if (threadIdx.x % 32 == 0) atomicAdd(cluster.map_shared_rank(&sum, 0), value);
    cluster.sync();
    if (cluster.block_rank() == 0 && threadIdx.x == 0) out[blockIdx.x / 2] = sum;
}

// Each thread sends a word to the other block, whose mbarrier hears of the bytes.
extern "C" __global__ void __cluster_dims__(2, 1, 1) exchange(unsigned long long* data) {
    __shared__ alignas(16) unsigned long long words[128];
    __shared__ alignas(8) unsigned long long bar;
    cg::cluster_group cluster = cg::this_cluster();
    unsigned here = (unsigned)__cvta_generic_to_shared(&bar), other = cluster.block_rank() ^ 1, there, goal;
    unsigned word = (unsigned)__cvta_generic_to_shared(words + threadIdx.x);
    unsigned long long* mine = data + blockIdx.x * blockDim.x + threadIdx.x;
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(here));
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(here), "r"(8 * blockDim.x));
    }
    cluster.sync();
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(here), "r"(other));
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(goal) : "r"(word), "r"(other));
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.u64 [%0], %1, [%2];"
                 ::"r"(goal), "l"(*mine), "r"(there) : "memory");
    asm volatile("{ .reg .pred done;\n"
                 "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], 0;\n"
                 "@!done bra again; }" ::"r"(here) : "memory");
    *mine = words[threadIdx.x];
    cluster.sync();
}

// One block fetches a tile for both.
extern "C" __global__ void __cluster_dims__(2, 1, 1) multicast(float* out, const float* in) {
    __shared__ alignas(128) float tile[64];
    __shared__ alignas(8) unsigned long long bar;
    cg::cluster_group cluster = cg::this_cluster();
    unsigned here = (unsigned)__cvta_generic_to_shared(&bar), to = (unsigned)__cvta_generic_to_shared(tile);
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(here));
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], 256;" ::"r"(here));
    }
    cluster.sync();
    if (threadIdx.x == 0 && cluster.block_rank() == 0)
        asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster "
                     "[%0], [%1], 256, [%2], %3;"
                     ::"r"(to), "l"(in + 64 * (blockIdx.x / 2)), "r"(here), "h"((short)3) : "memory");
    asm volatile("{ .reg .pred done;\n"
                 "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], 0;\n"
                 "@!done bra again; }" ::"r"(here) : "memory");
    for (int i = threadIdx.x; i < 64; i += blockDim.x) out[64 * blockIdx.x + i] = tile[i] * (blockIdx.x + 1);
    cluster.sync();
}
