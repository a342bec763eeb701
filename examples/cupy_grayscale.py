"""Colours to grey with a CuPy RawKernel: three bytes a pixel, read one by one."""

import cupy

grayscale = cupy.RawKernel(
    r"""
extern "C" __global__ void grayscale(unsigned char* grey, const unsigned char* pixels, int count)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) {
        const unsigned char* pixel = pixels + 3 * i;
        grey[i] = static_cast<unsigned char>(0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]);
    }
}
""",
    "grayscale",
)
