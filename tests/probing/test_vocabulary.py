from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.counters import LineCounts
from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.vocabulary import (
    COMPILED,
    DEVICE,
    LANES,
    counted_values,
    device_values,
    observed_names,
)
from tests.probing.fake_gpu import FACTS
from tests.probing.folders import write_probe

MIB = 1 << 20
GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-probe.md"


@pytest.mark.parametrize(
    ("l2_bytes", "kind", "footprint_bytes"),
    [
        (4 * MIB, "cuda", 256 * MIB),
        (50 * MIB, "cuda", 256 * MIB),
        (64 * MIB, "cuda", 256 * MIB),
        (72 * MIB, "cuda", 512 * MIB),
        (126 * MIB, "cuda", 512 * MIB),
        (50 * MIB, "emulated", 64 * MIB),
    ],
)
def test_no_cache_holds_the_footprint(l2_bytes: int, kind: str, footprint_bytes: int) -> None:
    facts = msgspec.structs.replace(FACTS, l2_bytes=l2_bytes, kind=kind)
    assert device_values(facts)["footprint_bytes"] == footprint_bytes


def test_every_name_is_told_to_authors() -> None:
    guide = GUIDE.read_text()
    facts = msgspec.structs.replace(FACTS, host_link_bytes_per_second=1e10, **dict.fromkeys(LANES, 64))
    assert device_values(facts).keys() == DEVICE.keys()
    assert DEVICE.keys() - device_values(FACTS).keys() == {"host_link_bytes_per_second", *LANES}
    for name in (*DEVICE, *COMPILED):
        assert f"`{name}`" in guide


def test_counters_are_added_up_over_the_marked_lines_by_group(tmp_path: Path) -> None:
    mark = ("if (threadIdx.x == 0)", "if (threadIdx.x == 0)  // measured: branch")
    probe = load_probe(write_probe(tmp_path, replace=mark))
    lines = [
        LineCounts(file="x/scale/kernel.cu", line=6, warp_instructions=1),
        LineCounts(file="x/scale/kernel.cu", line=7, warp_instructions=10, global_load_sectors=4),
        LineCounts(file="x/scale/kernel.cu", line=8, warp_instructions=100, branches=3),
        LineCounts(file="other.cuh", line=7, warp_instructions=1000),
    ]
    counted = counted_values(lines, probe)
    assert counted.keys() < observed_names(probe)
    assert {name: value for name, value in counted.items() if value} == {
        "warp_instructions": 10,
        "global_load_sectors": 4,
        "branch_warp_instructions": 100,
        "branch_branches": 3,
    }
