"""A transpose in Numba, written twice: rows read and columns written, and through a shared tile."""

from numba import cuda, float32

TILE, PITCH = 32, 33


@cuda.jit
def transpose(out, matrix):
    column, row = cuda.grid(2)
    if row < matrix.shape[0] and column < matrix.shape[1]:
        out[column, row] = matrix[row, column]


@cuda.jit
def transpose_tiled(out, matrix):
    tile = cuda.shared.array((TILE, PITCH), float32)
    column, row = cuda.grid(2)
    if row < matrix.shape[0] and column < matrix.shape[1]:
        tile[cuda.threadIdx.y, cuda.threadIdx.x] = matrix[row, column]
    cuda.syncthreads()
    column = cuda.blockIdx.y * TILE + cuda.threadIdx.x
    row = cuda.blockIdx.x * TILE + cuda.threadIdx.y
    if row < out.shape[0] and column < out.shape[1]:
        out[row, column] = tile[cuda.threadIdx.x, cuda.threadIdx.y]
