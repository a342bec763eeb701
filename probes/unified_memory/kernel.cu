// Unified memory: pages that move to where they are touched, against pages moved beforehand and copies.
//
// Mechanism. Managed memory has one address on host and device. A page that a kernel touches while it lies
// on the host is a fault: the kernel waits, the driver moves the page and some of its neighbours, and the
// kernel goes on. A prefetch moves all pages before, at nearly the speed of a copy. Pages that already lie on
// the device cost nothing more than its own memory.
//
//   first_touch   the host has written the pages; a kernel reads them
//   prefetched    the same, with a prefetch before the kernel, which is timed too
//   resident      the pages lie on the device already
//   copied        pinned memory of the host copied to the device, then read: what a program without managed
//                 memory does
//
// What can fool it. Pages move only where host and GPU may use them at the same time (Linux, compute
// capability 6.0 and later); on a coherent host (GH200) the GPU reads the host's pages without moving them.
// Neighbouring pages are moved along by a heuristic, so that the order of the faults matters: here all
// blocks begin at once. More managed memory than the device has free would make the pages go to and fro
// (822 GB/s became 5.0 on V100; RRZE-HPC/gpu-benches, um-stream), and would push out what other programs
// have there: that is not done.

extern "C" __global__ void sum_words(const unsigned* input, unsigned* result, unsigned rounds)
{
    unsigned sum = 0;
    unsigned stride = gridDim.x * blockDim.x;
    unsigned first = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll 4
    for (unsigned round = 0; round < rounds; ++round)
        sum += input[first + round * stride];
    result[first] = sum;
}
