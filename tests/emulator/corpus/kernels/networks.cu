// Layers of neural networks.
#include <cuda_fp16.h>
#include <math_constants.h>

struct Max { __device__ float operator()(float a, float b) const { return fmaxf(a, b); } };
struct Add { __device__ float operator()(float a, float b) const { return a + b; } };

template <typename Operator> __device__ float block_reduce(float value, Operator combine, float neutral)
{
    __shared__ float of_warp[32];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    for (int offset = 16; offset; offset >>= 1) value = combine(value, __shfl_xor_sync(~0u, value, offset));
    __syncthreads();
    if (lane == 0) of_warp[warp] = value;
    __syncthreads();
    value = lane < blockDim.x / 32 ? of_warp[lane] : neutral;
    for (int offset = 16; offset; offset >>= 1) value = combine(value, __shfl_xor_sync(~0u, value, offset));
    return value;
}

extern "C" __global__ void softmax_block(float *out, const float *in, int columns)
{
    const float *row = in + blockIdx.x * columns;
    float largest = -CUDART_INF_F, sum = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) largest = fmaxf(largest, row[c]);
    largest = block_reduce(largest, Max(), -CUDART_INF_F);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) sum += __expf(row[c] - largest);
    sum = block_reduce(sum, Add(), 0);
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        out[blockIdx.x * columns + c] = __expf(row[c] - largest) / sum;
}

// One pass: maximum and rescaled sum together, merged across the warp.
extern "C" __global__ void softmax_online(float *out, const float *in, int rows, int columns)
{
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    if (row >= rows) return;
    float largest = -INFINITY, sum = 0;
    for (int c = threadIdx.x; c < columns; c += 32) {
        float value = in[row * columns + c], before = largest;
        largest = fmaxf(largest, value);
        sum = sum * expf(before - largest) + expf(value - largest);
    }
    for (int offset = 16; offset; offset >>= 1) {
        float other = __shfl_xor_sync(~0u, largest, offset), other_sum = __shfl_xor_sync(~0u, sum, offset);
        float both = fmaxf(largest, other);
        sum = sum * expf(largest - both) + other_sum * expf(other - both);
        largest = both;
    }
    for (int c = threadIdx.x; c < columns; c += 32)
        out[row * columns + c] = __fdividef(expf(in[row * columns + c] - largest), sum);
}

// Welford's mean and variance, merged pairwise.
extern "C" __global__ void layer_norm(float *out, const float *in, const float *gain, const float *bias, int columns)
{
    const float *row = in + blockIdx.x * columns;
    float mean = 0, squares = 0, count = 0;
    for (int c = threadIdx.x; c < columns; c += 32) {
        count += 1;
        float delta = row[c] - mean;
        mean += delta / count;
        squares += delta * (row[c] - mean);
    }
    for (int offset = 16; offset; offset /= 2) {
        float n = __shfl_down_sync(~0u, count, offset), delta = __shfl_down_sync(~0u, mean, offset) - mean;
        float all = count + n;
        squares += __shfl_down_sync(~0u, squares, offset) + (all > 0 ? delta * delta * count * n / all : 0);
        mean += all > 0 ? delta * n / all : 0;
        count = all;
    }
    mean = __shfl_sync(~0u, mean, 0);
    float scale = rsqrtf(__shfl_sync(~0u, squares, 0) / columns + 1e-5f);
    for (int c = threadIdx.x; c < columns; c += 32)
        out[blockIdx.x * columns + c] = (row[c] - mean) * scale * gain[c] + bias[c];
}

extern "C" __global__ void rms_norm_half(half2 *out, const half2 *in, int pairs)
{
    float squares = 0;
    for (int c = threadIdx.x; c < pairs; c += blockDim.x) {
        float2 v = __half22float2(in[blockIdx.x * pairs + c]);
        squares += v.x * v.x + v.y * v.y;
    }
    float scale = rsqrtf(block_reduce(squares, Add(), 0) / (2 * pairs));
    for (int c = threadIdx.x; c < pairs; c += blockDim.x) {
        float2 v = __half22float2(in[blockIdx.x * pairs + c]);
        out[blockIdx.x * pairs + c] = __floats2half2_rn(v.x * scale, v.y * scale);
    }
}

// One thread per query, keys and values by tiles, online softmax with causal mask.
template <int D, int TILE> __global__ void attention(float *out, const float *q, const float *k, const float *v, int n)
{
    __shared__ float ks[TILE][D], vs[TILE][D];
    int row = blockIdx.x * TILE + threadIdx.x;
    float query[D], sum[D] = {}, largest = -INFINITY, total = 0;
    for (int d = 0; d < D; ++d) query[d] = row < n ? q[row * D + d] * rsqrtf(D) : 0;
    for (int start = 0; start <= blockIdx.x * TILE; start += TILE) {
        __syncthreads();
        for (int i = threadIdx.x; i < TILE * D; i += TILE) {
            bool inside = start + i / D < n;
            ks[i / D][i % D] = inside ? k[start * D + i] : 0;
            vs[i / D][i % D] = inside ? v[start * D + i] : 0;
        }
        __syncthreads();
        for (int j = 0; j < TILE && start + j <= row; ++j) {
            float score = 0;
            for (int d = 0; d < D; ++d) score += query[d] * ks[j][d];
            float before = largest;
            largest = fmaxf(largest, score);
            float shrink = __expf(before - largest), weight = __expf(score - largest);
            total = total * shrink + weight;
            for (int d = 0; d < D; ++d) sum[d] = sum[d] * shrink + weight * vs[j][d];
        }
    }
    if (row < n)
        for (int d = 0; d < D; ++d) out[row * D + d] = sum[d] / total;
}

template __global__ void attention<8, 32>(float *, const float *, const float *, const float *, int);

enum Activation { RELU, GELU, SILU, TANH };

extern "C" __global__ void activate(float *out, const float *in, int n, int kind)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = in[i];
    switch (kind) {
    case RELU: x = x > 0 ? x : 0.01f * x; break;
    case GELU: x = 0.5f * x * (1 + erff(x * 0.70710678f)); break;
    case SILU: x = x / (1 + expf(-x)); break;
    case TANH: x = tanhf(x);
    }
    out[i] = x;
}

// Symmetric quantisation of a row to int8, and a product of two such rows by dp4a.
extern "C" __global__ void quantise(signed char *out, float *scale, const float *in, int columns)
{
    float largest = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) largest = fmaxf(largest, fabsf(in[blockIdx.x * columns + c]));
    largest = block_reduce(largest, Max(), 0);
    if (threadIdx.x == 0) scale[blockIdx.x] = largest / 127.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        out[blockIdx.x * columns + c] = (signed char)__float2int_rn(in[blockIdx.x * columns + c] * 127.0f / largest);
}

extern "C" __global__ void dot_int8(int *out, const int *a, const int *b, int words)
{
    int row = blockIdx.x, col = threadIdx.x, sum = 0;
    for (int i = 0; i < words; ++i) sum = __dp4a(a[row * words + i], b[col * words + i], sum);
    out[row * blockDim.x + col] = sum;
}

extern "C" __global__ void dot_mixed(int *out, const short2 *a, const uchar4 *b, int words)
{
    int sum = 0;
    for (int i = threadIdx.x; i < words; i += 32) {
        sum = __dp2a_lo(a[2 * i], (char4){0, 0, 0, 0}, sum);
        int pair = *(const int *)(b + i);
        sum = __dp2a_lo(*(const int *)(a + 2 * i), pair, sum);
        sum = __dp2a_hi(*(const int *)(a + 2 * i + 1), pair, sum);
    }
    for (int offset = 16; offset; offset >>= 1) sum += __shfl_down_sync(~0u, sum, offset);
    if (threadIdx.x == 0) *out = sum;
}
