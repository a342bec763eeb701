"""Baseline files: reviewable, written whole, and refused when damaged."""

from pathlib import Path

import pytest

from gpuadvisor.gating.baseline import Baseline, read_baseline, write_baseline
from gpuadvisor.gating.facts import Known
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance

BASELINE = Baseline(
    device="emulated:h100",
    compiler="nvrtc 13.5",
    items={
        "b.cu:scale<float, 4>": {
            "registers_per_thread": Known(16, "registers", Provenance.COMPILED),
            "occupancy.limiters": Known(["warps", "registers"], "", Provenance.COMPILED),
            "global_load.sectors": Known(4096, "sectors", Provenance.COUNTED),
            "time.seconds": Known(1.5e-06, "s", Provenance.MODELLED),
            "time.bound_by": Known("dram", "", Provenance.MODELLED),
        },
        'a "quoted" \\ one.cu:k#2': {"barriers": Known(0, "", Provenance.COUNTED)},
    },
)


def values(baseline: Baseline) -> dict[str, dict[str, tuple[object, Provenance]]]:
    return {
        item: {name: (known.value, known.provenance) for name, known in facts.items()}
        for item, facts in baseline.items.items()
    }


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    assert write_baseline(path, BASELINE)
    found = read_baseline(path)
    assert found is not None
    assert values(found) == values(BASELINE)
    assert (found.device, found.compiler) == (BASELINE.device, BASELINE.compiler)


def test_one_fact_a_line_sorted_under_its_provenance(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    write_baseline(path, BASELINE)
    lines = path.read_text().splitlines()
    start = lines.index('["b.cu:scale<float, 4>".compiled]')
    assert lines[start + 1 : start + 3] == [
        'occupancy.limiters = ["warps", "registers"]',
        "registers_per_thread = 16",
    ]
    headers = [line for line in lines if line.startswith('["')]
    assert headers == sorted(headers)


def test_the_same_facts_leave_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    write_baseline(path, BASELINE)
    before = path.stat().st_mtime_ns
    assert not write_baseline(path, BASELINE)
    assert path.stat().st_mtime_ns == before


def test_a_change_of_one_fact_changes_one_line(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    write_baseline(path, BASELINE)
    before = path.read_text().splitlines()
    BASELINE.items["b.cu:scale<float, 4>"] = dict(BASELINE.items["b.cu:scale<float, 4>"])
    changed = Baseline(
        device=BASELINE.device,
        compiler=BASELINE.compiler,
        items={
            **BASELINE.items,
            "b.cu:scale<float, 4>": {
                **BASELINE.items["b.cu:scale<float, 4>"],
                "registers_per_thread": Known(20, "", Provenance.COMPILED),
            },
        },
    )
    write_baseline(path, changed)
    after = path.read_text().splitlines()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("registers_per_thread = 16", "registers_per_thread = 20")
    ]


def test_no_file_is_no_baseline(tmp_path: Path) -> None:
    assert read_baseline(tmp_path / "baseline.toml") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[baseline]\nversion = 1\n<<<<<<< HEAD\ndevice = "x"\n',
            (":3: an unresolved merge conflict", "--update"),
        ),
        ("[baseline]\nversion = 1\n=======\n", (":3: an unresolved merge conflict",)),
        ("version = \n", ("not TOML",)),
        ("[other]\nx = 1\n", ("is no baseline",)),
        ('[baseline]\ndevice = "x"\nversion = 99\n', ("newer", "upgrade")),
        ('[baseline]\ndevice = "x"\nversion = 1\n["a"]\nfact = 1\n', ("under a provenance",)),
        ('[baseline]\ndevice = "x"\nversion = 1\n["a".guessed]\nfact = 1\n', ("under a provenance",)),
        ("\udcff", ("cannot be read",)),
    ],
)
def test_damage_is_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "baseline.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(GpuAdvisorError) as caught:
        read_baseline(path)
    for word in words:
        assert word in str(caught.value)
