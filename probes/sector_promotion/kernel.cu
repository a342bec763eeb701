// Sector promotion: how much of memory a miss of one 32-byte sector brings into L2.
//
// Mechanism. A cache line of 128 bytes has four sectors of 32. A load that misses needs one of them, but DRAM may be
// read in units of 64 bytes, and a load can ask L2 to fetch 64, 128 or 256 bytes at once (`ld.global.L2::128B`,
// a hint). What was fetched along is found by loading it next: it comes from L2 or from DRAM. In a region that
// no cache holds, one thread of each block follows three chains, each through 1024-byte pieces of its own:
//
//   first  the first sector of every piece: each load misses
//   both   the first sector, then the one `distance` sectors on
//   same   the first sector twice: the second time it is in L2
//
// Loads depend on each other, so the times add up: the second load of `both` took what `both` takes more than `first`.
//
// What can fool it. L1 is passed by (`.cg`); L2 is overwritten before every timed launch. DRAM takes longer where a page
// is opened and where the TLB misses, which all three chains share. The limit that the host can set
// (cudaLimitMaxL2FetchGranularity) is left as it is. Published: the useful bandwidth of T4 halves once more from a
// stride of 8 words to one of 16, as it would if 64 bytes were the least that is read (modal-labs/gpu-glossary,
// memory coalescing). An emulated device counts sectors and has no such units: there only the chains are checked.

#if HINT == 64
#define LOAD "ld.global.cg.L2::64B.u32"
#elif HINT == 128
#define LOAD "ld.global.cg.L2::128B.u32"
#elif HINT == 256
#define LOAD "ld.global.cg.L2::256B.u32"
#else
#define LOAD "ld.global.cg.u32"
#endif

const unsigned PIECE = 256;  // words

// Every word holds its own number, so that the next place follows from what was loaded.
__device__ unsigned load(const unsigned* words, unsigned place)
{
    unsigned value;
    asm volatile(LOAD " %0, [%1];" : "=r"(value) : "l"(words + place));  // measured
    return value;
}

template <bool TWICE>
__device__ void follow(const unsigned* words, unsigned chain, unsigned distance, unsigned steps, unsigned* result,
                       unsigned* cycles)
{
    unsigned place = (chain * steps * gridDim.x + blockIdx.x) * PIECE;
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step) {
        place = load(words, place);
        if (TWICE)
            place = load(words, place + distance) - distance;
        place += gridDim.x * PIECE;
    }
    long long end = clock64();
    result[chain * gridDim.x + blockIdx.x] = place;
    cycles[blockIdx.x] = unsigned(end - start);
}

extern "C" __global__ void promotion(const unsigned* words, unsigned* result, unsigned* first, unsigned* both,
                                     unsigned* same, unsigned sectors, unsigned steps)
{
    if (threadIdx.x != 0)
        return;
    follow<false>(words, 0, 0, steps, result, first);
    follow<true>(words, 1, sectors * 8, steps, result, both);
    follow<true>(words, 2, 0, steps, result, same);
}
