// Atomics: what they cost in global and in shared memory, from one address to all different.
//
// Mechanism. Global atomics are performed by L2, one after the other where they meet in an address; shared
// ones by the multiprocessor. A warp's lanes that name different addresses are served together, lanes that
// share one are added up or wait in turn. An atomic whose old value nobody needs does not wait for an
// answer. Every thread adds one to its counter, again and again:
//
//   addresses  counters that the lanes of a warp share out
//   own        1: every warp has counters of its own; 0: all warps (of the block, in shared memory) meet
//   returns    1: the old value is needed
//   is_float   1: float counters; shared memory adds floats by comparing and swapping in a loop
//
// What can fool it. The compiler adds up a warp's lanes first where it knows that they share an address:
// here it cannot know. Counters that overflow what a float holds exactly: they stay below 2^24. In
// global memory the block that ends last copies the counters to the result and sets them back to zero;
// that is part of the time, and small. Published: 0.8 G float additions per second to one address
// (Charbel199/gpu-anatomy@8f8c824, 02-shared-memory, RTX PRO 6000), one every 8 clocks on TITAN V (accel-sim-
// framework@2260456). An emulated device counts sectors and wavefronts; its cost model knows no contention.

#if IS_FLOAT
typedef float Number;
#else
typedef unsigned Number;
#endif

__device__ unsigned add(Number* counter)
{
#if RETURNS
    return unsigned(atomicAdd(counter, Number(1)));  // measured
#else
    atomicAdd(counter, Number(1));  // measured
    return 0;
#endif
}

__device__ unsigned counter_of(unsigned thread, unsigned addresses, unsigned own)
{
    return own * (thread / 32 * 32) + thread % 32 % addresses;
}

__device__ unsigned add_often(Number* counter, unsigned steps)
{
    unsigned sum = 0;
#pragma unroll 4
    for (unsigned step = 0; step < steps; ++step)
        sum += add(counter);
    return sum;
}

extern "C" __global__ void global_memory(Number* counters, unsigned* ticket, unsigned* returned,
                                         unsigned* result, unsigned counters_used, unsigned addresses,
                                         unsigned own, unsigned steps)
{
    __shared__ bool is_last;
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    returned[thread] = add_often(counters + counter_of(thread, addresses, own), steps);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
        is_last = atomicInc(ticket, gridDim.x - 1) == gridDim.x - 1;
    __syncthreads();
    if (!is_last)
        return;
    for (unsigned place = threadIdx.x; place < counters_used; place += blockDim.x)
        result[place] = unsigned(atomicExch(counters + place / addresses * 32 + place % addresses, Number(0)));
}

extern "C" __global__ void shared_memory(unsigned* returned, unsigned* result, unsigned* cycles,
                                         unsigned addresses, unsigned own, unsigned steps)
{
    __shared__ Number counters[1024];
    counters[threadIdx.x] = 0;
    __syncthreads();
    Number* counter = counters + counter_of(threadIdx.x, addresses, own);
    long long start = clock64();
    unsigned sum = add_often(counter, steps);
    __syncthreads();
    long long end = clock64();
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    returned[thread] = sum;
    result[thread] = unsigned(*counter);
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
