"""What names of kernels and functions tell."""

import pytest

from gpuadvisor.sources.traces.api_names import (
    allocates,
    api_name,
    communicates,
    launches,
    moves,
    tensor_cores,
    waits,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cudaLaunchKernel_v7000", "cudaLaunchKernel"),
        ("cuMemcpyDtoH_v2", "cuMemcpyDtoH"),
        ("cudaMemcpyAsync_ptsz", "cudaMemcpyAsync"),
        ("cudaMalloc", "cudaMalloc"),
    ],
)
def test_versions_are_left_out(name: str, expected: str) -> None:
    assert api_name(name) == expected


@pytest.mark.parametrize(
    ("name", "wait", "allocation"),
    [
        ("cudaDeviceSynchronize", True, False),
        ("cuCtxSynchronize", True, False),
        ("hipStreamSynchronize", True, False),
        ("cudaMemcpy", True, False),
        ("cuMemcpyDtoH", True, False),
        ("cudaMemcpyAsync", False, False),
        ("cudaMemcpy3DPeerAsync", False, False),
        ("cudaStreamWaitEvent", False, False),
        ("cudaMalloc", False, True),
        ("cudaFreeHost", False, True),
        ("cuMemAlloc", False, True),
        ("cudaHostAlloc", False, True),
        ("cudaLaunchKernel", False, False),
    ],
)
def test_calls(name: str, *, wait: bool, allocation: bool) -> None:
    assert (waits(name), allocates(name)) == (wait, allocation)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ampere_fp16_s16816gemm_fp16_128x64_ldg8_f2f_stages_64x4_nn", True),
        ("volta_fp16_s884gemm_fp16_128x64_ldg8_f2f_nn", True),
        ("cutlass_80_tensorop_s1688gemm_128x128_16x5_nt_align4", True),
        ("sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_execute", True),
        ("sm80_xmma_gemm_f32f32_f32f32_f32_nn_n_tilesize32x32x8_ffma_aligna4", None),
        ("volta_sgemm_128x64_nn", None),
        ("void at::native::vectorized_elementwise_kernel<4, float>(int)", None),
    ],
)  # fmt: skip
def test_tensor_cores(name: str, *, expected: bool | None) -> None:
    assert tensor_cores(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ncclKernel_AllReduce_RING_LL_Sum_float(ncclWorkElem)", True),
        ("ncclDevKernel_ReduceScatter_Sum_bf16_RING_LL(ncclDevComm*)", True),
        ("nccl:all_reduce", True),
        ("my_nccl_like", False),
    ],
)
def test_collectives(name: str, *, expected: bool) -> None:
    assert communicates(name) is expected


@pytest.mark.parametrize(
    ("name", "launch", "move"),
    [
        ("cudaLaunchKernelExC", True, False),
        ("cudaLaunchCooperativeKernel", True, False),
        ("cudaGraphLaunch", True, False),
        ("cuLaunchKernelEx", True, False),
        ("hipExtLaunchKernel", True, False),
        ("hipModuleLaunchKernel", True, False),
        ("cudaLaunchHostFunc", True, False),
        ("cudaGraphInstantiate", False, False),
        ("cudaMemcpy2DAsync", False, True),
        ("cuMemsetD32Async", False, True),
        ("cudaMemPrefetchAsync", False, True),
        ("cudaMemGetInfo", False, False),
        ("cuModuleLoadData", False, False),
    ],
)
def test_launches_and_moves(name: str, *, launch: bool, move: bool) -> None:
    assert (launches(name), moves(name)) == (launch, move)
