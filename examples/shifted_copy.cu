// Copy n floats from a source that starts one element late: each warp's loads straddle one sector more.

__global__ void shifted_copy(float* out, const float* in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        out[i] = in[i + 1];
}
