import numpy as np
import pytest

from gpuadvisor.emulator.program import Parameter
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.declarations import DeclaredParameter
from gpuadvisor.sources.parameters import fitted_arguments
from gpuadvisor.sources.values import Value

PARAMETERS = [
    Parameter("p0", "u64", 8, 8),
    Parameter("p1", "u32", 4, 4),
    Parameter("p2", "f32", 4, 4),
    Parameter("p3", "b8", 2, 2),
]
DECLARED = [
    DeclaredParameter("float*", "out"),
    DeclaredParameter("int", "n"),
    DeclaredParameter("float", "a"),
    DeclaredParameter("__half", "h"),
]
GOOD: dict[str, Value] = {
    "out": np.zeros(4, np.float32),
    "n": np.int32(4),
    "a": np.float32(1),
    "h": np.float16(1),
}


def test_fitting_arguments_pass() -> None:
    fitted = fitted_arguments("k", PARAMETERS, DECLARED, GOOD)
    assert {name: fitted[name] for name in ("n", "a")} == {"n": np.int32(4), "a": np.float32(1)}
    assert fitted["out"] is GOOD["out"]
    assert fitted["h"].tobytes() == np.float16(1).tobytes()


def test_an_array_for_a_structure_is_passed_by_value() -> None:
    structure = [Parameter("p0", "b8", 12, 4)]
    passed = fitted_arguments("k", structure, (), {"box": np.arange(3, dtype=np.float32)})["box"]
    assert isinstance(passed, np.void)
    assert passed.tobytes() == np.arange(3, dtype=np.float32).tobytes()
    with pytest.raises(GpuAdvisorError, match="does not fit"):
        fitted_arguments("k", structure, (), {"box": np.arange(4, dtype=np.float32)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", np.int64(4)),
        ("n", np.float32(4)),
        ("a", np.int32(4)),
        ("a", np.float64(4)),
        ("n", np.zeros(4, np.int32)),
        ("a", np.zeros(4, np.float32)),
        ("out", np.float32(0)),
    ],
)
def test_one_that_does_not_fit_is_marked(name: str, value: Value) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        fitted_arguments("k", PARAMETERS, DECLARED, GOOD | {name: value})
    marked = [line for line in str(caught.value).splitlines() if "does not fit" in line]
    assert len(marked) == 1
    assert f"{name} = " in marked[0]
    assert str(DECLARED[list(GOOD).index(name)]) in marked[0]


def test_both_lists_are_shown_when_the_counts_differ() -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        fitted_arguments("k", PARAMETERS, DECLARED, {"out": GOOD["out"]})
    text = str(caught.value)
    assert "4 parameters" in text
    assert "1 argument" in text
    assert "float* out (8 bytes)" in text
    assert "out = float32[4] (pointer of 8 bytes to 16)" in text
    assert "__half h (2 bytes)" in text
    with pytest.raises(GpuAdvisorError, match="extra = int8: 1"):
        fitted_arguments("k", PARAMETERS, (), GOOD | {"extra": np.int8(1)})
