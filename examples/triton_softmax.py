"""Softmax of each row in Triton: one program a row, the row in registers."""

import triton
import triton.language as tl


@triton.jit
def softmax(out, matrix, columns, COLUMNS: tl.constexpr):
    row = tl.program_id(0)
    column = tl.arange(0, COLUMNS)
    inside = column < columns
    values = tl.load(matrix + row * columns + column, mask=inside, other=-float("inf"))
    exponentials = tl.exp(values - tl.max(values, axis=0))
    tl.store(out + row * columns + column, exponentials / tl.sum(exponentials, axis=0), mask=inside)
