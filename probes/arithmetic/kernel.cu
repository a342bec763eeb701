// Arithmetic: how long an operation takes, and how many a multiprocessor finishes per clock.
//
// Mechanism. An instruction occupies a pipeline of so many lanes and its result is ready some cycles later.
// A chain of operations, each on the result of the one before, shows that latency (one warp, one chain). Many
// chains, of many warps or of one thread (instruction-level parallelism), hide it and show the throughput.
// What is no machine instruction (division, 64-bit multiplication) is a sequence of them. A loop adds
// instructions of its own, which unrolling shares among as many steps.
//
// One block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. The compiler: operations are inline PTX that it may neither drop nor fold, on operands
// it does not know; every chain's result is checked, and the emulator counts one instruction per operation.
// Division takes a shorter way where operands fit into 32 bits and a longer one where floats are not normal:
// the 64-bit one has operands beyond 32 bits, floats are normal. Approximations may be off in the last
// place: their results are rounded. Sums of bfloat16 stay at 256, where another one no longer changes them; that
// is checked too.
// Published: 4 cycles for FP32 and INT32 on V100, A100 and H100 (PMC10448217, table 3); 128 or 64 FP32 lanes
// (CUDA C++ Programming Guide, arithmetic instructions); div.rn.f32 525 cycles and div.s32 66 on A100
// (Abdelkhalik et al., arXiv 2208.11174, table V). An emulated device has no latencies: there only the
// instructions are counted.

typedef unsigned long long Wide;

#define OPERATION(name, type, code, output, input)                    \
    struct name {                                                     \
        typedef type Value;                                           \
        static __device__ void step(Value& value, Value operand)      \
        {                                                             \
            asm volatile(code : output(value) : input(operand));      \
        }                                                             \
    }

OPERATION(Fp32Fma, float, "fma.rn.f32 %0, %0, %1, %1;", "+f", "f");  // measured
OPERATION(Fp64Fma, double, "fma.rn.f64 %0, %0, %1, %1;", "+d", "d");  // measured
OPERATION(Int32Add, unsigned, "add.u32 %0, %0, %1;", "+r", "r");  // measured
OPERATION(Int32Mad, unsigned, "mad.lo.u32 %0, %0, %1, %1;", "+r", "r");  // measured
OPERATION(Int64Add, Wide, "add.u64 %0, %0, %1;", "+l", "l");  // measured
OPERATION(Int64Multiply, Wide, "mul.lo.u64 %0, %0, %1;", "+l", "l");  // measured
OPERATION(Int32Divide, unsigned, "div.u32 %0, %1, %0;", "+r", "r");  // measured
OPERATION(Int64Divide, Wide, "div.u64 %0, %1, %0;", "+l", "l");  // measured
OPERATION(Fp32Divide, float, "div.rn.f32 %0, %1, %0;", "+f", "f");  // measured
OPERATION(Fp64Divide, double, "div.rn.f64 %0, %1, %0;", "+d", "d");  // measured
OPERATION(Reciprocal, float, "rcp.approx.ftz.f32 %0, %0;", "+f", "f");  // measured
OPERATION(ReciprocalRoot, float, "rsqrt.approx.ftz.f32 %0, %0;", "+f", "f");  // measured
OPERATION(Sine, float, "sin.approx.ftz.f32 %0, %0;", "+f", "f");  // measured
OPERATION(HyperbolicTangent, float, "tanh.approx.f32 %0, %0;", "+f", "f");  // measured
OPERATION(Root, float, "sqrt.rn.f32 %0, %0;", "+f", "f");  // measured

// Two sums of 16-bit floats; `operand` holds two ones.
struct Fp16Fma {
    typedef unsigned Value;
    static __device__ void step(Value& value, Value operand)
    {
        asm volatile("fma.rn.f16x2 %0, %0, %1, %1;" : "+r"(value) : "r"(operand));  // measured
    }
};

#if __CUDA_ARCH__ >= 800
struct Bf16Fma {
    typedef unsigned Value;
    static __device__ void step(Value& value, Value operand)
    {
        asm volatile("fma.rn.bf16x2 %0, %0, %1, %1;" : "+r"(value) : "r"(operand));  // measured
    }
};
#endif

// There and back: two instructions.
struct Exponential {
    typedef float Value;
    static __device__ void step(Value& value, Value)
    {
        asm volatile("ex2.approx.ftz.f32 %0, %0;" : "+f"(value));  // measured
        asm volatile("lg2.approx.ftz.f32 %0, %0;" : "+f"(value));  // measured
    }
};

struct ConvertHalf {
    typedef float Value;
    static __device__ void step(Value& value, Value)
    {
        unsigned short between;
        asm volatile("cvt.rn.f16.f32 %0, %1;" : "=h"(between) : "f"(value));  // measured
        asm volatile("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(between));     // measured
    }
};

struct ConvertDouble {
    typedef float Value;
    static __device__ void step(Value& value, Value)
    {
        double between;
        asm volatile("cvt.f64.f32 %0, %1;" : "=d"(between) : "f"(value));     // measured
        asm volatile("cvt.rn.f32.f64 %0, %1;" : "=f"(value) : "d"(between));  // measured
    }
};

struct Convert {
    typedef unsigned Value;
    static __device__ void step(Value& value, Value)
    {
        float between;
        asm volatile("cvt.rn.f32.u32 %0, %1;" : "=f"(between) : "r"(value));   // measured
        asm volatile("cvt.rzi.u32.f32 %0, %1;" : "=r"(value) : "f"(between));  // measured
    }
};

__device__ unsigned whole(float value) { return unsigned(value + 0.5f); }
__device__ unsigned whole(double value) { return unsigned(value + 0.5); }
__device__ unsigned whole(unsigned value) { return value; }
__device__ unsigned whole(Wide value) { return unsigned(value); }

// Of operations that are sequences of instructions no more than eight to a turn, for the compiler's sake.
const unsigned FEW = STEPS_PER_TURN * CHAINS > 8 ? 8 / CHAINS : STEPS_PER_TURN;

template <class Operation, unsigned UNROLLED = STEPS_PER_TURN>
__device__ void run(unsigned* result, unsigned* cycles, unsigned first, unsigned scatter, Wide constant,
                    unsigned steps)
{
    typedef typename Operation::Value Value;
    Value operand = Value(constant);
    Value values[CHAINS];
#pragma unroll
    for (unsigned chain = 0; chain < CHAINS; ++chain)
        values[chain] = Value(first << threadIdx.x % 8 * scatter);
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += UNROLLED) {
#pragma unroll
        for (unsigned next = 0; next < UNROLLED; ++next)
#pragma unroll
            for (unsigned chain = 0; chain < CHAINS; ++chain)
                Operation::step(values[chain], operand);
    }
    __syncthreads();
    long long end = clock64();
    unsigned sum = 0;
#pragma unroll
    for (unsigned chain = 0; chain < CHAINS; ++chain)
        sum += whole(values[chain]);
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

#define PARAMETERS unsigned *result, unsigned *cycles, unsigned first, unsigned scatter, Wide constant, unsigned steps
#define ARGUMENTS result, cycles, first, scatter, constant, steps

#ifdef UNROLL
extern "C" __global__ void unrolled(PARAMETERS)
{
    float value = float(first), operand = float(constant);
    __syncthreads();
    long long start = clock64();
#pragma unroll UNROLL
    for (unsigned step = 0; step < steps; ++step)  // measured: loop
        Fp32Fma::step(value, operand);
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = whole(value);
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
#else
extern "C" __global__ void fp32_fma(PARAMETERS) { run<Fp32Fma>(ARGUMENTS); }
#endif

#ifdef ALL
#if __CUDA_ARCH__ >= 800
extern "C" __global__ void bf16_fma(PARAMETERS) { run<Bf16Fma>(ARGUMENTS); }
#endif
extern "C" __global__ void fp64_fma(PARAMETERS) { run<Fp64Fma>(ARGUMENTS); }
extern "C" __global__ void fp16_fma(PARAMETERS) { run<Fp16Fma>(ARGUMENTS); }
extern "C" __global__ void int32_add(PARAMETERS) { run<Int32Add>(ARGUMENTS); }
extern "C" __global__ void int32_mad(PARAMETERS) { run<Int32Mad>(ARGUMENTS); }
extern "C" __global__ void int64_add(PARAMETERS) { run<Int64Add>(ARGUMENTS); }
extern "C" __global__ void int64_multiply(PARAMETERS) { run<Int64Multiply, FEW>(ARGUMENTS); }
extern "C" __global__ void int32_divide(PARAMETERS) { run<Int32Divide, FEW>(ARGUMENTS); }
extern "C" __global__ void int64_divide(PARAMETERS) { run<Int64Divide, FEW>(ARGUMENTS); }
extern "C" __global__ void fp32_divide(PARAMETERS) { run<Fp32Divide, FEW>(ARGUMENTS); }
extern "C" __global__ void fp64_divide(PARAMETERS) { run<Fp64Divide, FEW>(ARGUMENTS); }
extern "C" __global__ void reciprocal(PARAMETERS) { run<Reciprocal>(ARGUMENTS); }
extern "C" __global__ void reciprocal_root(PARAMETERS) { run<ReciprocalRoot>(ARGUMENTS); }
extern "C" __global__ void sine(PARAMETERS) { run<Sine>(ARGUMENTS); }
extern "C" __global__ void convert(PARAMETERS) { run<Convert>(ARGUMENTS); }
extern "C" __global__ void convert_half(PARAMETERS) { run<ConvertHalf>(ARGUMENTS); }
extern "C" __global__ void convert_double(PARAMETERS) { run<ConvertDouble>(ARGUMENTS); }
extern "C" __global__ void exponential(PARAMETERS) { run<Exponential>(ARGUMENTS); }
extern "C" __global__ void hyperbolic_tangent(PARAMETERS) { run<HyperbolicTangent>(ARGUMENTS); }
extern "C" __global__ void root(PARAMETERS) { run<Root, FEW>(ARGUMENTS); }
#endif
