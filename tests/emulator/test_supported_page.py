from pathlib import Path

from gpuadvisor.emulator.instructions.tables import CONTROL_AREAS, CONTROLS, STEP_AREAS, STEPS
from gpuadvisor.emulator.supported_page import supported_document


def test_the_page_of_supported_ptx_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "ptx.md"
    assert page.read_text(encoding="utf-8") == supported_document()


def test_no_instruction_is_in_two_areas() -> None:
    assert sum(map(len, STEP_AREAS.values())) == len(STEPS)
    assert sum(map(len, CONTROL_AREAS.values())) == len(CONTROLS)
    assert STEPS.keys().isdisjoint(CONTROLS)


def test_families_that_compilers_write_are_listed() -> None:
    page = supported_document()
    for opcode in ("add", "fma", "cvt", "shfl", "ld", "atom", "mma", "wmma", "ldmatrix", "mbarrier", "call"):
        assert f"`{opcode}`" in page
