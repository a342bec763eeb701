// Shared memory: its latency, and how many warps it takes to use its bandwidth.
//
// Mechanism. Shared memory gives 32 banks of four bytes per clock: 128 bytes. A warp's 4-byte access fills
// one such pass, an 8-byte access two and a 16-byte access four, so wider accesses need fewer instructions
// and fewer warps for the same bandwidth.
//
//   chase   the lanes of a warp follow addresses together: a load's address is what the last one returned
//   load    all threads load side by side, free of conflicts, and move on by one element each time
//   store   the same, storing
//
// The cycle of `chase` is y -> 5 y + c modulo 1024, c odd: one cycle through all words (Hull and Dobell, 1962).
//
// What can fool it. The compiler: loads whose sum nobody needs, and stores that are overwritten, would be
// dropped; the sum is checked and the stores are volatile. Address arithmetic: the words of `chase`
// are whole addresses. Fewer warps than schedulers show the latency, not the bandwidth; that is the sweep.
// Published: latency 19 to 33 cycles (caps-tum/mt4g@4cc5566 and Abdelkhalik et al., arXiv 2208.11174), bandwidth
// 126 to 128 bytes per clock (accel-sim-framework@2260456, GPU_Microbenchmark). An emulated device counts
// wavefronts and has no clock to time latencies with.

#if !defined(WIDTH) || WIDTH == 4
typedef unsigned Element;
__device__ unsigned words_of(unsigned element) { return element; }
__device__ unsigned make(unsigned word) { return word; }
#elif WIDTH == 8
typedef uint2 Element;
__device__ unsigned words_of(uint2 element) { return element.x + element.y; }
__device__ uint2 make(unsigned word) { return make_uint2(word, word + 1); }
#else
typedef uint4 Element;
__device__ unsigned words_of(uint4 element) { return element.x + element.y + element.z + element.w; }
__device__ uint4 make(unsigned word) { return make_uint4(word, word + 1, word + 2, word + 3); }
#endif

extern __shared__ uint4 memory[];

__device__ void finish(long long taken, unsigned value, unsigned* result, unsigned* cycles)
{
    result[blockIdx.x * blockDim.x + threadIdx.x] = value;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(taken);
}

extern "C" __global__ void chase(unsigned* result, unsigned* cycles, unsigned steps)
{
    unsigned* words = (unsigned*)memory;
    unsigned base = unsigned(__cvta_generic_to_shared(words));
    for (unsigned word = threadIdx.x; word < 1024; word += blockDim.x)
        words[word] = base + 4 * ((5 * word + 2654435761u) & 1023);
    __syncthreads();
    unsigned address = base;
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += 7) {
#pragma unroll
        for (unsigned next = 0; next < 7; ++next)
            asm volatile("ld.shared.u32 %0, [%0];" : "+r"(address));  // measured
    }
    long long end = clock64();
    finish(end - start, (address - base) / 4, result, cycles);
}

#ifdef WIDTH
extern "C" __global__ void load(unsigned* result, unsigned* cycles, unsigned accesses)
{
    unsigned* words = (unsigned*)memory;
    for (unsigned word = threadIdx.x; word < (blockDim.x + 32) * (WIDTH / 4); word += blockDim.x)
        words[word] = word;
    __syncthreads();
    const Element* tile = (const Element*)memory;
    unsigned sum = 0;
    long long start = clock64();
#pragma unroll 1
    for (unsigned access = 0; access < accesses; access += 4) {
#pragma unroll
        for (unsigned next = 0; next < 4; ++next) {
            Element element = tile[threadIdx.x + access % 32 + next];  // measured
            sum += words_of(element);
        }
    }
    __syncthreads();
    long long end = clock64();
    finish(end - start, sum, result, cycles);
}

extern "C" __global__ void store(unsigned* result, unsigned* cycles, unsigned accesses)
{
    volatile unsigned* words = (volatile unsigned*)memory;
    Element* tile = (Element*)memory;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned access = 0; access < accesses; access += 4) {
#pragma unroll
        for (unsigned next = 0; next < 4; ++next) {
            unsigned slot = threadIdx.x + access % 32 + next;
            tile[slot] = make(slot * (WIDTH / 4));  // measured
        }
        asm volatile("" ::: "memory");
    }
    __syncthreads();
    long long end = clock64();
    // The slot's words hold their own indices, whoever of its writers came last.
    unsigned sum = 0;
    for (unsigned word = 0; word < WIDTH / 4; ++word)
        sum += words[threadIdx.x * (WIDTH / 4) + word];
    finish(end - start, sum, result, cycles);
}
#endif
