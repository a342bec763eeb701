// Tricks with bits, votes of a warp, checksums and wide integers.

extern "C" __global__ void count_bits(int4 *out, const unsigned *in, int n)
{
    int i = threadIdx.x;
    if (i < n) out[i] = make_int4(__popc(in[i]), __clz(in[i]), __ffs(in[i]), __brev(in[i]));
}

extern "C" __global__ void count_bits_64(int4 *out, const unsigned long long *in, int n)
{
    int i = threadIdx.x;
    if (i < n) out[i] = make_int4(__popcll(in[i]), __clzll(in[i]), __ffsll(in[i]), (int)(__brevll(in[i]) >> 32));
}

extern "C" __global__ void swap_bytes(unsigned *words)
{
    words[threadIdx.x] = __byte_perm(words[threadIdx.x], 0, 0x0123);
}

extern "C" __global__ void rotate(unsigned *out, const unsigned *in)
{
    int i = threadIdx.x;
    out[i] = __funnelshift_l(in[i], in[i], i) ^ __funnelshift_r(in[i], in[i], 7);
}

__device__ unsigned spread(unsigned v)
{
    v = (v | v << 8) & 0x00ff00ffu;
    v = (v | v << 4) & 0x0f0f0f0fu;
    v = (v | v << 2) & 0x33333333u;
    return (v | v << 1) & 0x55555555u;
}

extern "C" __global__ void morton(unsigned *out, const ushort2 *in) { out[threadIdx.x] = spread(in[threadIdx.x].x) | spread(in[threadIdx.x].y) << 1; }

extern "C" __global__ void bit_fields(unsigned *out, const unsigned *in)
{
    unsigned field, merged;
    asm("bfe.s32 %0, %1, 5, 9;" : "=r"(field) : "r"(in[threadIdx.x]));
    asm("bfi.b32 %0, %1, %2, 11, 6;" : "=r"(merged) : "r"(field), "r"(in[threadIdx.x]));
    out[threadIdx.x] = merged;
}

// Any of the 256 functions of three bits, by a lookup in its own table.
template <int TABLE> __global__ void logic(unsigned *out, const uint3 *in)
{
    uint3 v = in[threadIdx.x];
    asm("lop3.b32 %0, %1, %2, %3, %4;" : "=r"(out[threadIdx.x]) : "r"(v.x), "r"(v.y), "r"(v.z), "n"(TABLE));
}

template __global__ void logic<0x96>(unsigned *, const uint3 *);
template __global__ void logic<0xe8>(unsigned *, const uint3 *);

extern "C" __global__ void bytes_in_words(uint4 *out, const uint2 *in)
{
    uint2 v = in[threadIdx.x];
    out[threadIdx.x] = make_uint4(__vaddus4(v.x, v.y), __vabsdiffu4(v.x, v.y), __vavgu4(v.x, v.y), __vcmpgtu4(v.x, v.y));
}

extern "C" __global__ void halves_in_words(uint3 *out, const uint2 *in)
{
    uint2 v = in[threadIdx.x];
    out[threadIdx.x] = make_uint3(__vmaxs2(v.x, v.y), __vminu2(v.x, v.y), __vadd2(v.x, v.y));
}

__constant__ unsigned crc_table[256];

extern "C" __global__ void crc32(unsigned *out, const unsigned char *messages, int length)
{
    unsigned crc = ~0u;
    for (int i = 0; i < length; ++i) crc = crc_table[(crc ^ messages[threadIdx.x * length + i]) & 255] ^ crc >> 8;
    out[threadIdx.x] = ~crc;
}

extern "C" __global__ void votes(uint4 *out, const int *in)
{
    int value = in[threadIdx.x], predicate;
    unsigned same = __match_any_sync(~0u, value), all = __match_all_sync(~0u, value > -1, &predicate);
    unsigned flags = __all_sync(~0u, value > 2) | __any_sync(~0u, value > 2) << 1 | predicate << 2 | (all != 0) << 3;
    unsigned odd = 0;
    if (value & 1) odd = __activemask();
    __syncwarp();
    out[threadIdx.x] = make_uint4(same, __ballot_sync(~0u, value > 2), flags, odd);
}

extern "C" __global__ void block_votes(int *out, const int *in)
{
    int t = threadIdx.x;
    int count = __syncthreads_count(in[t] > 2), every = __syncthreads_and(in[t] > 2), some = __syncthreads_or(in[t] > 2);
    out[t] = count * 4 + (every != 0) * 2 + (some != 0);
}

extern "C" __global__ void multiply_128(ulonglong2 *out, const unsigned long long *a, const unsigned long long *b)
{
    int i = threadIdx.x;
    out[i] = make_ulonglong2(a[i] * b[i], __umul64hi(a[i], b[i]));
}

// 256 bits plus 256 bits with the carry chain that only PTX has.
extern "C" __global__ void add_256(uint4 *out, const uint4 *a, const uint4 *b)
{
    uint4 al = a[2 * threadIdx.x], ah = a[2 * threadIdx.x + 1], bl = b[2 * threadIdx.x], bh = b[2 * threadIdx.x + 1], l, h;
    asm("add.cc.u32 %0, %8, %16; addc.cc.u32 %1, %9, %17; addc.cc.u32 %2, %10, %18; addc.cc.u32 %3, %11, %19;\n"
        "addc.cc.u32 %4, %12, %20; addc.cc.u32 %5, %13, %21; addc.cc.u32 %6, %14, %22; addc.u32 %7, %15, %23;"
        : "=r"(l.x), "=r"(l.y), "=r"(l.z), "=r"(l.w), "=r"(h.x), "=r"(h.y), "=r"(h.z), "=r"(h.w)
        : "r"(al.x), "r"(al.y), "r"(al.z), "r"(al.w), "r"(ah.x), "r"(ah.y), "r"(ah.z), "r"(ah.w),
          "r"(bl.x), "r"(bl.y), "r"(bl.z), "r"(bl.w), "r"(bh.x), "r"(bh.y), "r"(bh.z), "r"(bh.w));
    out[2 * threadIdx.x] = l;
    out[2 * threadIdx.x + 1] = h;
}

// Modular powers by squaring; 64-bit remainders.
extern "C" __global__ void power_modulo(unsigned long long *out, const unsigned *base, const unsigned *exponent, unsigned modulus)
{
    unsigned long long result = 1, square = base[threadIdx.x] % modulus;
    for (unsigned e = exponent[threadIdx.x]; e; e >>= 1) {
        if (e & 1) result = result * square % modulus;
        square = square * square % modulus;
    }
    out[threadIdx.x] = result;
}

extern "C" __global__ void divide_signed(int4 *out, const int *a, const int *b)
{
    int x = a[threadIdx.x], y = b[threadIdx.x];
    out[threadIdx.x] = make_int4(x / y, x % y, __mulhi(x, y), __sad(x, y, 3) + __rhadd(x, y));
}
