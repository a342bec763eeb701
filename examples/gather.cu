// Collect rows of a table that an index names: the addresses depend on data, so only running it shows the cost.

__global__ void gather(float* out, const float* table, const int* index, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        out[i] = table[index[i]];
}
