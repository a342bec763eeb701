// Ways through a program: branches, loops, calls, tables of functions, locks, flags.

struct Options { int kind; float scale; short offsets[3]; unsigned char flags; };

extern "C" __global__ void struct_by_value(float *out, Options options, const int *table, int n)
{
    int i = threadIdx.x;
    if (i >= n) return;
    float value = options.scale * table[i] + options.offsets[i % 3];
    out[i] = options.flags & 1 << options.kind ? -value : value;
}

extern "C" __global__ void interpret(int *stack, const unsigned char *program, int length)
{
    int depth = 0, local[16] = {};
    for (int pc = 0; pc < length; ++pc) {
        switch (program[pc]) {
        case 0: local[depth++] = threadIdx.x; break;
        case 1: local[depth++] = program[++pc]; break;
        case 2: --depth; local[depth - 1] += local[depth]; break;
        case 3: --depth; local[depth - 1] *= local[depth]; break;
        case 4: --depth; local[depth - 1] = local[depth] ? local[depth - 1] / local[depth] : 0; break;
        case 5: local[depth] = local[depth - 1]; ++depth; break;
        case 6: if (local[--depth] & 1) pc += program[pc + 1]; ++pc; break;
        case 7: local[depth - 1] = -local[depth - 1]; break;
        default: goto done;
        }
    }
done:
    stack[threadIdx.x] = depth * 1000000 + local[depth - 1];
}

extern "C" __global__ void collatz(int *steps, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x, count = 0;
    if (i >= n) return;
    unsigned long long value = i + 1;
    do {
        if (value == 1) break;
        value = value & 1 ? 3 * value + 1 : value / 2;
    } while (++count < 1000);
    steps[i] = count;
}

extern "C" __global__ void prime_gaps(int *next, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    for (int candidate = i;; ++candidate) {
        if (candidate < 2 || (candidate > 2 && candidate % 2 == 0)) continue;
        bool prime = true;
        for (int d = 3; d * d <= candidate; d += 2)
            if (candidate % d == 0) {
                prime = false;
                break;
            }
        if (!prime) continue;
        next[i] = candidate;
        return;
    }
}

__device__ __noinline__ int gcd(int a, int b)
{
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

__device__ __noinline__ int totient(int n)
{
    int count = 0;
    for (int k = 1; k <= n; ++k) count += gcd(n, k) == 1;
    return count;
}

extern "C" __global__ void totients(int *out, int n)
{
    if (threadIdx.x < n) out[threadIdx.x] = threadIdx.x % 3 == 0 ? totient(threadIdx.x) : gcd(threadIdx.x, 12);
}

typedef float (*Function)(float);
__device__ __noinline__ float twice(float x) { return 2 * x; }
__device__ __noinline__ float square(float x) { return x * x; }
__device__ __noinline__ float negate(float x) { return -x; }
__device__ Function functions[3] = {twice, square, negate};

extern "C" __global__ void call_by_table(float *data, const int *which)
{
    data[threadIdx.x] = functions[which[threadIdx.x]](data[threadIdx.x]);
}

__device__ int lock, guarded[4];

extern "C" __global__ void spin_lock(int *out, int rounds)
{
    if (threadIdx.x % 32 == 0)
        for (int r = 0; r < rounds; ++r) {
            while (atomicCAS(&lock, 0, 1) != 0) __nanosleep(20);
            __threadfence();
            volatile int *values = guarded;
            values[0] = values[0] + 1;
            values[1] = values[1] + values[0];
            __threadfence();
            atomicExch(&lock, 0);
        }
    __syncthreads();
    if (threadIdx.x == 0 && atomicAdd(&guarded[2], 1) == gridDim.x - 1) {
        out[0] = atomicAdd(&guarded[0], 0);
        out[1] = atomicAdd(&guarded[1], 0);
    }
}

// Lanes of one warp take the lock in turn: the loop that deadlocked before Volta is written with a flag.
__device__ int lane_lock;

extern "C" __global__ void lock_by_lane(int *counter)
{
    for (bool done = false; !done;)
        if (atomicCAS(&lane_lock, 0, 1) == 0) {
            ++*(volatile int *)counter;
            __threadfence();
            atomicExch(&lane_lock, 0);
            done = true;
        }
}

extern "C" __global__ void producer_consumer(int *out, int items)
{
    __shared__ volatile int slot, full;
    int warp = threadIdx.x / 32;
    if (threadIdx.x == 0) full = 0;
    __syncthreads();
    if (threadIdx.x % 32 == 0)
        for (int i = 0; i < items; ++i) {
            while (full != warp) {}
            if (warp == 0) slot = i * i;
            else out[i] = slot;
            __threadfence_block();
            full = !warp ? 1 : 0;
        }
}

template <int N> struct Power {
    template <typename T> static __device__ T of(T x) { return x * Power<N - 1>::of(x); }
};
template <> struct Power<0> {
    template <typename T> static __device__ T of(T) { return T(1); }
};

template <int N, typename... Rest> __device__ int weigh(int first, Rest... rest)
{
    if constexpr (sizeof...(rest) > 0) return N * first + weigh<N + 1>(rest...);
    else return N * first;
}

template <typename T> __global__ void powers(T *out, const T *in)
{
    auto shifted = [bias = T(threadIdx.x & 3)](T x) { return x + bias; };
    T x = in[threadIdx.x];
    out[threadIdx.x] = shifted(Power<5>::of(x)) + T(weigh<1>(1, 2, 3));
}

template __global__ void powers<long long>(long long *, const long long *);
template __global__ void powers<double>(double *, const double *);

extern "C" __global__ void lower_bound(int *out, const float *sorted, int n, const float *keys)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (sorted[middle] < keys[threadIdx.x]) low = middle + 1;
        else high = middle;
    }
    out[threadIdx.x] = low;
}

extern "C" __global__ void grid_3d(int *out)
{
    int block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    int thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    out[block * blockDim.x * blockDim.y * blockDim.z + thread] = block * 10000 + threadIdx.z * 100 + threadIdx.y * 10 + threadIdx.x;
}
