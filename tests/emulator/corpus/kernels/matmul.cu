// Matrix products, from naive to tensor cores; row-major unless said.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <mma.h>

using namespace nvcuda;

extern "C" __global__ void multiply_naive(float *c, const float *a, const float *b, int m, int n, int k)
{
    int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row >= m || col >= n) return;
    float sum = 0.0f;
    for (int i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + col];
    c[row * n + col] = sum;
}

template <int TILE, typename T>
__global__ void __launch_bounds__(TILE *TILE) multiply_tiled(T *c, const T *a, const T *b, int m, int n, int k)
{
    __shared__ T as[TILE][TILE], bs[TILE][TILE + 1];
    int tx = threadIdx.x, ty = threadIdx.y, row = blockIdx.y * TILE + ty, col = blockIdx.x * TILE + tx;
    T sum = 0;
    for (int start = 0; start < k; start += TILE) {
        as[ty][tx] = row < m && start + tx < k ? a[row * k + start + tx] : T(0);
        bs[ty][tx] = start + ty < k && col < n ? b[(start + ty) * n + col] : T(0);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < TILE; ++i) sum += as[ty][i] * bs[i][tx];
        __syncthreads();
    }
    if (row < m && col < n) c[row * n + col] = sum;
}

template __global__ void multiply_tiled<16, float>(float *, const float *, const float *, int, int, int);
template __global__ void multiply_tiled<32, float>(float *, const float *, const float *, int, int, int);
template __global__ void multiply_tiled<16, double>(double *, const double *, const double *, int, int, int);
template __global__ void multiply_tiled<16, int>(int *, const int *, const int *, int, int, int);

// 32x32 of C per block of 8x8 threads, 4x4 in the registers of each; float4 between memory and shared.
extern "C" __global__ void multiply_registers(float *c, const float *a, const float *b, int n, int k)
{
    __shared__ float as[8][32];
    __shared__ float4 bs[8][8];
    int tx = threadIdx.x, ty = threadIdx.y, t = ty * 8 + tx, row0 = blockIdx.y * 32, col0 = blockIdx.x * 32;
    float sum[4][4] = {};
    for (int start = 0; start < k; start += 8) {
        float4 four = *reinterpret_cast<const float4 *>(a + (row0 + t / 2) * k + start + t % 2 * 4);
        as[t % 2 * 4 + 0][t / 2] = four.x;
        as[t % 2 * 4 + 1][t / 2] = four.y;
        as[t % 2 * 4 + 2][t / 2] = four.z;
        as[t % 2 * 4 + 3][t / 2] = four.w;
        bs[ty][tx] = __ldg(reinterpret_cast<const float4 *>(b + (start + ty) * n + col0) + tx);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            float4 right = bs[i][tx];
#pragma unroll
            for (int r = 0; r < 4; ++r) {
                float left = as[i][ty * 4 + r];
                sum[r][0] = fmaf(left, right.x, sum[r][0]);
                sum[r][1] = fmaf(left, right.y, sum[r][1]);
                sum[r][2] = fmaf(left, right.z, sum[r][2]);
                sum[r][3] = fmaf(left, right.w, sum[r][3]);
            }
        }
        __syncthreads();
    }
    for (int r = 0; r < 4; ++r)
        reinterpret_cast<float4 *>(c + (row0 + ty * 4 + r) * n + col0)[tx] =
            make_float4(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
}

extern "C" __global__ void multiply_half2(half *c, const half *a, const half *b_transposed, int n, int k)
{
    int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
    half2 sum = __float2half2_rn(0.0f);
    for (int i = 0; i < k / 2; ++i)
        sum = __hfma2(((const half2 *)(a + row * k))[i], ((const half2 *)(b_transposed + col * k))[i], sum);
    c[row * n + col] = __hadd(__low2half(sum), __high2half(sum));
}

// One warp per 16x16 of C.
extern "C" __global__ void multiply_wmma(float *c, const half *a, const half *b, int n, int k)
{
    wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> fb;
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
    int row = blockIdx.y * 16, col = blockIdx.x * 16;
    wmma::fill_fragment(fc, 0.0f);
    for (int i = 0; i < k; i += 16) {
        wmma::load_matrix_sync(fa, a + row * k + i, k);
        wmma::load_matrix_sync(fb, b + i * n + col, n);
        wmma::mma_sync(fc, fa, fb, fc);
    }
    for (int i = 0; i < fc.num_elements; ++i) fc.x[i] *= 2.0f;
    wmma::store_matrix_sync(c + row * n + col, fc, n, wmma::mem_row_major);
}

#if __CUDA_ARCH__ >= 800
// c (16x8) = a (16x16, row-major) b (16x8, column-major); ldmatrix for a, plain loads for b.
extern "C" __global__ void multiply_mma(float *c, const half *a, const half *b)
{
    __shared__ alignas(16) half tile[16 * 16];
    int lane = threadIdx.x;
    for (int i = lane; i < 32; i += 32) reinterpret_cast<uint4 *>(tile)[i] = reinterpret_cast<const uint4 *>(a)[i];
    __syncwarp();
    unsigned address = (unsigned)__cvta_generic_to_shared(tile + lane % 16 * 16 + lane / 16 * 8), fa[4], fb[2];
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fa[0]), "=r"(fa[1]), "=r"(fa[2]), "=r"(fa[3]) : "r"(address));
    for (int i = 0; i < 2; ++i) fb[i] = *(const unsigned *)(b + lane / 4 * 16 + lane % 4 * 2 + i * 8);
    float d[4] = {1, 1, 1, 1};
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
    for (int i = 0; i < 4; ++i) c[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = d[i];
}

__device__ __forceinline__ unsigned shared_at(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// c (64x64 per block of 4 warps, 32x32 per warp) = a (m x k) b (k x n), both row-major: ldmatrix, mma.sync m16n8k16.
extern "C" __global__ void __launch_bounds__(128) multiply_warp_tiled(float *c, const half *a, const half *b, int n, int k)
{
    __shared__ alignas(16) half as[64][32 + 8], bs[32][64 + 8];
    int t = threadIdx.x, lane = t % 32, warp_row = t / 64 * 32, warp_col = t / 32 % 2 * 32;
    int row = blockIdx.y * 64, col = blockIdx.x * 64;
    float d[2][4][4] = {};
    for (int start = 0; start < k; start += 32) {
        for (int i = t; i < 64 * 4; i += 128)
            *(uint4 *)&as[i / 4][i % 4 * 8] = *(const uint4 *)&a[(row + i / 4) * k + start + i % 4 * 8];
        for (int i = t; i < 32 * 8; i += 128)
            *(uint4 *)&bs[i / 8][i % 8 * 8] = *(const uint4 *)&b[(start + i / 8) * n + col + i % 8 * 8];
        __syncthreads();
#pragma unroll
        for (int step = 0; step < 32; step += 16) {
            unsigned fa[2][4], fb[2][4];
#pragma unroll
            for (int i = 0; i < 2; ++i)
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(fa[i][0]), "=r"(fa[i][1]), "=r"(fa[i][2]), "=r"(fa[i][3])
                             : "r"(shared_at(&as[warp_row + i * 16 + lane % 16][step + lane / 16 * 8])));
#pragma unroll
            for (int j = 0; j < 2; ++j)
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(fb[j][0]), "=r"(fb[j][1]), "=r"(fb[j][2]), "=r"(fb[j][3])
                             : "r"(shared_at(&bs[step + lane % 16][warp_col + j * 16 + lane / 16 * 8])));
#pragma unroll
            for (int i = 0; i < 2; ++i)
#pragma unroll
                for (int j = 0; j < 4; ++j)
                    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                                 : "+f"(d[i][j][0]), "+f"(d[i][j][1]), "+f"(d[i][j][2]), "+f"(d[i][j][3])
                                 : "r"(fa[i][0]), "r"(fa[i][1]), "r"(fa[i][2]), "r"(fa[i][3]),
                                   "r"(fb[j / 2][j % 2 * 2]), "r"(fb[j / 2][j % 2 * 2 + 1]));
        }
        __syncthreads();
    }
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 4; ++j)
            for (int part = 0; part < 2; ++part)
                *(float2 *)&c[(row + warp_row + i * 16 + part * 8 + lane / 4) * n + col + warp_col + j * 8 + lane % 4 * 2] =
                    make_float2(d[i][j][part * 2], d[i][j][part * 2 + 1]);
}
#endif

extern "C" __global__ void axpy_bfloat16(__nv_bfloat16 *y, const __nv_bfloat16 *x, float scale, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = __float2bfloat16(scale * __bfloat162float(x[i]) + __bfloat162float(y[i]));
}
