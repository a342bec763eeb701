import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.correctness import Output, unwritten, wrong_answer
from gpuadvisor.probing.declaration import CheckDeclaration
from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.scope import Scope


def judge(
    output: Output, equals: str, *, share: float = 1.0, summed: dict[str, str | int] | None = None
) -> str | None:
    check = CheckDeclaration(
        buffer="out",
        equals=parse(equals),
        summed_over={name: parse(count) for name, count in (summed or {}).items()},
        define={"lane": parse("i % 32")},
    )
    return wrong_answer(check, output, Scope("probe.toml", {"n": 3}, {}), share)


def test_right_answers_pass() -> None:
    assert judge(np.arange(1000, dtype=np.uint32) * np.uint32(3), "i * n") is None


def test_the_result_is_compared_in_the_type_of_the_buffer() -> None:
    indices = np.arange(100, dtype=np.uint32)
    assert judge((indices + np.uint32(1)) * np.uint32(3**20) - np.uint32(1), "(i + 1) * 3 ** 20 - 1") is None
    assert judge(indices.astype(np.float32), "i") is None


def test_definitions_are_evaluated_per_element() -> None:
    assert judge(np.arange(64, dtype=np.uint32) % np.uint32(32), "lane") is None


def test_sums_run_over_all_their_variables() -> None:
    expected = [sum(i * a + b for a in range(4) for b in range(3)) for i in range(10)]
    output = np.array(expected, dtype=np.uint64)
    assert judge(output, "i * a + b", summed={"a": "n + 1", "b": 3}) is None


def test_one_wrong_element_is_found_and_named() -> None:
    output = np.arange(1000, dtype=np.uint32)
    output[617] = 5
    said = judge(output, "i")
    assert said is not None
    assert "out[617] is 5, not 617" in said


def test_an_unwritten_element_is_missed() -> None:
    output = np.arange(1000, dtype=np.uint32)
    output[617] = unwritten(1, output.dtype)[0]
    assert judge(output, "i") == "wrong answer: 999 of 1000 elements of 'out' were written"


def test_a_sampled_grid_must_have_written_its_share_only() -> None:
    output = unwritten(1000, np.dtype(np.uint32))
    output[250:500] = np.arange(250, 500)
    assert judge(output, "i", share=0.25) is None
    assert judge(output, "i", share=0.5) is not None
    output[300] = 1
    assert "out[300]" in str(judge(output, "i", share=0.25))


def test_large_outputs_are_compared_all_over() -> None:
    output = np.arange(1 << 20, dtype=np.uint32)
    assert judge(output, "i") is None
    output[1 << 19 :] += np.uint32(1)
    assert judge(output, "i") is not None


def test_an_expression_with_fractions_is_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="fractions"):
        judge(np.arange(10, dtype=np.uint32), "i / 2")
