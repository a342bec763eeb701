// Predication: when the compiler issues a conditional's instructions for all lanes instead of branching.
//
// Mechanism. An instruction under a predicate is issued whether or not a lane wants it, and does nothing in lanes
// that do not. A branch costs a few instructions of its own and the time to jump, and skips what no lane of the warp
// wants. For a few instructions predicates are cheaper, for many the branch is, where whole warps can skip.
//
//   plain       an if around LENGTH steps, for the compiler to choose: it may also take the steps in all lanes and
//               select the old value or the new
//   predicated  every step under a predicate
//   branched    a branch around the steps
//
// Of each warp `takers` lanes take the steps: none, half of them, or all.
//
// What can fool it. The compiler: a step adds a float, and rounding forbids to fold several into one. In `plain` the compiler
// decides in PTX, and its assembler once more: it may put a short branch under predicates, `branched` too, which
// shows in the cycles only. Counts are those of PTX. An emulated device says nothing of cycles: its cost model
// knows neither jumps nor what the assembler chose.

#define STEP "add.f32 %0, %0, %2;"
#define GUARDED "@p add.f32 %0, %0, %2;"
#define TWICE(text) text text
#if LENGTH == 1
#define TIMES(text) text
#elif LENGTH == 2
#define TIMES(text) TWICE(text)
#elif LENGTH == 4
#define TIMES(text) TWICE(TWICE(text))
#elif LENGTH == 6
#define TIMES(text) TWICE(text) TWICE(TWICE(text))
#elif LENGTH == 8
#define TIMES(text) TWICE(TWICE(TWICE(text)))
#elif LENGTH == 16
#define TIMES(text) TWICE(TWICE(TWICE(TWICE(text))))
#elif LENGTH == 32
#define TIMES(text) TWICE(TWICE(TWICE(TWICE(TWICE(text)))))
#endif

struct Plain {
    static __device__ void round(float& value, unsigned takes, float one)
    {
        if (takes != 0) {  // measured: condition
#pragma unroll
            for (unsigned step = 0; step < LENGTH; ++step)
                value = value + one;  // measured
        }
    }
};

struct Predicated {
    static __device__ void round(float& value, unsigned takes, float one)
    {
        asm volatile("{ .reg .pred p; setp.ne.u32 p, %1, 0;" TIMES(GUARDED) "}" : "+f"(value) : "r"(takes), "f"(one));  // measured
    }
};

struct Branched {
    static __device__ void round(float& value, unsigned takes, float one)
    {
        asm volatile("{ .reg .pred p; setp.eq.u32 p, %1, 0; @p bra past;" TIMES(STEP) "past: }" : "+f"(value) : "r"(takes), "f"(one));  // measured
    }
};

template <class Kind>
__device__ void run(unsigned* result, unsigned* cycles, unsigned takers, float one, unsigned zero,
                    unsigned rounds)
{
    float value = threadIdx.x;
    unsigned takes = threadIdx.x % 32 < takers;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        takes += zero;  // so that the condition cannot leave the loop
        Kind::round(value, takes, one);
    }
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = unsigned(value);
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

#define PARAMETERS unsigned *result, unsigned *cycles, unsigned takers, float one, unsigned zero, unsigned rounds
#define ARGUMENTS result, cycles, takers, one, zero, rounds

extern "C" __global__ void plain(PARAMETERS) { run<Plain>(ARGUMENTS); }
extern "C" __global__ void predicated(PARAMETERS) { run<Predicated>(ARGUMENTS); }
extern "C" __global__ void branched(PARAMETERS) { run<Branched>(ARGUMENTS); }
