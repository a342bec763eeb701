// Exchanges within a warp that nothing orders. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif
#define SYNC_IF_FIXED IF_FIXED(__syncwarp(), )

extern "C" __global__ void warp_synchronous_reduction(float* out, const float* in) {
    __shared__ volatile float sums[64];
    int t = threadIdx.x;
    sums[t] = in[t];
    __syncthreads();
    if (t < 32)
        for (int half = 32; half > 0; half /= 2) {
            float sum = sums[t] + sums[t + half]; SYNC_IF_FIXED; sums[t] = sum; SYNC_IF_FIXED;
        }
    if (t == 0)
        *out = sums[0];
}

extern "C" __global__ void neighbour_exchange(int* out, const int* in) {
    __shared__ int values[128];
    int t = threadIdx.x;
    values[t] = in[t];
    SYNC_IF_FIXED;
    out[t] = values[t ^ 1];
}

extern "C" __global__ void leader_tells_warp(int* out, const int* in) {
    __shared__ int base[4];
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    if (lane == 0)
        base[warp] = in[warp];
    SYNC_IF_FIXED;
    out[threadIdx.x] = base[warp] + lane;
}

extern "C" __global__ void warp_transpose(int* out, const int* in) {
    __shared__ int tile[32 * 33];
    int lane = threadIdx.x;
    for (int row = 0; row < 32; ++row)
        tile[row * 33 + lane] = in[row * 32 + lane];
    SYNC_IF_FIXED;
    for (int row = 0; row < 32; ++row)
        out[row * 32 + lane] = tile[lane * 33 + row];
}
