from pathlib import Path

import pytest

from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.model.errors import GpuAdvisorError
from tests.compiler.compiling import compiled

SOURCE = """
using real = float;
constexpr int width = 2;
template <typename T, int N = 4>
__global__ void __launch_bounds__(256) scan(T* x) { x[threadIdx.x + N] = T(N); }

namespace ops::detail {
template <typename T> struct Twice { __device__ T operator()(T x) const { return 2 * x; } };
template <typename Op, typename T> __global__ void map(Op op, T* x) { x[threadIdx.x] = op(x[threadIdx.x]); }
}
namespace { template <int N> __global__ void hidden(int* x) { x[0] = N; } }
"""


@pytest.mark.parametrize(
    ("wanted", "mangled", "name"),
    [
        ("scan<float,4>", "_Z4scanIfLi4EEvPT_", "scan<float, 4>"),
        ("scan<double>", "_Z4scanIdLi4EEvPT_", "scan<double, 4>"),
        ("scan<real, width + 1>", "_Z4scanIfLi3EEvPT_", "scan<float, 3>"),
        (
            "ops::detail::map<ops::detail::Twice<int>, int>",
            None,
            "ops::detail::map<ops::detail::Twice<int>, int>",
        ),
        ("map<ops::detail::Twice<int>,int>", None, "ops::detail::map<ops::detail::Twice<int>, int>"),
        ("hidden<7>", None, "hidden<7>"),
    ],
)
def test_an_instance_wanted_by_name_is_compiled_and_found(
    wanted: str, mangled: str | None, name: str
) -> None:
    module = compiled(SOURCE, instantiate=(wanted,))
    assert list(module.names.values()) == [name]
    found = find_kernel(module, wanted)
    assert found in module.resources
    assert mangled in (None, found)


def test_several_instances_lie_side_by_side() -> None:
    module = compiled(SOURCE, instantiate=("scan<float,1>", "scan<float,2>"))
    assert find_kernel(module, "scan<float, 1>") == "_Z4scanIfLi1EEvPT_"
    assert find_kernel(module, "scan<float, 2>") == "_Z4scanIfLi2EEvPT_"


def test_templates_nobody_instantiated_are_listed() -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        compiled(SOURCE)
    assert str(caught.value) == (
        "kernel.cu: the kernels are templates and none is instantiated: scan, ops::detail::map, hidden\n"
        "  name the instance you want: --kernel 'scan<...>'"
    )


def test_a_template_beside_plain_kernels_is_remembered() -> None:
    module = compiled(SOURCE + "__global__ void plain(int* x) { x[0] = 1; }")
    assert list(module.names.values()) == ["plain"]
    with pytest.raises(GpuAdvisorError, match="not instantiated"):
        find_kernel(module, "scan<float, 4>")


def test_templates_of_headers_count(tmp_path: Path) -> None:
    (tmp_path / "inner.cuh").write_text(SOURCE)
    (tmp_path / "outer.cuh").write_text('#include "inner.cuh"\n')
    with pytest.raises(GpuAdvisorError, match="ops::detail::map"):
        compiled('#include "outer.cuh"\n', str(tmp_path / "k.cu"))


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("scam<float>", 'identifier "scam" is undefined'),
        ("scan<float, double>", "cannot determine which instance"),
        ("hidden<", "expected"),
    ],
)
def test_an_instance_that_cannot_be_is_named(wanted: str, reason: str) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        compiled(SOURCE, instantiate=(wanted,))
    text = str(caught.value)
    assert text.startswith(f"kernel.cu: the kernel {wanted} cannot be instantiated: ")
    assert reason in text
    assert text.endswith("kernel templates in the file: scan, ops::detail::map, hidden")


def test_an_error_inside_an_instance_is_shown_in_the_source() -> None:
    source = "template <class T> __global__ void k(T* x) {\n  x[0].field = 1;\n}"
    with pytest.raises(GpuAdvisorError, match=r"kernel.cu:2: expression must have class type"):
        compiled(source, instantiate=("k<int>",))
