// Divergence: what it costs when the lanes of a warp do different things.
//
// Mechanism. A warp issues one instruction for all its lanes. Where a branch splits the lanes, each path
// is issued in turn with only its lanes active, and the warp pays for all paths until they join again.
// A short branch need not be one: the compiler issues both sides and lets predicates or selects choose.
//
//   paths     a switch with 32 cases of equal length, of which the lanes of a warp take `paths`
//   two_way   an if with LENGTH steps on either side; `together` neighbouring threads go the same way:
//             1 splits every warp, 32 splits none, so the two tell divergence from the mere instructions
//   trips     a loop whose trip count grows from lane to lane by up to `spread` around the same mean:
//             the warp runs as long as its longest lane
//
// One block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. The compiler: a branch on a value that never changes would be moved out of the loop
// (`zero`, an argument that is 0, keeps it from knowing), steps would be folded into one (rounding
// forbids that for floating-point sums), and equal sides would be merged (they differ in instruction).
// Counted branches are those of PTX; the machine code may have fewer, because the assembler predicates
// short ones too. Too few warps would show the latency of an instruction, not its cost.

// Multiplies value + 1 by `factor`: after t steps (value + 1) * factor^t - 1, which is checked.
#define STEP(factor) value = value * (factor) + (factor) - 1
#define PATH(path)                                    \
    case path:                                        \
        _Pragma("unroll 1")                           \
        for (unsigned step = 0; step < steps; ++step) \
            STEP(2 * (path) + 3);                     \
        break;

__device__ void finish(long long start, unsigned value, unsigned* result, unsigned* cycles)
{
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = value;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

extern "C" __global__ void paths(unsigned* result, unsigned* cycles, unsigned paths, unsigned steps,
                                 unsigned rounds, unsigned zero)
{
    unsigned value = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned path = threadIdx.x % 32 % paths;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        path += zero;
        switch (path) {  // measured: branch
            PATH(0) PATH(1) PATH(2) PATH(3) PATH(4) PATH(5) PATH(6) PATH(7)          // measured
            PATH(8) PATH(9) PATH(10) PATH(11) PATH(12) PATH(13) PATH(14) PATH(15)    // measured
            PATH(16) PATH(17) PATH(18) PATH(19) PATH(20) PATH(21) PATH(22) PATH(23)  // measured
            PATH(24) PATH(25) PATH(26) PATH(27) PATH(28) PATH(29) PATH(30) PATH(31)  // measured
        }
    }
    finish(start, value, result, cycles);
}

#ifdef LENGTH
extern "C" __global__ void two_way(unsigned* result, unsigned* cycles, unsigned together, unsigned rounds,
                                   unsigned zero, float one)
{
    float value = threadIdx.x;
    unsigned side = threadIdx.x / together % 2;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        side += zero;
        if (side == 0) {  // measured: branch
#pragma unroll
            for (unsigned step = 0; step < LENGTH; ++step)
                value = value + 1.0f;  // measured
        } else {
#pragma unroll
            for (unsigned step = 0; step < LENGTH; ++step)
                value = value * one + 2.0f;  // measured
        }
    }
    finish(start, unsigned(value), result, cycles);
}
#endif

extern "C" __global__ void trips(unsigned* result, unsigned* cycles, unsigned mean, unsigned spread,
                                 unsigned rounds)
{
    unsigned value = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned trips = mean - spread + 2 * spread * (threadIdx.x % 32) / 31;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
#pragma unroll 1
        for (unsigned trip = 0; trip < trips; ++trip)  // measured: branch
            STEP(3);  // measured
    }
    finish(start, value, result, cycles);
}
