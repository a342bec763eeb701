/* Answers, one line for each line of standard input, what NVIDIA's calculator says of a launch. */
#include <limits.h>
#include <stdio.h>

#include "cuda_occupancy.h"

int main(void)
{
    int major, minor, threads_per_sm, registers, threads, barriers, carveout, opt_in;
    unsigned long shared_per_sm, shared_opt_in, reserved, fixed, dynamic;

    while (scanf("%d.%d %d %lu %lu %lu %d %d %lu %lu %d %d %d", &major, &minor, &threads_per_sm,
                 &shared_per_sm, &shared_opt_in, &reserved, &registers, &threads, &fixed, &dynamic,
                 &barriers, &carveout, &opt_in) == 13) {
        cudaOccResult result;
        cudaOccDeviceProp device = {0};
        cudaOccFuncAttributes function = {0};
        cudaOccDeviceState state = {0};

        device.computeMajor = major;
        device.computeMinor = minor;
        device.maxThreadsPerBlock = 1024;
        device.maxThreadsPerMultiprocessor = threads_per_sm;
        device.regsPerBlock = 65536;
        device.regsPerMultiprocessor = 65536;
        device.warpSize = 32;
        device.sharedMemPerBlock = 49152;
        device.sharedMemPerMultiprocessor = shared_per_sm;
        device.numSms = 1;
        device.sharedMemPerBlockOptin = shared_opt_in;
        device.reservedSharedMemPerBlock = reserved;
        function.maxThreadsPerBlock = INT_MAX;
        function.numRegs = registers;
        function.sharedSizeBytes = fixed;
        function.shmemLimitConfig = opt_in ? FUNC_SHMEM_LIMIT_OPTIN : FUNC_SHMEM_LIMIT_DEFAULT;
        function.maxDynamicSharedSizeBytes = opt_in ? dynamic : 0;
        function.numBlockBarriers = barriers;
        state.carveoutConfig = carveout;
        if (cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &function, &state, threads,
                                                    dynamic) != CUDA_OCC_SUCCESS) {
            printf("unknown\n");
            continue;
        }
        printf("%d %d %d %d %d %d\n", result.activeBlocksPerMultiprocessor, result.blockLimitWarps,
               result.blockLimitBlocks, result.blockLimitRegs, result.blockLimitSharedMem,
               result.blockLimitBarriers);
    }
    return 0;
}
