// Shared by program.cu: a kernel template and the check that every program has somewhere.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(call)                                                              \
    do {                                                                         \
        cudaError_t status = (call);                                             \
        if (status != cudaSuccess) {                                             \
            std::fprintf(stderr, "%s: %s\n", #call, cudaGetErrorString(status)); \
            std::exit(EXIT_FAILURE);                                             \
        }                                                                        \
    } while (0)

// Multiply `count` elements per thread by `factor`, a whole grid apart.
template <typename T, int count>
__global__ void scale(T* values, T factor, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll
    for (int k = 0; k < count; ++k, i += gridDim.x * blockDim.x)
        if (i < n)
            values[i] *= factor;
}
