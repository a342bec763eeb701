from pathlib import Path

import pytest

from gpuadvisor.emulator.instructions.tables import CONTROL_AREAS, CONTROLS, STEP_AREAS, STEPS
from gpuadvisor.emulator.supported_page import supported_document, with_summary
from tests.emulator.families.tables import rows

CHECKOUT = Path(__file__).parents[2]


def test_the_page_of_supported_ptx_is_current() -> None:
    page = CHECKOUT / "docs" / "ptx.md"
    assert page.read_text(encoding="utf-8") == supported_document()


def test_the_claim_in_the_readme_is_current() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert readme == with_summary(readme)


def test_no_instruction_is_in_two_areas() -> None:
    assert sum(map(len, STEP_AREAS.values())) == len(STEPS)
    assert sum(map(len, CONTROL_AREAS.values())) == len(CONTROLS)
    assert STEPS.keys().isdisjoint(CONTROLS)


@pytest.mark.parametrize("opcode", rows("ptx-vocabulary"))
def test_opcodes_that_compilers_write_are_listed(opcode: str) -> None:
    assert f"`{opcode}`" in supported_document()
