import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.scope import NameAbsent, Scope


def scope(**definitions: str | int) -> Scope:
    parsed = {name: parse(text) for name, text in definitions.items()}
    return Scope("probe.toml: sweep 's'", {"n": 10}, parsed)


def test_definitions_refer_to_values_and_to_each_other_in_any_order() -> None:
    assert scope(twice="once * 2", once="n + 1")["twice"] == 22


def test_values_go_before_definitions() -> None:
    assert scope(n=3)["n"] == 10


def test_a_definition_may_wait_for_a_value_that_is_known_later() -> None:
    waiting = scope(grid="blocks * n")
    with pytest.raises(NameAbsent, match="blocks"):
        waiting["grid"]
    assert waiting.extended({"blocks": 4})["grid"] == 40


def test_a_definition_that_refers_to_itself_is_named() -> None:
    with pytest.raises(GpuAdvisorError, match="'a' refers to itself") as error:
        scope(a="b", b="a")["a"]
    assert error.value.where == "probe.toml: sweep 's'"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("n / 3", "not a whole number"),
        ("n - 11", "not a whole number"),
        ("n // 0", "cannot evaluate"),
        ("missing", "not known"),
    ],
)
def test_what_must_be_a_count_is_checked(text: str, problem: str) -> None:
    with pytest.raises(GpuAdvisorError, match=problem) as error:
        scope().integer("launch.grid", parse(text))
    assert error.value.where == "probe.toml: sweep 's'"
