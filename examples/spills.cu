// Evaluate 48 interleaved recurrences per thread: all of them are live at once, but the launch bounds leave
// 32 registers a thread, so the compiler keeps the rest in local memory.

constexpr int LIVE = 48;

__global__ void __launch_bounds__(1024, 2) recurrences(float* out, const float* in, int steps)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float state[LIVE];
#pragma unroll
    for (int k = 0; k < LIVE; ++k)
        state[k] = in[i] + k;
    for (int step = 0; step < steps; ++step) {
#pragma unroll
        for (int k = 0; k < LIVE; ++k)
            state[k] = state[k] * 0.5f + state[(k + 7) % LIVE];
    }
    float sum = 0.0f;
#pragma unroll
    for (int k = 0; k < LIVE; ++k)
        sum += state[k];
    out[i] = sum;
}
