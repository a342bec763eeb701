// Waves: what the last, partly filled wave of blocks costs.
//
// Mechanism. A GPU holds so many blocks of a kernel at a time: a wave. Blocks beyond it wait for the first to end.
// Where a block takes the same time however many run beside it, because it waits for memory, time goes up by a whole
// step with every wave that is begun, and the last one leaves most of the GPU idle. Where blocks share a resource
// that they fill, such as the arithmetic units, those of a last wave run faster for being few on their
// multiprocessor, and what counts is the most blocks that one multiprocessor gets.
//
//   waiting  each thread follows a chain of loads that pass L1 by
//   working  each thread does fused multiply-adds in four chains
//
// The number of blocks goes from a part of a wave to three, and to one block more.
//
// What can fool it. Blocks that do not start together: the device hands them out one after the other. Clocks that
// change with the load. An emulated device models the time, from the loads' latency and from the most blocks that a
// multiprocessor gets.

// Word n of the table holds the number of the word to read next: n + 32 modulo the table's size.
extern "C" __global__ void waiting(const unsigned* table, unsigned* result, unsigned mask, unsigned steps)
{
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned place = thread & mask;
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step) {
        unsigned next;
        asm volatile("ld.global.cg.u32 %0, [%1];" : "=r"(next) : "l"(table + place));  // measured
        place = next + 32 & mask;
    }
    result[thread] = place;
}

extern "C" __global__ void working(unsigned* result, float one, unsigned steps)
{
    float values[4] = {0, 1, 2, 3};
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step) {
#pragma unroll
        for (unsigned chain = 0; chain < 4; ++chain)
            asm volatile("fma.rn.f32 %0, %0, %1, %1;" : "+f"(values[chain]) : "f"(one));
    }
    result[blockIdx.x * blockDim.x + threadIdx.x] = unsigned(values[0] + values[1] + values[2] + values[3]);
}
