// Zero copy: a kernel that reads or writes the host's pinned memory itself, without a copy.
//
// Mechanism. The GPU reaches pinned memory of the host at its own address, over the link. Each access of a
// warp becomes packets of the link; nothing of it is kept on the device but for the caches. Data that is used
// once saves a pass over DRAM and a copy; data that is used again crosses the link again.
//
//   in_place       the kernel reads the host's memory, `passes` times
//   copied_first   the same, after a copy to the device
//   written        the kernel writes to the host's memory
//
// What can fool it. An array that fits in L2 may be read from there the second time; the array is four times
// L2. Fewer than 128 bytes per warp waste packets: all accesses here are of whole lines. An emulated device
// checks the answers only: its model does not know which memory a kernel reads.

extern "C" __global__ void sum_words(const uint4* input, unsigned* result, unsigned rounds, unsigned passes)
{
    unsigned sum = 0;
    unsigned stride = gridDim.x * blockDim.x;
    unsigned first = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll 1
    for (unsigned pass = 0; pass < passes; ++pass) {
#pragma unroll 4
        for (unsigned round = 0; round < rounds; ++round) {
            uint4 element = input[first + round * stride];
            sum += element.x + element.y + element.z + element.w;
        }
        asm volatile("" ::: "memory");
    }
    result[first] = sum;
}

extern "C" __global__ void write_words(uint4* output, unsigned rounds)
{
    unsigned stride = gridDim.x * blockDim.x;
    unsigned first = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll 4
    for (unsigned round = 0; round < rounds; ++round) {
        unsigned index = first + round * stride;
        output[index] = make_uint4(4 * index, 4 * index + 1, 4 * index + 2, 4 * index + 3);
    }
}
