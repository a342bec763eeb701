// Copy overlap: copies in, work and copies out, cut into chunks and dealt out over streams.
//
// Mechanism. The two copy engines and the multiprocessors work at the same time, on steps of different
// streams. Cut into chunks, one chunk is copied in while another is worked on and a third is copied out; at
// best the whole takes as long as the longest of the three. On one stream nothing overlaps.
//
// The kernel adds 1 to each word so many times that it takes about as long as a copy over PCI Express 5.0.
//
// What can fool it. Small chunks pay the cost of a copy again and again: there is a best size. Memory that
// is not pinned cannot be copied while anything else goes on, so all of it is. Work far shorter or longer
// than the copies hides behind them, or hides them, whatever the chunks: the gain here is the most that one
// may hope for. An emulated device's model has one copy engine per direction, runs one kernel at a time, and
// takes a queued copy to start as fast as a kernel.

extern "C" __global__ void work(const unsigned* input, unsigned* output, unsigned first, unsigned rounds)
{
    unsigned i = first + blockIdx.x * blockDim.x + threadIdx.x;
    unsigned value = input[i];
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round)
        asm volatile("add.u32 %0, %0, 1;" : "+r"(value));
    output[i] = value;
}
