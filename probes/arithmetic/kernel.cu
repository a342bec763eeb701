// Arithmetic: how long an operation takes, and how many a multiprocessor finishes per clock.
//
// Mechanism. An instruction occupies a pipeline of so many lanes and its result is ready some cycles later.
// A chain of operations, each on the result of the one before, shows that latency (one warp, one chain). Many
// chains, of many warps or of one thread (instruction-level parallelism), hide it and show the throughput.
// What is no machine instruction (division, 64-bit multiplication) is a sequence of them.
//
// One block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. The compiler: operations are inline PTX that it may neither drop nor fold, on operands
// it does not know; every chain's result is checked, and the emulator counts one instruction per operation.
// Division takes a shorter way where operands fit into 32 bits and a longer one where floats are not normal:
// the 64-bit one has operands beyond 32 bits, floats are normal. Approximations may be off in the last
// place: their results are rounded.
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

// Two sums of 16-bit floats; `operand` holds two ones.
struct Fp16Fma {
    typedef unsigned Value;
    static __device__ void step(Value& value, Value operand)
    {
        asm volatile("fma.rn.f16x2 %0, %0, %1, %1;" : "+r"(value) : "r"(operand));  // measured
    }
};

// There and back: two conversions.
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

template <class Operation>
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
    for (unsigned step = 0; step < steps; step += 16) {
#pragma unroll
        for (unsigned next = 0; next < 16; ++next)
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

extern "C" __global__ void fp32_fma(PARAMETERS) { run<Fp32Fma>(ARGUMENTS); }
extern "C" __global__ void fp64_fma(PARAMETERS) { run<Fp64Fma>(ARGUMENTS); }
extern "C" __global__ void fp16_fma(PARAMETERS) { run<Fp16Fma>(ARGUMENTS); }
extern "C" __global__ void int32_add(PARAMETERS) { run<Int32Add>(ARGUMENTS); }
extern "C" __global__ void int32_mad(PARAMETERS) { run<Int32Mad>(ARGUMENTS); }
extern "C" __global__ void int64_add(PARAMETERS) { run<Int64Add>(ARGUMENTS); }
extern "C" __global__ void int64_multiply(PARAMETERS) { run<Int64Multiply>(ARGUMENTS); }
extern "C" __global__ void int32_divide(PARAMETERS) { run<Int32Divide>(ARGUMENTS); }
extern "C" __global__ void int64_divide(PARAMETERS) { run<Int64Divide>(ARGUMENTS); }
extern "C" __global__ void fp32_divide(PARAMETERS) { run<Fp32Divide>(ARGUMENTS); }
extern "C" __global__ void fp64_divide(PARAMETERS) { run<Fp64Divide>(ARGUMENTS); }
extern "C" __global__ void reciprocal(PARAMETERS) { run<Reciprocal>(ARGUMENTS); }
extern "C" __global__ void reciprocal_root(PARAMETERS) { run<ReciprocalRoot>(ARGUMENTS); }
extern "C" __global__ void sine(PARAMETERS) { run<Sine>(ARGUMENTS); }
extern "C" __global__ void convert(PARAMETERS) { run<Convert>(ARGUMENTS); }
