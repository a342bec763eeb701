import pytest

from gpuadvisor.sources.declarations import kernel_declarations

SOURCE = """\
// __global__ void commented(int n) {}
/* __global__ void also(int n)
{} */
const char* text = "__global__ void quoted(int n) {";

__global__ void forward(float* out);

extern "C" __global__ void
plain(float* __restrict__ out, const float *in, unsigned int n, bool on = true)
{
}

template <typename T, int count>
__global__ void __launch_bounds__(THREADS(256), 2) scan(T* out, Pair<int, T> pair) { helper(out); }

namespace tools {
static __global__ __launch_bounds__(64) void empty() {}
}

__global__ void table(int values[4], dim3) {}
"""


def test_definitions_are_found_and_nothing_else() -> None:
    found = kernel_declarations(SOURCE)
    assert [(kernel.name, kernel.line) for kernel in found] == [
        ("plain", 9),
        ("scan", 14),
        ("empty", 17),
        ("table", 20),
    ]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("plain", ["float* out", "const float* in", "unsigned int n", "bool on"]),
        ("scan", ["T* out", "Pair<int, T> pair"]),
        ("empty", []),
        ("table", ["int* values", "dim3"]),
    ],
)
def test_parameters(name: str, parameters: list[str]) -> None:
    kernel = next(each for each in kernel_declarations(SOURCE) if each.name == name)
    assert [str(parameter) for parameter in kernel.parameters] == parameters


def test_templates_keep_their_parameters() -> None:
    assert [kernel.template for kernel in kernel_declarations(SOURCE)] == [
        None,
        "typename T, int count",
        None,
        None,
    ]
