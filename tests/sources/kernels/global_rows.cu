// One warp, one access pattern per kernel: what hardware counts for each is in test_counter_rows.py.

template <int stride, int offset>
__global__ void load(float* out, const float* in)
{
    out[threadIdx.x] = in[stride * threadIdx.x + offset];
}

struct Pair {
    float x, y;
};

__global__ void load_field(float* out, const Pair* pairs)
{
    out[threadIdx.x] = pairs[threadIdx.x].y;
}

// Each warp of 32 stores one column of a row-major matrix.
__global__ void store_column(float* out, const float* in, int pitch)
{
    out[threadIdx.x * pitch] = in[threadIdx.x];
}

__global__ void add_all_lanes(float* sum, const float* in)
{
    atomicAdd(sum, in[threadIdx.x]);
}

__global__ void add_one_lane(float* sum, const float* in)
{
    __shared__ float partial[32];
    partial[threadIdx.x] = in[threadIdx.x];
    for (int half = 16; half > 0; half /= 2) {
        __syncwarp();
        if (threadIdx.x < half)
            partial[threadIdx.x] += partial[threadIdx.x + half];
    }
    if (threadIdx.x == 0)
        atomicAdd(sum, partial[0]);
}

__global__ void copy(float* out, const float* in, int n)
{
    int i = (blockIdx.y * blockDim.y + threadIdx.y) * n + blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = in[i];
}

// In place, in global memory: neighbouring pairs, then pairs of pairs, and so on.
__global__ void reduce_neighbours(int* values, int* sums)
{
    unsigned int t = threadIdx.x;
    int* mine = values + blockIdx.x * blockDim.x;
    for (unsigned int stride = 1; stride < blockDim.x; stride *= 2) {
        if (t % (2 * stride) == 0)
            mine[t] += mine[t + stride];
        __syncthreads();
    }
    if (t == 0)
        sums[blockIdx.x] = mine[0];
}
