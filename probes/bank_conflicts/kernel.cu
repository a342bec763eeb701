// Bank conflicts: what a warp's access to shared memory costs when lanes meet in a bank.
//
// Mechanism. Shared memory has 32 banks, each four bytes wide. In one pass (a wavefront) every bank gives
// one word, to any number of lanes that ask for that same word. Lanes that want different words of one
// bank wait for further passes. Wider accesses move more bytes than one pass can: a warp's 8-byte access
// takes at least two wavefronts (half a warp each), a 16-byte access four (a quarter each).
//
//   conflict    within each group of lanes that one pass could serve, `ways` lanes meet in every bank
//   column      lane k reads row k of a tile whose rows are `pitch` words: the transposing access
//   broadcast   `lanes` neighbouring lanes read the same word
//
// One full block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
// All lanes move on by one element from access to access, which turns the banks and keeps the conflicts.
//
// What can fool it. Too few warps would show the latency of shared memory, not its throughput: 32 warps
// read independently. The loop's own instructions hide behind the accesses as long as an access takes a
// cycle or more per multiprocessor. A block that shares its multiprocessor with another would count that
// one's accesses: the grid is one block per multiprocessor.

#if WIDTH == 4
typedef unsigned Element;
__device__ unsigned words_of(unsigned element) { return element; }
#elif WIDTH == 8
typedef uint2 Element;
__device__ unsigned words_of(uint2 element) { return element.x + element.y; }
#else
typedef uint4 Element;
__device__ unsigned words_of(uint4 element) { return element.x + element.y + element.z + element.w; }
#endif

extern __shared__ uint4 memory[];

// Word w of shared memory holds w.
__device__ void fill(unsigned elements)
{
    unsigned* words = (unsigned*)memory;
    for (unsigned word = threadIdx.x; word < elements * (WIDTH / 4); word += blockDim.x)
        words[word] = word;
    __syncthreads();
}

__device__ void read(unsigned slot, unsigned elements, unsigned accesses, unsigned* result, unsigned* cycles)
{
    const Element* tile = (const Element*)memory;
    fill(elements);
    unsigned sum = 0;
    long long start = clock64();
#pragma unroll 1
    for (unsigned access = 0; access < accesses; access += 4) {
#pragma unroll
        for (unsigned next = 0; next < 4; ++next) {
            Element element = tile[slot + access % 32 + next];  // measured
            sum += words_of(element);
        }
    }
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

extern "C" __global__ void conflict(unsigned* result, unsigned* cycles, unsigned elements, unsigned accesses,
                                    unsigned ways)
{
    const unsigned group = 128 / WIDTH;  // lanes that one pass could serve
    unsigned lane = threadIdx.x % 32;
    unsigned row = lane / group * ways + lane % group % ways;
    read(row * group + lane % group / ways, elements, accesses, result, cycles);
}

extern "C" __global__ void column(unsigned* result, unsigned* cycles, unsigned elements, unsigned accesses,
                                  unsigned pitch)
{
    read(threadIdx.x % 32 * pitch, elements, accesses, result, cycles);
}

extern "C" __global__ void broadcast(unsigned* result, unsigned* cycles, unsigned elements, unsigned accesses,
                                     unsigned lanes)
{
    read(threadIdx.x % 32 / lanes, elements, accesses, result, cycles);
}
