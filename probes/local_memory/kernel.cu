// Local memory: what arrays and spilled registers cost that do not fit into registers.
//
// Mechanism. A thread's local memory lies in device memory, interleaved so that the same word of a warp's 32
// lanes fills one line of 128 bytes. It is cached in L1 and L2, so an access costs what a load from L1
// costs as long as the arrays of all resident threads fit, and more beyond that. Here every thread adds one
// to the words of an array of its own in turn: a load and a store.
//
// One full block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. The compiler keeps an array in registers when it knows the indices: here they
// depend on an argument, and the emulator counts that each step has its load and its store. Threads
// that index differently touch different lines, which costs more; here all lanes use the same index.
// The size of L1 is what the carve-out of shared memory leaves of it.

extern "C" __global__ void array(unsigned* result, unsigned* cycles, unsigned stride, unsigned steps)
{
    unsigned words[WORDS];
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll 1
    for (unsigned word = 0; word < WORDS; ++word)
        words[word] = thread + word;
    __syncthreads();
    long long start = clock64();
    unsigned index = 0;
#pragma unroll 4
    for (unsigned step = 0; step < steps; ++step) {
        words[index] += 1;  // measured
        index = (index + stride) % WORDS;
    }
    __syncthreads();
    long long end = clock64();
    unsigned sum = 0;
#pragma unroll 1
    for (unsigned word = 0; word < WORDS; ++word)
        sum += words[word];
    result[thread] = sum;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
