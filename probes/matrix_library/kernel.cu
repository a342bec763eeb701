// Matrix library: how fast the vendor's library multiplies matrices.
//
// Mechanism. The library (cuBLAS, through CuPy) picks for each type and size the kernel that suits the GPU best, with
// tensor cores where the type has them: what it reaches is what a program can reach, of the peak and beside what
// `mma` reaches (tensor_cores). Products of 16-bit floats are added up in 32 bits; 32-bit floats are multiplied as
// such, not as TF32.
//
// The rows of the left matrix and the columns of the right one are constant, powers of two, so that each
// element of the product is a power of two that tells its row and its column, exact in all types, and is checked.
//
// What can fool it. Clocks and power: large products heat a GPU more than anything else, and data of few bits
// less than random data. Small sizes leave multiprocessors idle. An emulated device has no such library, for it is not
// PTX: there only the operands are checked.

// The bits of 2 to the power of (place % 3) - down as a float of so many bytes; of eight, the higher word.
__device__ unsigned bits(unsigned place, unsigned down, unsigned element_bytes)
{
    unsigned exponent = place % 3 - down;
    if (element_bytes == 2)
        return (15 + exponent) << 10;
    return element_bytes == 4 ? (127 + exponent) << 23 : (1023 + exponent) << 20;
}

// Words of a matrix of `size` elements a row whose elements are 2 to the power of (row % 3) - down or, with
// by_column, of (column % 3) - down.
extern "C" __global__ void fill(unsigned* words, unsigned size, unsigned by_column, unsigned down,
                                unsigned element_bytes)
{
    unsigned word = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned element = element_bytes == 2 ? word * 2 : word / (element_bytes / 4);
    unsigned place = by_column ? element % size : element / size;
    unsigned value = bits(place, down, element_bytes);
    if (element_bytes == 2)
        value |= bits(place + by_column, down, element_bytes) << 16;
    words[word] = element_bytes == 8 && word % 2 == 0 ? 0 : value;  // measured
}
