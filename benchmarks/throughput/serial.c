/* The work of the kernels as plain loops: each call does part `part` of `parts`, one for each thread. */

#include <stdint.h>
#include <string.h>

#define RANGE(n) \
    const int64_t first = (int64_t)(n) * part / parts, last = (int64_t)(n) * (part + 1) / parts

void saxpy(int part, int parts, float *restrict y, const float *restrict x, float a, int n)
{
    RANGE(n);
    for (int64_t i = first; i < last; ++i)
        y[i] = a * x[i] + y[i];
}

/* Tile by tile, as the kernel does it: whole columns would miss the cache at every element. */
void transpose_padded(int part, int parts, float *restrict out, const float *restrict in, int n)
{
    enum { TILE = 32 };
    RANGE(n / TILE);
    for (int64_t row = first * TILE; row < last * TILE; row += TILE)
        for (int64_t column = 0; column < n; column += TILE)
            for (int64_t y = row; y < row + TILE; ++y)
                for (int64_t x = column; x < column + TILE; ++x)
                    out[y * n + x] = in[x * n + y];
}

void matmul_tiled(int part, int parts, float *restrict c, const float *restrict a, const float *restrict b, int n)
{
    RANGE(n);
    for (int64_t row = first; row < last; ++row) {
        memset(c + row * n, 0, n * sizeof *c);
        for (int64_t k = 0; k < n; ++k)
            for (int64_t column = 0; column < n; ++column)
                c[row * n + column] += a[row * n + k] * b[k * n + column];
    }
}

void histogram_shared(int part, int parts, uint32_t *bins, const uint8_t *restrict bytes, int n)
{
    uint32_t own[256] = {0};
    RANGE(n);
    for (int64_t i = first; i < last; ++i)
        ++own[bytes[i]];
    for (int bin = 0; bin < 256; ++bin)
        __atomic_fetch_add(&bins[bin], own[bin], __ATOMIC_RELAXED);
}

void gather(int part, int parts, float *restrict out, const float *table, const int *index, int n)
{
    RANGE(n);
    for (int64_t i = first; i < last; ++i)
        out[i] = table[index[i]];
}
