from pathlib import Path

import pytest

from gpuadvisor.compiler.headers import is_library_header, toolkit_include_directories
from tests.compiler.compiling import compiled

USES = {
    "cuda_runtime.h": "out[0] = blockDim.x;",
    "cuda_fp16.h": "out[0] = __half2float(__hmul(__float2half(out[1]), __float2half(out[2])));",
    "cuda_bf16.h": "out[0] = __bfloat162float(__float2bfloat16(out[1]));",
    "cuda_fp8.h": "out[0] = float(__nv_fp8_e4m3(out[1]));",
    "mma.h": "nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> sum;"
    " nvcuda::wmma::fill_fragment(sum, 1.0f);"
    " nvcuda::wmma::store_matrix_sync(out, sum, 16, nvcuda::wmma::mem_row_major);",
    "cooperative_groups.h": "cooperative_groups::this_thread_block().sync(); out[0] = 1;",
    "cuda_pipeline.h": "__pipeline_commit(); __pipeline_wait_prior(0); out[0] = 1;",
    "cuda/std/array": "cuda::std::array<float, 2> pair{1, out[1]}; out[0] = pair[1];",
    "cuda/std/cstdint": "cuda::std::uint32_t bits = 3; out[0] = bits;",
    "cuda/atomic": "cuda::atomic_ref<float, cuda::thread_scope_device> sum(out[0]); sum.fetch_add(1.0f);",
    "cub/block/block_reduce.cuh": "using Reduce = cub::BlockReduce<float, 128>;"
    " __shared__ typename Reduce::TempStorage storage; out[0] = Reduce(storage).Sum(out[threadIdx.x]);",
    "cub/warp/warp_scan.cuh": "using Scan = cub::WarpScan<float>;"
    " __shared__ typename Scan::TempStorage storage;"
    " Scan(storage).InclusiveSum(out[threadIdx.x], out[threadIdx.x]);",
}


@pytest.mark.parametrize("header", USES)
def test_the_standard_headers_come_with_the_wheels(header: str) -> None:
    module = compiled(f"#include <{header}>\n__global__ void k(float* out) {{ {USES[header]} }}")
    assert module.compiler.startswith("nvrtc")
    assert list(module.names.values()) == ["k"]


def test_library_headers_are_told_from_the_users(tmp_path: Path) -> None:
    (toolkit, *_) = toolkit_include_directories()
    assert is_library_header(str(toolkit / "cooperative_groups.h"))
    assert is_library_header(str(toolkit / "cooperative_groups" / "details" / "helpers.h"))
    assert is_library_header("/usr/include/c++/12/vector")
    assert not is_library_header(str(tmp_path / "kernel.cuh"))
