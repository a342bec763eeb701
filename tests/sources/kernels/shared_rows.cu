// Shared-memory access patterns: what hardware counts for each is in test_counter_rows.py.

template <int multiplier, int divisor>
__global__ void load(int* out)
{
    __shared__ int words[1024];
    for (int i = threadIdx.x; i < 1024; i += 32)
        words[i] = i;
    __syncthreads();
    out[threadIdx.x] = words[multiplier * threadIdx.x / divisor];
}

// Threads write rows and read columns of a tile of `rows` x 32 words, `pad` words between the rows.
template <int rows, int pad>
__global__ void read_columns(int* out)
{
    __shared__ int tile[rows][32 + pad];
    int t = threadIdx.y * 32 + threadIdx.x;
    tile[threadIdx.y][threadIdx.x] = t;
    __syncthreads();
    out[t] = tile[t % rows][t / rows];
}
