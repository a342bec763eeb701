// Particles, random numbers, fractals and transforms.
#include <math_constants.h>

extern "C" __global__ void n_body(float4 *force, const float4 *bodies, int n, float softening)
{
    __shared__ float4 tile[64];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float4 me = i < n ? bodies[i] : make_float4(0, 0, 0, 0);
    float3 sum = {0, 0, 0};
    for (int start = 0; start < n; start += blockDim.x) {
        int j = start + threadIdx.x;
        tile[threadIdx.x] = j < n ? bodies[j] : make_float4(0, 0, 0, 0);
        __syncthreads();
#pragma unroll 4
        for (int k = 0; k < blockDim.x; ++k) {
            float dx = tile[k].x - me.x, dy = tile[k].y - me.y, dz = tile[k].z - me.z;
            float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + softening), pull = tile[k].w * inverse * inverse * inverse;
            sum.x += dx * pull;
            sum.y += dy * pull;
            sum.z += dz * pull;
        }
        __syncthreads();
    }
    if (i < n) force[i] = make_float4(sum.x, sum.y, sum.z, 0);
}

__device__ unsigned pcg(unsigned long long &state)
{
    unsigned long long old = state;
    state = old * 6364136223846793005ull + 1442695040888963407ull;
    unsigned shifted = (unsigned)((old >> 18 ^ old) >> 27), rotation = (unsigned)(old >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
}

extern "C" __global__ void monte_carlo_pi(unsigned long long *inside, int rounds)
{
    unsigned long long state = 2 * (blockIdx.x * blockDim.x + threadIdx.x) + 1;
    unsigned hits = 0;
    for (int r = 0; r < rounds; ++r) {
        unsigned x = pcg(state) >> 17, y = pcg(state) >> 17;
        hits += x * x + y * y < 1u << 30;
    }
    atomicAdd(inside, (unsigned long long)hits);
}

__device__ uint2 philox_round(uint4 &counter, uint2 key)
{
    unsigned low0 = 0xD2511F53u * counter.x, high0 = __umulhi(0xD2511F53u, counter.x);
    unsigned low1 = 0xCD9E8D57u * counter.z, high1 = __umulhi(0xCD9E8D57u, counter.z);
    counter = make_uint4(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
    return make_uint2(key.x + 0x9E3779B9u, key.y + 0xBB67AE85u);
}

extern "C" __global__ void philox(uint4 *out, uint4 start, uint2 key)
{
    for (int r = 0; r < 10; ++r) key = philox_round(start, key);
    *out = start;
}

extern "C" __global__ void mandelbrot(int *steps, int width, int height, double size, int limit)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, n = 0;
    if (x >= width || y >= height) return;
    double cr = -2 + size * x, ci = -1.25 + size * y, r = 0, i = 0;
    while (n < limit && __dadd_rn(__dmul_rn(r, r), __dmul_rn(i, i)) <= 4.0) {
        double next = __dadd_rn(__dadd_rn(__dmul_rn(r, r), -__dmul_rn(i, i)), cr);
        i = __dadd_rn(__dmul_rn(2 * r, i), ci);
        r = next;
        ++n;
    }
    steps[y * width + x] = n;
}

struct Complex {
    float re, im;
    __device__ Complex operator+(Complex o) const { return {re + o.re, im + o.im}; }
    __device__ Complex operator-(Complex o) const { return {re - o.re, im - o.im}; }
    __device__ Complex operator*(Complex o) const { return {re * o.re - im * o.im, re * o.im + im * o.re}; }
};

// Radix 2, in place in shared memory, bit-reversed on the way in; one butterfly per thread.
template <int N, bool INVERSE> __global__ void fft(Complex *data)
{
    __shared__ Complex s[N];
    constexpr int BITS = __builtin_ctz(N);
    Complex *mine = data + blockIdx.x * N;
    for (int i = threadIdx.x; i < N; i += N / 2) s[__brev(i) >> (32 - BITS)] = mine[i];
    for (int half = 1; half < N; half *= 2) {
        __syncthreads();
        int low = threadIdx.x % half, at = threadIdx.x / half * 2 * half + low;
        Complex w;
        sincospif((INVERSE ? 1.0f : -1.0f) * low / half, &w.im, &w.re);
        Complex even = s[at], odd = s[at + half] * w;
        s[at] = even + odd;
        s[at + half] = even - odd;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < N; i += N / 2) mine[i] = INVERSE ? Complex{s[i].re / N, s[i].im / N} : s[i];
}

template __global__ void fft<256, false>(Complex *);
template __global__ void fft<64, true>(Complex *);

// Black-Scholes: the normal distribution by Abramowitz and Stegun's polynomial.
__device__ float normal(float d)
{
    float k = 1.0f / (1.0f + 0.2316419f * fabsf(d));
    float tail = 0.39894228f * expf(-0.5f * d * d) *
        (k * (0.31938153f + k * (-0.356563782f + k * (1.781477937f + k * (-1.821255978f + k * 1.330274429f)))));
    return d > 0 ? 1.0f - tail : tail;
}

extern "C" __global__ void call_price(float *price, const float *spot, const float *strike, const float *years, int n)
{
    const float rate = 0.02f, volatility = 0.3f;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) {
        float root = sqrtf(years[i]);
        float d = (logf(spot[i] / strike[i]) + (rate + 0.5f * volatility * volatility) * years[i]) / (volatility * root);
        price[i] = spot[i] * normal(d) - strike[i] * expf(-rate * years[i]) * normal(d - volatility * root);
    }
}

// Newton's method with a bound, Horner's scheme on coefficients that come by value.
struct Polynomial { double c[6]; int degree; };

extern "C" __global__ void roots(double *x, Polynomial p)
{
    double at = x[threadIdx.x];
    for (int step = 0; step < 60; ++step) {
        double value = p.c[p.degree], slope = 0;
        for (int i = p.degree - 1; i >= 0; --i) {
            slope = fma(slope, at, value);
            value = fma(value, at, p.c[i]);
        }
        double next = at - value / slope;
        if (fabs(next - at) < 1e-14) break;
        at = next;
    }
    x[threadIdx.x] = at;
}
