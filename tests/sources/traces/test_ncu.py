"""CSV of Nsight Compute: by column and by row, in several languages, with what stands around it."""

from pathlib import Path

import pytest

from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.sources.traces.ncu import SIZES, read_ncu
from gpuadvisor.sources.traces.ncu_numbers import Separators
from tests.sources.traces.ncu_tables import (
    IDENTITY,
    PROLOGUE,
    RAW,
    Written,
    english,
    french,
    german,
    long,
    wide,
)


def read(tmp_path: Path, text: str) -> list[KernelProfile]:
    path = tmp_path / "report.csv"
    path.write_text(text, encoding="utf-8")
    return read_ncu(path)


FORMS = {
    "raw": wide(),
    "details": long(),
    "details with rules": long(rules=True),
    "after what was printed": PROLOGUE + wide(),
    "details, after what was printed": PROLOGUE + long() + "==PROF== done\nbye\n",
    "byte order mark": "\ufeff" + wide(),
    "line ends of Windows": wide().replace("\n", "\r\n"),
    "German, raw": wide(written=german),
    "German, details": long(written=german),
    "French, raw": wide(written=french),
    "French, details": long(written=french),
    "semicolons": wide(written=german).replace('","', '";"'),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, FORMS[form])
    assert found.name == "void transpose<float>(float *, const float *, int)"
    assert (found.launch.grid, found.launch.block) == ((64, 64, 1), (32, 8, 1))
    assert found.device == "GPU 0 (compute capability 8.6)"
    assert found.time is not None
    assert found.time.seconds == pytest.approx(1.23456e-3)
    assert found.resources is not None
    assert found.resources.registers_per_thread == 40
    assert found.resources.static_shared_bytes == 4352
    assert found.resources.local_bytes is None
    occupancy = found.occupancy
    assert occupancy is not None
    assert (occupancy.theoretical, occupancy.achieved) == (1.0, pytest.approx(0.8725))
    assert (occupancy.blocks_per_sm, occupancy.warps_per_sm) == (6, 48)
    assert set(occupancy.limiters) == {"warps", "registers"}
    assert {found.time.provenance, found.resources.provenance, occupancy.provenance} == {
        Provenance.IMPORTED_NCU
    }
    if "details" in form:
        assert found.counters is None
    else:
        assert found.counters is not None
        assert (found.counters.known, found.counters.warp_instructions) == (["warp_instructions"], 1_000_000)


def test_without_a_row_of_units_base_units_are_meant(tmp_path: Path) -> None:
    metrics = RAW | {"gpu__time_duration.sum": ("", 0.5)}
    (found,) = read(tmp_path, wide(units=False, metrics=metrics))
    assert found.time is not None
    assert found.time.seconds == 0.5


def test_several_kernels_and_launches(tmp_path: Path) -> None:
    other = IDENTITY | {"ID": "2", "Kernel Name": "copy(float *)", "Grid Size": "(1, 1, 1)"}
    launches = [IDENTITY, IDENTITY | {"ID": "1"}, other]
    for text in (wide(launches), long(launches)):
        first, second = read(tmp_path, text)
        assert (first.name, second.name) == (IDENTITY["Kernel Name"], "copy(float *)")
        assert "the time is the median of 2 launches" in first.notes
        assert second.launch.grid == (1, 1, 1)


def test_tables_of_several_processes_follow_one_another(tmp_path: Path) -> None:
    other = IDENTITY | {"Kernel Name": "copy(float *)"}
    assert len(read(tmp_path, PROLOGUE + wide() + PROLOGUE + long([other]))) == 2


def test_dimensions_may_be_metrics(tmp_path: Path) -> None:
    launch = IDENTITY | {"Grid Size": "", "Block Size": ""}
    metrics = RAW | {f"launch__{what}_dim_{axis}": ("", value) for what, axis, value in (
        ("grid", "x", 5.0), ("grid", "y", 6.0), ("grid", "z", 7.0),
        ("block", "x", 64.0), ("block", "y", 2.0), ("block", "z", 1.0))}  # fmt: skip
    (found,) = read(tmp_path, wide([launch], metrics=metrics))
    assert (found.launch.grid, found.launch.block) == ((5, 6, 7), (64, 2, 1))


def test_a_name_of_the_device_is_taken(tmp_path: Path) -> None:
    text = wide().replace('"CC"', '"CC","device__attribute_display_name"', 1)
    text = text.replace('"","","","nsecond"', '"","","","","nsecond"').replace('"8.6"', '"8.6","NVIDIA A10"')
    (found,) = read(tmp_path, text)
    assert found.device == "NVIDIA A10 (compute capability 8.6)"


def test_sizes_without_dimensions_are_said_to_be_that(tmp_path: Path) -> None:
    launch = IDENTITY | {"Grid Size": "", "Block Size": ""}
    metrics = RAW | {"launch__grid_size": ("", 4096.0), "launch__block_size": ("", 256.0)}
    (found,) = read(tmp_path, wide([launch], metrics=metrics))
    assert (found.launch.grid, found.launch.block) == ((4096, 1, 1), (256, 1, 1))
    assert SIZES in found.notes
    assert SIZES not in read(tmp_path, wide())[0].notes


def test_the_column_of_devices_may_hold_names(tmp_path: Path) -> None:
    (found,) = read(tmp_path, wide([IDENTITY | {"Device": "NVIDIA H100", "CC": "9.0"}]))
    assert found.device == "NVIDIA H100 (compute capability 9.0)"


def test_what_is_not_there_is_not_known(tmp_path: Path) -> None:
    (found,) = read(tmp_path, wide(metrics={"smsp__inst_executed.sum": ("inst", 5.0)}))
    assert (found.time, found.resources, found.occupancy) == (None, None, None)
    (found,) = read(tmp_path, wide().replace('"1,234,560"', '"n/a"'))
    assert found.time is None


@pytest.mark.parametrize("written", [english, german, french])
def test_numbers_in_the_languages(written: Written) -> None:
    separators = Separators()
    values = [0.5, 12.0, 999.0, 1000.0, 1234567.0, 1234.25]
    for value in values:
        separators.learn(written(value))
    assert [separators.number(written(value)) for value in values] == values
    assert [separators.number(text) for text in ("", "n/a", "nan", "1e5 ms", "--1")] == [None] * 5


@pytest.mark.parametrize("text", ["1,234", "12,345,678"])
def test_a_comma_alone_groups_thousands(text: str) -> None:
    assert Separators().number(text) == float(text.replace(",", ""))


DAMAGED = {
    "a damaged head": wide().replace('"Kernel Name"', '"x""Kernel Name"', 1),
    "no rows": '"ID","Kernel Name"\n',
    "a row cut off": wide()[:-40],
    "a row cut off at a field": "\n".join([*wide().splitlines()[:2], '"0","17"', ""]),
    "a negative number": wide().replace('"40"', '"-40"'),
    "an enormous number": wide().replace('"40"', f'"{"9" * 40}"'),
    "an enormous grid": wide([IDENTITY | {"Grid Size": f"({'9' * 30}, 1, 1)"}]),
    "no grid": wide([IDENTITY | {"Grid Size": ""}]),
    "a line without end": '"ID","Kernel Name"\n"' + "x" * (2**20 + 1),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        read(tmp_path, DAMAGED[name])
    assert raised.value.where == str(tmp_path / "report.csv")
    assert len(raised.value.what) < 200


def test_control_characters_in_names_do_not_reach_the_profile(tmp_path: Path) -> None:
    (found,) = read(tmp_path, wide([IDENTITY | {"Kernel Name": "a\x1b[31m"}]))
    assert found.name == "a\N{REPLACEMENT CHARACTER}[31m"


@pytest.mark.parametrize(
    "name", ["kernel.threads_per_block", "kernel.registers_per_thread", "kernel.shared_bytes"]
)
def test_facts_of_imported_kernels_say_so(name: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, wide())
    assert CATALOGUE[name].provenance(Scene(kernel=found)) is Provenance.IMPORTED_NCU
