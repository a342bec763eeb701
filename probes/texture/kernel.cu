// Texture: fetches through the texture unit against plain loads and loads by the read-only path.
//
// Mechanism. A texture lies in memory in tiles, so that texels which are near in both directions share sectors and
// cache lines: a warp's fetch costs about as much for a square of 8 x 4 texels as for a row of 32. Rows of an array
// in plain order share nothing with each other: the taller the rectangle of a warp, the more sectors its load
// touches. Since 5.0 the texture cache, the read-only path (`ld.global.nc`) and L1 are one memory; the texture
// unit in front of it computes addresses and takes a warp's texels in groups.
//
//   tile    each warp reads rectangles of `across` x 32 / `across` texels, every texel once
//   stride  the lanes of a warp read texels `stride` apart along a row
//
// Each through plain loads (`plain`), the read-only path (`read_only`) and a texture object (`texture`).
//
// What can fool it. Caches: the image of 16 MiB fits the L2 of newer chips, so that what differs is the way from
// there; blocks read neighbouring rectangles. The compiler turns plain loads of constant arrays into those of the
// read-only path: inline PTX forbids that. An emulated device knows neither tiles nor the texture unit's rate: it
// counts the sectors of loads, checks all three, and says nothing of bandwidths. Published: a fetch that hits takes
// 38 cycles where a load takes 28 to 33 (caps-tum/mt4g@4cc5566, sample_results).

__device__ unsigned plain(const unsigned* image, cudaTextureObject_t, unsigned width, unsigned x, unsigned y)
{
    unsigned value;
    asm volatile("ld.global.u32 %0, [%1];" : "=r"(value) : "l"(image + y * width + x));  // measured
    return value;
}

__device__ unsigned read_only(const unsigned* image, cudaTextureObject_t, unsigned width, unsigned x, unsigned y)
{
    unsigned value;
    asm volatile("ld.global.nc.u32 %0, [%1];" : "=r"(value) : "l"(image + y * width + x));  // measured
    return value;
}

__device__ unsigned texture(const unsigned*, cudaTextureObject_t texels, unsigned, unsigned x, unsigned y)
{
    unsigned value;
    asm volatile("{ .reg .u32 g, b, a; tex.2d.v4.u32.s32 {%0, g, b, a}, [%1, {%2, %3}]; }"  // measured: fetch
                 : "=r"(value)
                 : "l"(texels), "r"(x), "r"(y));
    return value;
}

typedef unsigned (*Read)(const unsigned*, cudaTextureObject_t, unsigned, unsigned, unsigned);

const unsigned READS = 8;

#define PARAMETERS \
    const unsigned *image, cudaTextureObject_t texels, unsigned *result, unsigned width, unsigned extent
#define ARGUMENTS image, texels, result, width, extent

template <Read read>
__device__ void tile(PARAMETERS)
{
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned lane = thread % 32, down = 32 / extent, tiles_of_row = width / extent;
    unsigned values[READS];
#pragma unroll
    for (unsigned next = 0; next < READS; ++next) {
        unsigned tile = thread / 32 * READS + next;
        unsigned x = tile % tiles_of_row * extent + lane % extent;
        values[next] = read(image, texels, width, x, tile / tiles_of_row * down + lane / extent);
    }
    unsigned sum = 0;
#pragma unroll
    for (unsigned next = 0; next < READS; ++next)
        sum += values[next];
    result[thread] = sum;
}

template <Read read>
__device__ void stride(PARAMETERS)
{
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x, values[READS];
#pragma unroll
    for (unsigned next = 0; next < READS; ++next) {
        unsigned place = (thread / 32 * READS + next) * 32 + thread % 32;
        unsigned y = place / width, within = place % width;
        values[next] = read(image, texels, width, within * extent % width + within * extent / width, y);
    }
    unsigned sum = 0;
#pragma unroll
    for (unsigned next = 0; next < READS; ++next)
        sum += values[next];
    result[thread] = sum;
}

extern "C" __global__ void tile_plain(PARAMETERS) { tile<plain>(ARGUMENTS); }
extern "C" __global__ void tile_read_only(PARAMETERS) { tile<read_only>(ARGUMENTS); }
extern "C" __global__ void tile_texture(PARAMETERS) { tile<texture>(ARGUMENTS); }
extern "C" __global__ void stride_plain(PARAMETERS) { stride<plain>(ARGUMENTS); }
extern "C" __global__ void stride_read_only(PARAMETERS) { stride<read_only>(ARGUMENTS); }
extern "C" __global__ void stride_texture(PARAMETERS) { stride<texture>(ARGUMENTS); }
