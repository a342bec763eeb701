// Kernel fusion: a chain of element-wise kernels against one kernel that does the same.
//
// Mechanism. Each kernel of a chain reads an array and writes one, though what it calculates is next to
// nothing; the one kernel reads and writes once and keeps the values between in registers. Where arrays are
// large the chain costs its traffic, links times as much. Where they are small it costs its launches. Where
// they fit in L2 the traffic of all but the first link is cheaper.
//
// Every link is x -> 3 x + 1 on 32-bit words, so that chain and fused kernel have the same answer exactly.
//
// What can fool it. Only the bytes that must move count as bandwidth: each word once in, once out, however
// many links there are. The compiler makes one multiplication of the fused links; the arithmetic is not what
// is measured. An emulated device's model does not know what L2 still holds, and its arrays are small.

extern "C" __global__ void link(const unsigned* input, unsigned* output, unsigned number)
{
    const unsigned* from = number ? output : input;
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    output[i] = 3 * from[i] + 1;
}

extern "C" __global__ void fused(const unsigned* input, unsigned* output, unsigned links)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned value = input[i];
    for (unsigned number = 0; number < links; ++number)
        value = 3 * value + 1;
    output[i] = value;
}
