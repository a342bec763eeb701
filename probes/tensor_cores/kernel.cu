// Tensor cores: how many multiply-adds of matrices a multiprocessor finishes per clock.
//
// Mechanism. `mma.sync` multiplies two small matrices whose elements lie spread over the registers of a warp
// and adds a third. The tensor cores of a multiprocessor finish a fixed number of multiply-adds per clock and
// type. A chain of products, each added to the result of the one before, shows the latency of one; several
// chains and warps hide it and show the throughput. Integers, and the older `wmma` that every tensor core has,
// are measured likewise.
//
// Rows of the first matrix and columns of the second are constant, of three different values, so that each
// element of the result tells its row and its column, and is checked.
//
// What can fool it. From 9.0 on only `wgmma` and its successors reach the peak (Luo et al., arXiv 2402.13499):
// what is found here is what `mma.sync` gives, which most code uses. GeForce cards add up in 32-bit floats at half
// the rate. Clocks drop under this load; cycles do not tell. Published, in
// 16-bit multiply-adds per clock and multiprocessor: 512 on 7.0 and 7.5, 1024 on 8.0, 512 on 8.6 and 8.9, 2048
// on 9.0 (the data sheets' figures over multiprocessors and clock). An emulated device has no tensor cores in
// its cost model: there the results are checked and the instructions counted.

// Rows of the first and columns of the second matrix have the values 1, 2 and 4 in turn.
__device__ unsigned value_of(unsigned place) { return 1u << place % 3; }

__device__ unsigned half_pair(float value)
{
    unsigned bits;
    asm("{ .reg .b16 h; cvt.rn.f16.f32 h, %1; mov.b32 %0, {h, h}; }" : "=r"(bits) : "f"(value));
    return bits;
}

__device__ unsigned half_pair(unsigned value) { return half_pair(float(value)); }
// Sums in 16 bits stay exact where a product of K = 16 elements adds a small power of two.
__device__ unsigned quarter_pair(unsigned value) { return half_pair(value * 0.25f); }
__device__ unsigned tf32(unsigned value) { return __float_as_uint(float(value)); }
__device__ unsigned bfloat_pair(unsigned value) { return __byte_perm(tf32(value), 0, 0x3232); }
__device__ unsigned bytes(unsigned value) { return value * 0x01010101u; }
__device__ double wide(unsigned value) { return value; }

#define FOUR "{%0, %1, %2, %3}"
#define TWO "{%0, %1}"
#define A4_B2 "{%4, %5, %6, %7}, {%8, %9}"
#define A2_B1 "{%4, %5}, {%8}"
#define A1_B1 "{%4}, {%8}"
#define SUMS(kind) kind(c[0]), kind(c[1]), kind(c[2]), kind(c[3])
#define ELEMENTS(kind) kind(a[0]), kind(a[1]), kind(a[2]), kind(a[3]), kind(b[0]), kind(b[1])

#define PRODUCT(name, sum, element, make, sums, elements, shape, c_registers, a_b_registers)     \
    struct name {                                                                                 \
        typedef sum Sum;                                                                          \
        typedef element Element;                                                                  \
        static __device__ Element element_of(unsigned value) { return make(value); }              \
        static __device__ void step(Sum (&c)[4], const Element (&a)[4], const Element (&b)[2])    \
        {                                                                                         \
            asm volatile("mma.sync.aligned." shape " " c_registers ", " a_b_registers ", " c_registers ";" \
                         : SUMS(sums) : ELEMENTS(elements));                                      \
        }                                                                                         \
    }

#define M16N8K16 "m16n8k16.row.col."
PRODUCT(Turing, float, unsigned, half_pair, "+f", "r", "m16n8k8.row.col.f32.f16.f16.f32", FOUR, A2_B1);  // measured
#if __CUDA_ARCH__ >= 800
PRODUCT(Half, float, unsigned, half_pair, "+f", "r", M16N8K16 "f32.f16.f16.f32", FOUR, A4_B2);  // measured
PRODUCT(HalfSums, unsigned, unsigned, quarter_pair, "+r", "r", M16N8K16 "f16.f16.f16.f16", TWO, A4_B2);  // measured
PRODUCT(Bfloat16, float, unsigned, bfloat_pair, "+f", "r", M16N8K16 "f32.bf16.bf16.f32", FOUR, A4_B2);  // measured
PRODUCT(Tf32, float, unsigned, tf32, "+f", "r", "m16n8k8.row.col.f32.tf32.tf32.f32", FOUR, A4_B2);  // measured
PRODUCT(Int8, int, unsigned, bytes, "+r", "r", "m16n8k32.row.col.s32.s8.s8.s32", FOUR, A4_B2);  // measured
PRODUCT(Fp64, double, double, wide, "+d", "d", "m8n8k4.row.col.f64.f64.f64.f64", TWO, A1_B1);  // measured
#endif

template <class Sum>
__device__ unsigned element_of(const Sum (&c)[4], unsigned place) { return unsigned(c[place]); }

// 16-bit sums lie in pairs.
__device__ unsigned element_of(const unsigned (&c)[4], unsigned place)
{
    float value;
    unsigned short bits = c[place / 2] >> 16 * (place % 2);
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return unsigned(value);
}

// A thread holds row lane / 4 of the first matrix, in the odd registers the row eight further down, column
// lane / 4 of the second, and of the sums two columns of each of its rows (PTX ISA, Matrix Fragments).
template <class Product, unsigned ROWS>
__device__ void run(unsigned* result, unsigned* cycles, unsigned steps)
{
    typedef typename Product::Element Element;
    typename Product::Sum sums[CHAINS][4] = {};
    unsigned lane = threadIdx.x % 32, row = lane / 4;
    Element upper = Product::element_of(value_of(row)), lower = Product::element_of(value_of(row + 8));
    Element a[4] = {upper, lower, upper, lower}, b[2] = {upper, upper};
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += STEPS_PER_TURN) {
#pragma unroll
        for (unsigned next = 0; next < STEPS_PER_TURN; ++next)
#pragma unroll
            for (unsigned chain = 0; chain < CHAINS; ++chain)
                Product::step(sums[chain], a, b);
    }
    __syncthreads();
    long long end = clock64();
    unsigned* matrix = result + (blockIdx.x * blockDim.x + threadIdx.x) / 32 * (ROWS * 8);
#pragma unroll
    for (unsigned place = 0; place < ROWS / 4; ++place) {
        unsigned sum = 0;
#pragma unroll
        for (unsigned chain = 0; chain < CHAINS; ++chain)
            sum += element_of(sums[chain], place);
        matrix[(row + place / 2 * 8) * 8 + lane % 4 * 2 + place % 2] = sum;
    }
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

#define PARAMETERS unsigned *result, unsigned *cycles, unsigned steps
#define ARGUMENTS result, cycles, steps

#if __CUDA_ARCH__ >= 800
extern "C" __global__ void half(PARAMETERS) { run<Half, 16>(ARGUMENTS); }
extern "C" __global__ void half_sums(PARAMETERS) { run<HalfSums, 16>(ARGUMENTS); }
extern "C" __global__ void bfloat16(PARAMETERS) { run<Bfloat16, 16>(ARGUMENTS); }
extern "C" __global__ void tensor_float32(PARAMETERS) { run<Tf32, 16>(ARGUMENTS); }
extern "C" __global__ void int8(PARAMETERS) { run<Int8, 16>(ARGUMENTS); }
extern "C" __global__ void fp64(PARAMETERS) { run<Fp64, 8>(ARGUMENTS); }
#endif
extern "C" __global__ void half_turing(PARAMETERS) { run<Turing, 16>(ARGUMENTS); }

#define D8 "{%0, %1, %2, %3, %4, %5, %6, %7}"
#define A8 "{%8, %9, %10, %11, %12, %13, %14, %15}"
#define B8 "{%16, %17, %18, %19, %20, %21, %22, %23}"
#define EIGHT(kind, all)                                                                         \
    kind(all[0]), kind(all[1]), kind(all[2]), kind(all[3]), kind(all[4]), kind(all[5]), kind(all[6]), kind(all[7])

// `wmma` does not say where elements lie: matrices go through memory, one of 16 x 16 for every warp.
extern "C" __global__ void half_wmma(PARAMETERS)
{
    __shared__ unsigned pairs[2][16 * 8];
    for (unsigned pair = threadIdx.x; pair < 16 * 8; pair += blockDim.x)
        pairs[0][pair] = pairs[1][pair] = half_pair(value_of(pair / 8));
    __syncthreads();
    unsigned a[8], b[8];
    float sums[CHAINS][8] = {};
    unsigned first = unsigned(__cvta_generic_to_shared(pairs[0]));
    unsigned second = unsigned(__cvta_generic_to_shared(pairs[1]));
    asm volatile("wmma.load.a.sync.aligned.row.m16n16k16.shared.f16 " D8 ", [%8], 16;"
                 : EIGHT("=r", a) : "r"(first) : "memory");
    asm volatile("wmma.load.b.sync.aligned.col.m16n16k16.shared.f16 " D8 ", [%8], 16;"
                 : EIGHT("=r", b) : "r"(second) : "memory");
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step) {
#pragma unroll
        for (unsigned chain = 0; chain < CHAINS; ++chain) {
            float(&c)[8] = sums[chain];
            asm volatile("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 " D8 ", " A8 ", " B8 ", " D8 ";"  // measured
                         : EIGHT("+f", c) : EIGHT("r", a), EIGHT("r", b));
        }
    }
    __syncthreads();
    long long end = clock64();
    float total[8] = {};
#pragma unroll
    for (unsigned chain = 0; chain < CHAINS; ++chain)
#pragma unroll
        for (unsigned place = 0; place < 8; ++place)
            total[place] += sums[chain][place];
    extern __shared__ float matrices[];
    unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    unsigned own = unsigned(__cvta_generic_to_shared(matrices + warp * 256));
    asm volatile("wmma.store.d.sync.aligned.row.m16n16k16.shared.f32 [%8], " D8 ", 16;"
                 :: EIGHT("f", total), "r"(own) : "memory");
    __syncwarp();
    for (unsigned place = lane; place < 256; place += 32)
        result[(blockIdx.x * (blockDim.x / 32) + warp) * 256 + place] = unsigned(matrices[warp * 256 + place]);
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
