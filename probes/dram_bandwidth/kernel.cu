// DRAM bandwidth: how fast large arrays are read, written, copied and combined.
//
// Mechanism. DRAM moves whole sectors over a bus of fixed rate. It reaches that rate only while enough
// bytes are in flight to cover its latency (Little's law): warps that reside times loads in flight per
// thread times bytes per load. The sweeps vary all three, and the best point is the bandwidth.
//
//   read    each element once, summed
//   write   each element once; a full sector is written without being read first
//   copy    one array read, one written
//   triad   two arrays read, one written: a[i] = b[i] + 3 * c[i] (McCalpin's STREAM, in whole numbers, so
//           that the answer is exact; the traffic is the same)
//
// What can fool it. An L2 cache that holds part of an array: each is at least four times L2, and before
// every timed launch L2 is overwritten. That leaves it full of lines yet to be written back, as the
// kernel itself leaves some behind, so writes are charged for about what they cost. A last wave that
// fills only part of the device: grids are whole waves. Reads and writes in turn cost the bus time to
// change direction, so copy and triad stay below read and write. Published: reads reach 87 to 98 % of the
// theoretical rate and triads 85 to 96 % on V100, A100, H100 PCIe, A40 and L40, but 81 and 74 % on H200
// (RRZE-HPC/gpu-benches@1038c5d, gpu-stream). More than 100 % is a cache hit or a wrong clock.

#if WIDTH == 4
typedef unsigned Element;
__device__ unsigned words_of(unsigned element) { return element; }
__device__ unsigned make(unsigned word) { return word; }
__device__ unsigned combine(unsigned b, unsigned c) { return b + 3 * c; }
#elif WIDTH == 8
typedef uint2 Element;
__device__ unsigned words_of(uint2 element) { return element.x + element.y; }
__device__ uint2 make(unsigned word) { return make_uint2(word, word + 1); }
__device__ uint2 combine(uint2 b, uint2 c) { return make_uint2(b.x + 3 * c.x, b.y + 3 * c.y); }
#else
typedef uint4 Element;
__device__ unsigned words_of(uint4 element) { return element.x + element.y + element.z + element.w; }
__device__ uint4 make(unsigned word) { return make_uint4(word, word + 1, word + 2, word + 3); }
__device__ uint4 combine(uint4 b, uint4 c)
{
    return make_uint4(b.x + 3 * c.x, b.y + 3 * c.y, b.z + 3 * c.z, b.w + 3 * c.w);
}
#endif

// The place of the first element of a round; the others of the round are blockDim.x apart.
__device__ unsigned place(unsigned round)
{
    return (blockIdx.x * ROUNDS + round) * UNROLL * blockDim.x + threadIdx.x;
}

extern "C" __global__ void read(const Element* input, unsigned* result)
{
    unsigned sum = 0;
#pragma unroll 1
    for (unsigned round = 0; round < ROUNDS; ++round) {
        Element elements[UNROLL];
#pragma unroll
        for (unsigned load = 0; load < UNROLL; ++load)
            elements[load] = input[place(round) + load * blockDim.x];  // measured
        asm volatile("" ::: "memory");  // all loads are issued before the first element is used
#pragma unroll
        for (unsigned load = 0; load < UNROLL; ++load)
            sum += words_of(elements[load]);
    }
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

extern "C" __global__ void write(Element* output)
{
#pragma unroll 1
    for (unsigned round = 0; round < ROUNDS; ++round) {
#pragma unroll
        for (unsigned store = 0; store < UNROLL; ++store) {
            unsigned index = place(round) + store * blockDim.x;
            output[index] = make(index * (WIDTH / 4));  // measured
        }
    }
}

extern "C" __global__ void copy(const Element* input, Element* output)
{
#pragma unroll 1
    for (unsigned round = 0; round < ROUNDS; ++round) {
        Element elements[UNROLL];
#pragma unroll
        for (unsigned load = 0; load < UNROLL; ++load)
            elements[load] = input[place(round) + load * blockDim.x];  // measured
        asm volatile("" ::: "memory");
#pragma unroll
        for (unsigned store = 0; store < UNROLL; ++store)
            output[place(round) + store * blockDim.x] = elements[store];  // measured
    }
}

extern "C" __global__ void triad(const Element* left, const Element* right, Element* output)
{
#pragma unroll 1
    for (unsigned round = 0; round < ROUNDS; ++round) {
        Element b[UNROLL], c[UNROLL];
#pragma unroll
        for (unsigned load = 0; load < UNROLL; ++load) {
            b[load] = left[place(round) + load * blockDim.x];   // measured
            c[load] = right[place(round) + load * blockDim.x];  // measured
        }
        asm volatile("" ::: "memory");
#pragma unroll
        for (unsigned store = 0; store < UNROLL; ++store)
            output[place(round) + store * blockDim.x] = combine(b[store], c[store]);  // measured
    }
}
