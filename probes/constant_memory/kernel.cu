// Constant memory: broadcast against divergent indices, and latency against size.
//
// Mechanism. The constant cache gives one word per pass to all lanes that ask for it. Lanes that want
// different words wait for further passes: an index that differs from lane to lane is served word by word.
// Behind the small first-level cache (about 2 KiB) lies a larger one (64 KiB or more) shared with
// instructions, then L2.
//
//   divergent  the lanes of a warp read `distinct` different words, each time one word further on
//   chase      a warp follows offsets, one per 64-byte line, in a cycle through all lines of the table:
//              y -> 5 y + c modulo the number of lines, c odd (Hull and Dobell, 1962)
//
// What can fool it. The compiler: it must not know the values, which is so because the host may overwrite
// constants. Address arithmetic: the table holds whole offsets. A cold cache: the chain is first followed
// once around. Published: 1st level 17 to 40 cycles, second 106 to 122 (caps-tum/mt4g@4cc5566,
// sample_results). An emulated device has no constant cache: there only the answers are checked.

// A line of 16 words begins with the offset of its successor.
#define L1(n) ((5u * (n) + 2654435761u) & (LINES - 1)) * 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define L4(n) L1(n), L1((n) + 1), L1((n) + 2), L1((n) + 3)
#define L16(n) L4(n), L4((n) + 4), L4((n) + 8), L4((n) + 12)
#define L64(n) L16(n), L16((n) + 16), L16((n) + 32), L16((n) + 48)
#define L256(n) L64(n), L64((n) + 64), L64((n) + 128), L64((n) + 192)

#ifdef LINES
__constant__ unsigned table[LINES * 16] = {
    L16(0),
#if LINES >= 32
    L16(16),
#endif
#if LINES >= 64
    L16(32), L16(48),
#endif
#if LINES >= 128
    L64(64),
#endif
#if LINES >= 256
    L64(128), L64(192),
#endif
#if LINES >= 512
    L256(256),
#endif
#if LINES >= 1024
    L256(512), L256(768),
#endif
};

__device__ unsigned follow(unsigned offset, unsigned steps)
{
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += 7) {
#pragma unroll
        for (unsigned next = 0; next < 7; ++next)
            offset = *(const unsigned*)((const char*)table + offset);  // measured
    }
    return offset;
}

extern "C" __global__ void chase(unsigned* result, unsigned* cycles, unsigned warm_up_steps, unsigned steps)
{
    unsigned offset = follow(0, warm_up_steps);
    long long start = clock64();
    offset = follow(offset, steps);
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = offset / 64;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
#else
#define W4(n) (n), (n) + 1, (n) + 2, (n) + 3
#define W16(n) W4(n), W4((n) + 4), W4((n) + 8), W4((n) + 12)
__constant__ unsigned words[64] = {W16(0), W16(16), W16(32), W16(48)};

extern "C" __global__ void divergent(unsigned* result, unsigned* cycles, unsigned distinct, unsigned accesses)
{
    unsigned slot = threadIdx.x % 32 % distinct;
    unsigned sum = 0;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned access = 0; access < accesses; access += 4) {
#pragma unroll
        for (unsigned next = 0; next < 4; ++next)
            sum += words[slot + access % 32 + next];  // measured
    }
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
#endif
