"""Lines of keys in TOML files."""

import pytest

from gpuadvisor.gating.places import line_of

TEXT = """\
# a comment
[gate]
device = "emulated:h100"

[[kernel]]
source = "a.cu"

[[kernel]]
source = "b.cu"
budgets = [
    "spill_bytes == 0",
    "time <= +3 %",
]
"quoted key" = 1
tolerance.nested = 2

[tool.gpuadvisor.gate]
baseline = "x"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("gate",), 2),
        (("gate", "device"), 3),
        (("kernel", 0), 5),
        (("kernel", 0, "source"), 6),
        (("kernel", 1, "source"), 9),
        (("kernel", 1, "budgets"), 10),
        (("kernel", 1, "budgets", 0), 11),
        (("kernel", 1, "budgets", 1), 12),
        (("kernel", 1, "quoted key"), 14),
        (("kernel", 1, "tolerance", "nested"), 15),
        (("tool", "gpuadvisor", "gate", "baseline"), 18),
        (("kernel", 1, "missing"), 8),
        (("gate", "device", "deeper"), 3),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_key_or_of_what_surrounds_it(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line


def test_an_array_on_one_line() -> None:
    assert line_of('[gate]\nbudgets = ["a", "b"]\n', ("gate", "budgets", 1)) == 2
