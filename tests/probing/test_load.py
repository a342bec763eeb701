from pathlib import Path

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.load import load_probe
from tests.probing.folders import DECLARATION, SATURATION, write_probe


def test_a_probe_is_its_declaration_its_comment_and_its_marked_lines(tmp_path: Path) -> None:
    probe = load_probe(write_probe(tmp_path))
    assert probe.name == "scale"
    assert probe.declaration.title == "Scale"
    assert probe.opening_comment == "Scale: a multiplication.\nNothing can fool it."
    assert probe.measured_lines == {7: ""}


def test_marked_lines_may_form_groups(tmp_path: Path) -> None:
    folder = write_probe(
        tmp_path, replace=("if (threadIdx.x == 0)", "if (threadIdx.x == 0)  // measured: branch")
    )
    assert load_probe(folder).measured_lines == {7: "", 8: "branch"}


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('title = "Scale"', 'title = "Scale"\ncolour = "red"', ["colour"]),
        ("samples = 4", "sampels = 4", ["sampels", "timing"]),
        ('unit = "bytes/s"', "unit = 1", ["metric", "unit"]),
        ('fill = "arange"', 'fill = "random"', ["random", "buffer"]),
        ('equals = "i * factor"', 'equals = "i.real"', ["i.real", "check"]),
        ('equals = "i * factor"', 'equals = "i * faktor"', ["'sizes'", "check", "faktor", "factor"]),
        ('count = "elements"', 'count = "elments"', ["buffer: count", "elments", "elements"]),
        ('derived = ["block_cycles"', 'derived = ["blok_cycles"', ["metric 'cycles'", "blok_cycles"]),
        ('elements = "threads * blocks"', 'elements = "thread * blocks"', ["define", "thread"]),
        ('grid = "blocks"', 'grid = "i"', ["launch", "'i'"]),
        ('{ buffer = "input" }', '{ buffer = "inputs" }', ["argument 1", "inputs"]),
        ('value = "factor" }', 'value = "factor", buffer = "input" }', ["argument 4"]),
        ('{ type = "uint32", value = "factor" }', '{ type = "uint32" }', ["argument 4"]),
        ('{ buffer = "input" }', '{ buffer = "input", texture = {} }', ["argument 1", "shape"]),
        (
            '{ buffer = "output" }',
            '{ buffer = "output", texture = {}, shape = [64] }',
            ["argument 2", "read"],
        ),
        (
            '{ buffer = "input" }',
            '{ buffer = "input", texture = {}, shape = ["wide"] }',
            ["wide", "arguments"],
        ),
        ('{ buffer = "input" }', '{ buffer = "input", texture = { filter = "cubic" } }', ["cubic", "filter"]),
        (
            'kernel = "scale"',
            'kernel = "scale"\nmaximum_registers = "blocks_per_sm"',
            ["maximum_registers", "blocks_per_sm"],
        ),
        ('check = { buffer = "output"', 'check = { buffer = "input"', ["check.buffer", "input"]),
        ('reduce = "mean"', 'reduce = "peak_overlap"', ["readings", "3"]),
        ('kernel = "scale"', 'kernel = "scales"', ["kernel.cu", "scales"]),
        ("factor = [3, 5]", "factor = []", ["'sizes'", "parameters"]),
        ("parameters = {", "cases = [{ a = 1 }]\nparameters = {", ["'sizes'", "either"]),
        ("parameters = { factor = [3, 5], blocks = [1, 2] }", "cases = [{ a = 1 }, { b = 1 }]", ["cases"]),
        ('name = "stored"', 'name = "loaded"', ["work", "loaded", "twice"]),
        ("threads = 64", "threads = 64\nseconds = 1", ["seconds", "meaning"]),
        ("// Scale: a multiplication.\n// Nothing can fool it.\n", "", ["kernel.cu", "comment"]),
        ('title = "Scale"', "title = ", ["probe.toml"]),
    ],
)
def test_errors_name_file_and_key(tmp_path: Path, written: str, instead: str, said: list[str]) -> None:
    folder = write_probe(tmp_path, replace=(written, instead))
    with pytest.raises(GpuAdvisorError) as error:
        load_probe(folder)
    assert str(folder) in str(error.value)
    assert all(word in str(error.value) for word in said), str(error.value)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('sweep = "sizes"', 'sweep = "size"'),
        ('curves = "factor"', 'curves = "faktor"'),
        ('along = "cycles"', 'along = "cycle"'),
        ('of = "bandwidth"', 'of = "width"'),
    ],
)
def test_a_saturation_names_things_that_exist(tmp_path: Path, written: str, instead: str) -> None:
    folder = write_probe(tmp_path)
    (folder / "probe.toml").write_text(DECLARATION + SATURATION)
    load_probe(folder)
    (folder / "probe.toml").write_text(DECLARATION + SATURATION.replace(written, instead))
    with pytest.raises(GpuAdvisorError, match="saturation 'saturation'"):
        load_probe(folder)


def test_a_folder_without_kernel_is_no_probe(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    (folder / "kernel.cu").unlink()
    with pytest.raises(GpuAdvisorError, match="No such file") as error:
        load_probe(folder)
    assert error.value.where == str(folder / "kernel.cu")
