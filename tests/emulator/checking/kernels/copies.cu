// Asynchronous copies that are not waited for. FIXED selects the corrected twins.
#include <cuda_pipeline.h>

#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void pipeline_one_group_behind(float* out, const float* in, int steps) {
    __shared__ float stage[4][64];
    int t = threadIdx.x;
    float sum = 0.0f;
    __pipeline_memcpy_async(&stage[0][t], &in[t], sizeof(float));
    __pipeline_commit();
    for (int step = 0; step < steps; ++step) {
        if (step + 1 < steps)
            __pipeline_memcpy_async(&stage[(step + 1) % 4][t], &in[(step + 1) * 64 + t], sizeof(float));
        __pipeline_commit();
        __pipeline_wait_prior(IF_FIXED(1, 2));
        __syncthreads();
        sum += stage[step % 4][63 - t];
        __syncthreads();
    }
    out[t] = sum;
}

extern "C" __global__ void copy_never_awaited(float* out, const float* in) {
    __shared__ float tile[64];
    int t = threadIdx.x;
    __pipeline_memcpy_async(&tile[t], &in[t], sizeof(float));
    __pipeline_commit();
    IF_FIXED(__pipeline_wait_prior(0), );
    __syncthreads();
    out[t] = tile[63 - t];
}
