// An ordinary CUDA program, analysed as it is: host code, standard headers, its own header, a kernel template.

#include <cstdio>
#include <vector>

#include "program.cuh"

namespace filters {

// Replace each element by the difference to its predecessor.
__global__ void differences(float* out, const float* in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        out[i] = i == 0 ? in[0] : in[i] - in[i - 1];
}

}  // namespace filters

int main()
{
    constexpr int n = 1 << 20;
    std::vector<float> host(n, 1.0f);
    float* in = nullptr;
    float* out = nullptr;
    CHECK(cudaMalloc(&in, n * sizeof(float)));
    CHECK(cudaMalloc(&out, n * sizeof(float)));
    CHECK(cudaMemcpy(in, host.data(), n * sizeof(float), cudaMemcpyHostToDevice));

    scale<float, 4><<<n / 4 / 256, 256>>>(in, 2.0f, n);
    CHECK(cudaGetLastError());
    filters::differences<<<n / 256, 256>>>(out, in, n);
    CHECK(cudaGetLastError());

    CHECK(cudaMemcpy(host.data(), out, n * sizeof(float), cudaMemcpyDeviceToHost));
    std::printf("first %g, last %g\n", host.front(), host.back());
    CHECK(cudaFree(in));
    CHECK(cudaFree(out));
    return 0;
}
