// Shuffle and vote: what lanes of a warp pay to tell each other something.
//
// Mechanism. A shuffle moves one word between registers of a warp's lanes, through the hardware that serves
// shared memory; a vote gathers one bit of every lane, a match compares the lanes' words, a reduction adds
// them up or finds the largest. None needs shared memory or a barrier. A chain of them by one warp shows the
// latency, many warps show the throughput.
//
//   shuffle  every lane takes the word of its neighbour
//   vote     every lane asks for bit `lane` of the word that the vote before gave
//   match    every lane asks which lanes hold its word
//   reduce   the largest word of all lanes (from compute capability 8.0)
//
// One block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. A vote needs a predicate, which takes further instructions: they are part of the step,
// and of its latency. A match may take a step per different word: all are different after the first.
// Published: 32 lanes of shuffle per clock and multiprocessor (CUDA C++ Programming Guide, arithmetic
// instructions). An emulated device has no latencies: there the instructions are counted.

const unsigned ALL = 0xffffffffu;

struct Shuffle {
    static __device__ unsigned step(unsigned value)
    {
        return __shfl_sync(ALL, value, threadIdx.x + 1);  // measured
    }
};

struct Vote {
    static __device__ unsigned step(unsigned value)
    {
        return __ballot_sync(ALL, value & 1u << threadIdx.x % 32);  // measured
    }
};

struct Match {
    static __device__ unsigned step(unsigned value)
    {
        return __match_any_sync(ALL, value);  // measured
    }
};

#if __CUDA_ARCH__ >= 800
struct Reduce {
    static __device__ unsigned step(unsigned value)
    {
        return __reduce_max_sync(ALL, value);  // measured
    }
};
#endif

template <class Exchange>
__device__ void run(unsigned* result, unsigned* cycles, unsigned same, unsigned steps)
{
    unsigned value = same != 0 ? same : threadIdx.x % 32;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += 8) {
#pragma unroll
        for (unsigned next = 0; next < 8; ++next)
            value = Exchange::step(value);
    }
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = value;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

// `same` is the word that all lanes begin with; 0: each begins with its own number.
extern "C" __global__ void shuffle(unsigned* result, unsigned* cycles, unsigned same, unsigned steps)
{
    run<Shuffle>(result, cycles, same, steps);
}

extern "C" __global__ void vote(unsigned* result, unsigned* cycles, unsigned same, unsigned steps)
{
    run<Vote>(result, cycles, same, steps);
}

extern "C" __global__ void match(unsigned* result, unsigned* cycles, unsigned same, unsigned steps)
{
    run<Match>(result, cycles, same, steps);
}

#if __CUDA_ARCH__ >= 800
extern "C" __global__ void reduce(unsigned* result, unsigned* cycles, unsigned same, unsigned steps)
{
    run<Reduce>(result, cycles, same, steps);
}
#endif
