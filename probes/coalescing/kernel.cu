// Coalescing: what the addresses of a warp's 32 lanes cost in memory traffic.
//
// Mechanism. A warp's load becomes one request, and the request fetches every 32-byte sector that any of
// its lanes touches. Lanes side by side share sectors; lanes far apart each pull a whole sector for a few
// useful bytes. Every kernel here loads the same number of useful elements and differs only in which:
//
//   strided               lane addresses `stride` elements apart; the array is walked in `stride` passes,
//                         so that every element is loaded once whatever the stride
//   shifted               side by side, but `offset` elements behind an aligned address
//   array_of_structures   records of FIELDS words, field after field: lanes are a record apart
//   structure_of_arrays   the same words, each field in an array of its own: lanes are side by side
//   gather                every element once in scattered order, by the permutation e * (b + a * e) modulo
//                         a power of two (a even, b odd; Rivest, "Permutation polynomials modulo 2^w", 2001)
//
// What can fool it. Caches: the array is several times the L2 cache, L2 is flushed before every timed
// launch, and no sector is touched twice soon, except by array_of_structures, whose next fields hit in L1
// as they would in real code. Address translation: large strides and the gather touch many pages, which
// costs beyond the sectors. Wide loads: the compiler would join the fields of a record into one, were it
// told that the array is aligned to more than a word. One word per thread is written, counted as useful.

#if WIDTH == 4
typedef unsigned Element;
__device__ unsigned words_of(unsigned element) { return element; }
#elif WIDTH == 8
typedef uint2 Element;
__device__ unsigned words_of(uint2 element) { return element.x + element.y; }
#else
typedef uint4 Element;
__device__ unsigned words_of(uint4 element) { return element.x + element.y + element.z + element.w; }
#endif

// The place of a load in the whole work: neighbouring threads have neighbouring places.
__device__ unsigned place(unsigned load)
{
    return (blockIdx.x * LOADS + load) * blockDim.x + threadIdx.x;
}

__device__ void store(unsigned* result, unsigned sum)
{
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

extern "C" __global__ void strided(const Element* input, unsigned* result, unsigned stride, unsigned elements)
{
    // Sizes and strides are powers of two: what overflows 32 bits is what the mask drops anyway.
    unsigned pass_shift = 31 - __clz(elements / stride);
    unsigned sum = 0;
#pragma unroll 8
    for (unsigned load = 0; load < LOADS; ++load) {
        unsigned index = (place(load) * stride & (elements - 1)) + (place(load) >> pass_shift);
        Element element = input[index];  // measured
        sum += words_of(element);
    }
    store(result, sum);
}

extern "C" __global__ void shifted(const Element* input, unsigned* result, unsigned offset)
{
    unsigned sum = 0;
#pragma unroll 8
    for (unsigned load = 0; load < LOADS; ++load) {
        Element element = input[place(load) + offset];  // measured
        sum += words_of(element);
    }
    store(result, sum);
}

#ifdef FIELDS
__device__ unsigned record_of(unsigned number)
{
    return (blockIdx.x * (LOADS / FIELDS) + number) * blockDim.x + threadIdx.x;
}

extern "C" __global__ void array_of_structures(const unsigned* input, unsigned* result)
{
    unsigned sum = 0;
#pragma unroll
    for (unsigned number = 0; number < LOADS / FIELDS; ++number)
#pragma unroll
        for (unsigned field = 0; field < FIELDS; ++field)
            sum += input[record_of(number) * FIELDS + field];  // measured
    store(result, sum);
}

extern "C" __global__ void structure_of_arrays(const unsigned* input, unsigned* result, unsigned records)
{
    unsigned sum = 0;
#pragma unroll
    for (unsigned number = 0; number < LOADS / FIELDS; ++number)
#pragma unroll
        for (unsigned field = 0; field < FIELDS; ++field)
            sum += input[field * records + record_of(number)];  // measured
    store(result, sum);
}
#endif

extern "C" __global__ void gather(const Element* input, unsigned* result, unsigned elements, unsigned a,
                                  unsigned b)
{
    unsigned sum = 0;
#pragma unroll 8
    for (unsigned load = 0; load < LOADS; ++load) {
        unsigned index = place(load);
        index = index * (b + a * index) & (elements - 1);
        Element element = input[index];  // measured
        sum += words_of(element);
    }
    store(result, sum);
}
