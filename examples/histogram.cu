// Count how often each byte value occurs.

constexpr int BINS = 256;

// Every byte is an atomic addition in global memory.
__global__ void histogram_global(unsigned int* bins, const unsigned char* bytes, int n)
{
    int stride = gridDim.x * blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        atomicAdd(&bins[bytes[i]], 1u);
}

// Each block counts in shared memory and adds its 256 sums to global memory once.
__global__ void histogram_shared(unsigned int* bins, const unsigned char* bytes, int n)
{
    __shared__ unsigned int local[BINS];
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x)
        local[bin] = 0;
    __syncthreads();
    int stride = gridDim.x * blockDim.x;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
        atomicAdd(&local[bytes[i]], 1u);
    __syncthreads();
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x)
        atomicAdd(&bins[bin], local[bin]);
}
