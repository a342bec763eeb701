// Convolutions, stencils and cellular automata.

#define RADIUS 3
__constant__ float taps[2 * RADIUS + 1];

extern "C" __global__ void convolve_line(float *out, const float *in, int n)
{
    extern __shared__ float tile[];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    for (int t = threadIdx.x; t < blockDim.x + 2 * RADIUS; t += blockDim.x) {
        int from = blockIdx.x * (int)blockDim.x + t - RADIUS;
        tile[t] = from >= 0 && from < n ? in[from] : 0.0f;
    }
    __syncthreads();
    if (i >= n) return;
    float sum = 0;
#pragma unroll
    for (int k = 0; k <= 2 * RADIUS; ++k) sum += taps[k] * tile[threadIdx.x + k];
    out[i] = sum;
}

__device__ __forceinline__ int clamp(int value, int low, int high) { return min(max(value, low), high); }

template <bool ROWS> __global__ void convolve_separable(float *out, const float *in, int width, int height)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= width || y >= height) return;
    float sum = 0;
    for (int k = -RADIUS; k <= RADIUS; ++k) {
        int from = ROWS ? y * width + clamp(x + k, 0, width - 1) : clamp(y + k, 0, height - 1) * width + x;
        sum += taps[k + RADIUS] * in[from];
    }
    out[y * width + x] = sum;
}

template __global__ void convolve_separable<true>(float *, const float *, int, int);
template __global__ void convolve_separable<false>(float *, const float *, int, int);

extern "C" __global__ void sobel(unsigned char *out, const unsigned char *in, int width, int height)
{
    __shared__ unsigned char tile[10][18];
    int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
    for (int i = threadIdx.y * 16 + threadIdx.x; i < 180; i += 128) {
        int fx = clamp(blockIdx.x * 16 + i % 18 - 1, 0, width - 1), fy = clamp(blockIdx.y * 8 + i / 18 - 1, 0, height - 1);
        tile[i / 18][i % 18] = in[fy * width + fx];
    }
    __syncthreads();
    if (x >= width || y >= height) return;
    auto at = [&](int dx, int dy) -> int { return tile[threadIdx.y + 1 + dy][threadIdx.x + 1 + dx]; };
    int gx = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
    int gy = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
    out[y * width + x] = (unsigned char)min(abs(gx) + abs(gy), 255);
}

extern "C" __global__ void median_3x3(unsigned short *out, const unsigned short *in, int width, int height)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x < 1 || y < 1 || x >= width - 1 || y >= height - 1) return;
    unsigned short window[9];
    for (int i = 0; i < 9; ++i) window[i] = in[(y + i / 3 - 1) * width + x + i % 3 - 1];
#pragma unroll 1
    for (int i = 1; i < 9; ++i) {
        unsigned short value = window[i];
        int j = i;
        while (j > 0 && window[j - 1] > value) {
            window[j] = window[j - 1];
            --j;
        }
        window[j] = value;
    }
    out[y * width + x] = window[4];
}

extern "C" __global__ void heat_2d(float *__restrict__ out, const float *__restrict__ in, int width, int height, float k)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, i = y * width + x;
    if (x >= width || y >= height) return;
    if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
        out[i] = in[i];
        return;
    }
    out[i] = in[i] + k * (in[i - 1] + in[i + 1] + in[i - width] + in[i + width] - 4.0f * in[i]);
}

// A column of z in registers: front, middle, back.
extern "C" __global__ void laplace_3d(double *out, const double *in, int nx, int ny, int nz)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x == 0 || y == 0 || x >= nx - 1 || y >= ny - 1) return;
    int plane = nx * ny, i = y * nx + x;
    double back = in[i], middle = in[i + plane];
    for (int z = 1; z < nz - 1; ++z) {
        i += plane;
        double front = in[i + plane];
        out[i] = back + front + in[i - 1] + in[i + 1] + in[i - nx] + in[i + nx] - 6.0 * middle;
        back = middle;
        middle = front;
    }
}

extern "C" __global__ void life(unsigned char *next, const unsigned char *cells, int width, int height)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, neighbours = 0;
    if (x >= width || y >= height) return;
    for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
            if (dx == 0 && dy == 0) continue;
            neighbours += cells[(y + dy + height) % height * width + (x + dx + width) % width];
        }
    next[y * width + x] = neighbours == 3 || (neighbours == 2 && cells[y * width + x]);
}

// 32 cells of a word at once: elementary rule 110 with carries by funnel shifts.
extern "C" __global__ void rule_110(unsigned *next, const unsigned *cells, int words)
{
    int i = threadIdx.x;
    unsigned here = cells[i], left = __funnelshift_l(cells[(i + words - 1) % words], here, 1);
    unsigned right = __funnelshift_r(here, cells[(i + 1) % words], 1);
    next[i] = (here | right) & ~(here & left & right);
}
