// Occupancy: how many warps reside on a multiprocessor, and how many it takes to keep DRAM busy.
//
// Mechanism. A multiprocessor holds as many blocks as its warp slots, block slots, registers and shared
// memory allow. Both kernels are starved of shared memory on purpose: the launch asks for so much of it
// per block that exactly the wanted number of blocks fits.
//
// `residency` lets every block write down its multiprocessor and when it began and ended, by that
// multiprocessor's cycle counter (clock64 counts per multiprocessor, so times of one multiprocessor can
// be compared, times of two cannot). Intervals that overlap on one multiprocessor were resident together.
//
// `bandwidth` reads each word of a large array once. A thread keeps exactly LOADS loads in flight: the
// address of the next round depends on the words of this one. By Little's law the bytes in flight, warps
// times loads, decide the bandwidth until DRAM is saturated.
//
// What can fool it. Clocks that change between points. A last wave of blocks that fills only part of the
// device: grids are whole waves. A share of the launch overhead when the array is too small. An L2 cache
// that still holds the array: it is flushed before every timed launch. Blocks that end leave their place
// empty until the next is launched, so mean residency falls a little short of the peak.

extern "C" __global__ void residency(unsigned* multiprocessor, unsigned long long* start,
                                     unsigned long long* end, unsigned* result, unsigned steps)
{
    unsigned long long began = clock64();
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned value = thread;
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step)
        value = value * 1664525u + 1664524u;
    result[thread] = value;
    __syncthreads();
    if (threadIdx.x == 0) {
        asm volatile("mov.u32 %0, %%smid;" : "=r"(multiprocessor[blockIdx.x]));
        start[blockIdx.x] = began;
        end[blockIdx.x] = clock64();
    }
}

#ifdef LOADS
extern "C" __global__ void bandwidth(const unsigned* input, unsigned* result, unsigned rounds)
{
    unsigned index = blockIdx.x * blockDim.x * LOADS * rounds + threadIdx.x;
    unsigned sum = 0;
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        unsigned words[LOADS];
#pragma unroll
        for (unsigned load = 0; load < LOADS; ++load)
            words[load] = input[index + load * blockDim.x];  // measured
        asm volatile("" ::: "memory");  // all loads are issued before the first word is used
        unsigned found = 0;
#pragma unroll
        for (unsigned load = 0; load < LOADS; ++load)
            found += words[load];
        sum += found;
        // Word j holds j, so this difference is zero; only the loads can tell.
        unsigned difference = found - (LOADS * index + blockDim.x * (LOADS * (LOADS - 1) / 2));
        index += LOADS * blockDim.x + difference;
    }
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
#endif
