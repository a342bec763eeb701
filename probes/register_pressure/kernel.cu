// Register pressure: the same kernel under falling caps on its registers.
//
// Mechanism. A multiprocessor shares its registers among the threads that reside on it: fewer per thread let
// more warps reside, which hide more latency. Below what the kernel needs, the compiler keeps values in local
// memory (it spills them) and each use costs a load or a store. Here every thread keeps VALUES sums and adds to
// each in every round; the same work runs under every cap.
//
// What can fool it. The compiler: sums are inline PTX that it can neither fold nor reorder into few live ones, and
// all are checked. Spills that hit L1 are cheap; more resident warps share it. The compiler counts the bytes of
// spills in the code, not how often they run. An emulated device runs PTX, which knows no limit of registers:
// there the compiler's figures are exact, and nothing is said of time.

extern "C" __global__ void sums(unsigned* result, unsigned one, unsigned rounds)
{
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned values[VALUES];
#pragma unroll
    for (unsigned place = 0; place < VALUES; ++place)
        values[place] = thread * (place + 1);
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
#pragma unroll
        for (unsigned place = 0; place < VALUES; ++place)
            asm volatile("add.u32 %0, %0, %1;" : "+r"(values[place]) : "r"(one));  // measured
    }
    unsigned sum = 0;
#pragma unroll
    for (unsigned place = 0; place < VALUES; ++place)
        sum += values[place];
    result[thread] = sum;
}
