// Block size: how three kinds of kernel fare with blocks of 32 to 1024 threads.
//
// Mechanism. Small blocks may not fill a multiprocessor, which holds 16 to 32 of them; large ones leave
// warp slots empty where they do not divide them, and end together. What that costs depends on the work:
//
//   stream   each thread reads one 16-byte element and writes a word: waits for DRAM, wants resident warps
//   compute  each thread does fused multiply-adds in two chains: wants enough warps to hide ten cycles or so
//   barrier  each block adds up its elements in shared memory, a barrier after every halving: wants several
//            blocks per multiprocessor, so that one works while another waits
//
// The same number of threads runs at every size.
//
// What can fool it. A last wave that fills part of the device: many blocks keep its share small, and it is
// part of what the block size does. Caches: the array is at least four times L2, which is overwritten
// before every timed launch. An emulated device models the time of `stream` and `compute`; its cost model knows
// no barriers, so it says nothing of `barrier` but that its answer is right.

extern "C" __global__ void stream(const uint4* input, unsigned* result)
{
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    uint4 element = input[thread];  // measured
    result[thread] = element.x + element.y + element.z + element.w;
}

extern "C" __global__ void compute(unsigned* result, float one, unsigned steps)
{
    float left = 0, right = 1;
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += 16) {
#pragma unroll
        for (unsigned next = 0; next < 16; ++next) {
            asm volatile("fma.rn.f32 %0, %0, %1, %1;" : "+f"(left) : "f"(one));
            asm volatile("fma.rn.f32 %0, %0, %1, %1;" : "+f"(right) : "f"(one));
        }
    }
    result[blockIdx.x * blockDim.x + threadIdx.x] = unsigned(left + right);
}

extern "C" __global__ void barrier(unsigned* result, unsigned rounds)
{
    __shared__ unsigned partial[1024];
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned sum = 0;
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        partial[threadIdx.x] = threadIdx.x + round;
        __syncthreads();
        for (unsigned left = blockDim.x; left > 1; left = (left + 1) / 2) {
            unsigned half = (left + 1) / 2;
            if (threadIdx.x < left / 2)
                partial[threadIdx.x] += partial[threadIdx.x + half];
            __syncthreads();
        }
        sum += partial[0];
        __syncthreads();
    }
    result[thread] = sum;
}
