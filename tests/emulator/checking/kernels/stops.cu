// Kernels that stop themselves. FIXED selects the corrected twins.
#include <cassert>

#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void assertion(int* out, const int* in) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int value = in[i];
    assert(value < IF_FIXED(128, 100));
    out[i] = 2 * value;
}

extern "C" __global__ void trap(int* out, const int* in) {
    int value = in[threadIdx.x];
    if (value > IF_FIXED(63, 62))
        __trap();
    out[threadIdx.x] = value;
}
