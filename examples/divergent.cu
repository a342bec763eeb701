// Half of the numbers are refined as square roots, half as cube roots, by Newton's method.

__device__ float square_root(float a, int steps)
{
    float x = 1.0f;
    for (int i = 0; i < steps; ++i)
        x = 0.5f * (x + a / x);
    return x;
}

__device__ float cube_root(float a, int steps)
{
    float x = 1.0f;
    for (int i = 0; i < steps; ++i)
        x = (2.0f * x + a / (x * x)) * (1.0f / 3.0f);
    return x;
}

// Odd and even threads part: every warp runs both loops, half empty.
__global__ void roots_by_thread(float* out, const float* in, int steps)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (threadIdx.x % 2 == 0)
        out[i] = square_root(in[i], steps);
    else
        out[i] = cube_root(in[i], steps);
}

// Odd and even warps part: every warp runs one loop, full.
__global__ void roots_by_warp(float* out, const float* in, int steps)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (threadIdx.x / 32 % 2 == 0)
        out[i] = square_root(in[i], steps);
    else
        out[i] = cube_root(in[i], steps);
}
