// L2 persistence: what stays in L2 while other data streams through it.
//
// Mechanism. L2 evicts lines by priority: loads that carry a policy can mark their lines to go last (`evict_last`)
// or first (`evict_first`). Here each block reads a set of lines again and again, and between two rounds more
// than L2 holds of other data. Without a policy the stream pushes the set out; with one, it stays as far as L2
// lets it. How much stayed shows in the latency of its loads, between that of a hit and that of a miss:
//
//   kept   a warp follows a chain through its lines of the set, all blocks together through `eighths` of L2
//   hit    the first of these lines once more, right after
//   miss   lines that nothing has touched
//
// Policy 0 leaves both to L2, 1 keeps the set, 2 lets the stream go first, 3 does both.
//
// What can fool it. Blocks do not wait for each other, so that one may still stream while another follows its
// chain; they do the same work and stay close. Not all eighths can be kept: some L2s hold a line in both halves, and
// part of L2 only may be set aside (75 % on A100 and H100). L2 is overwritten before every timed launch, and priorities
// are given back at its end, for the sake of what runs next. An emulated device has no L2 to lose lines from: there only the sums are checked.

typedef unsigned long long Policy;

#define CREATE(name, priority) \
    Policy name;               \
    asm volatile("createpolicy.fractional.L2::" priority ".b64 %0, 1.0;" : "=l"(name))

// Every word holds its own number, so that the next place follows from what was loaded.
__device__ unsigned follow(const unsigned* words, unsigned place, unsigned stride, unsigned lines, Policy policy)
{
#pragma unroll 1
    for (unsigned line = 0; line < lines; ++line) {
        unsigned value;
        asm volatile("ld.global.cg.L2::cache_hint.u32 %0, [%1], %2;"  // measured
                     : "=r"(value)
                     : "l"(words + place), "l"(policy));
        place = value + stride;
    }
    return place;
}

__device__ unsigned stream(const uint4* elements, unsigned pieces, Policy policy)
{
    unsigned sum = 0;
#pragma unroll UNROLL
    for (unsigned piece = 0; piece < pieces; ++piece) {
        const uint4* element = elements + (piece * gridDim.x + blockIdx.x) * blockDim.x + threadIdx.x;
        uint4 value;
        asm volatile("ld.global.cg.L2::cache_hint.v4.u32 {%0, %1, %2, %3}, [%4], %5;"
                     : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
                     : "l"(element), "l"(policy));
        sum += value.x + value.y + value.z + value.w;
    }
    return sum;
}

extern "C" __global__ void persistence(const unsigned* words, unsigned* result, unsigned* kept, unsigned* hit,
                                       unsigned* miss, unsigned lines, unsigned pieces, unsigned fresh_lines,
                                       unsigned rounds, unsigned policy)
{
    CREATE(evict_normal, "evict_normal");
    CREATE(evict_first, "evict_first");
    CREATE(evict_last, "evict_last");
    Policy keep = policy % 2 == 1 ? evict_last : evict_normal;
    Policy pass = policy / 2 == 1 ? evict_first : evict_normal;
    unsigned stride = gridDim.x * blockDim.x;
    unsigned first = blockIdx.x * blockDim.x + threadIdx.x;
    const unsigned* passing = words + lines * stride;
    const unsigned* fresh = passing + 4 * pieces * stride;
    unsigned sum = follow(words, first, stride, lines, keep);
    long long kept_cycles = 0;
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        sum += stream((const uint4*)passing, pieces, pass);
        __syncthreads();
        long long start = clock64();
        sum += follow(words, first, stride, lines, keep);
        kept_cycles += clock64() - start;
        __syncthreads();
    }
    unsigned again = min(lines, fresh_lines);
    sum += follow(words, first, stride, again, keep);
    long long start = clock64();
    sum += follow(words, first, stride, again, keep);
    long long middle = clock64();
    unsigned place = (fresh - words) + first;
    sum += follow(words, place, stride, fresh_lines, pass);
    long long end = clock64();
    if (threadIdx.x % 32 == 0)
        for (unsigned line = 0; line < lines; ++line)
            asm volatile("applypriority.global.L2::evict_normal [%0], 128;" ::"l"(words + first + line * stride));
    result[first] = sum;
    if (threadIdx.x == 0) {
        kept[blockIdx.x] = unsigned(kept_cycles / (rounds * lines));
        hit[blockIdx.x] = unsigned((middle - start) / again);
        miss[blockIdx.x] = unsigned((end - middle) / fresh_lines);
    }
}
