// Sum the elements of `in` that belong to each block of 256 threads; one partial sum per block.

constexpr int THREADS = 256;

// Every second, then every fourth, ... thread adds: each warp stays busy with ever fewer of its lanes.
__global__ void reduce_interleaved(float* sums, const float* in)
{
    __shared__ float partial[THREADS];
    int t = threadIdx.x;
    partial[t] = in[blockIdx.x * THREADS + t];
    __syncthreads();
    for (int stride = 1; stride < THREADS; stride *= 2) {
        if (t % (2 * stride) == 0)
            partial[t] += partial[t + stride];
        __syncthreads();
    }
    if (t == 0)
        sums[blockIdx.x] = partial[0];
}

// The first half, then the first quarter, ... of the threads add: whole warps fall idle.
__global__ void reduce_sequential(float* sums, const float* in)
{
    __shared__ float partial[THREADS];
    int t = threadIdx.x;
    partial[t] = in[blockIdx.x * THREADS + t];
    __syncthreads();
    for (int stride = THREADS / 2; stride > 0; stride /= 2) {
        if (t < stride)
            partial[t] += partial[t + stride];
        __syncthreads();
    }
    if (t == 0)
        sums[blockIdx.x] = partial[0];
}
