"""Nsight Compute's table read back, and joined with the emulator's counters."""

import pytest

from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import KernelProfile, Launch
from tools.recording.counters import METRICS, CounterRow, compare_counters, read_ncu

LOADS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORES = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
TABLE = f"""==PROF== Connected to process 77 (/usr/bin/python3)
==PROF== Profiling "copy" - 0: 0%....50%....100% - 1 pass
"ID","Process ID","Kernel Name","Grid Size","{LOADS}","{STORES}"
"","","","","sector","sector"
"0","77","gpuadvisor_hold","(1, 1, 1)","0","0"
"1","77","_Z4copyPfPKf","(64, 64, 1)","524,288","4194304"
"2","77","fill","(64, 1, 1)","","32"
"""


def profile(name: str, **counts: int) -> KernelProfile:
    return KernelProfile(
        name=name,
        source="k.cu",
        device="emulated:h100",
        launch=Launch(grid=(1, 1, 1), block=(32, 1, 1)),
        counters=KernelCounters(blocks_total=1, blocks_run=1, **counts),
    )


def test_the_table_is_found_among_other_lines() -> None:
    assert read_ncu(TABLE) == [
        ("_Z4copyPfPKf", {"global_load_sectors": 524_288, "global_store_sectors": 4_194_304}),
        ("fill", {"global_store_sectors": 32}),
    ]


@pytest.mark.parametrize("text", ["", "==ERROR== ERR_NVGPUCTRPERM - no permission to read counters\n"])
def test_no_table_is_no_counters(text: str) -> None:
    assert read_ncu(text) == []


def test_counters_are_put_side_by_side() -> None:
    emulated = [
        profile("copy", global_load_sectors=524_288, global_store_sectors=524_288),
        profile("fill", global_store_sectors=32),
    ]
    rows = compare_counters(read_ncu(TABLE), emulated)
    assert [(row.kernel, row.counter, row.ratio, row.agrees) for row in rows] == [
        ("copy", "global_load_sectors", 1, True),
        ("copy", "global_store_sectors", 0.125, False),
        ("fill", "global_store_sectors", 1, True),
    ]


@pytest.mark.parametrize(
    ("counter", "hardware", "emulated", "agrees"),
    [
        ("global_store_sectors", 1000.0, 1003.0, True),
        ("global_store_sectors", 1000.0, 1011.0, False),
        ("global_load_sectors", 0.0, 4.0, False),
        ("warp_instructions", 1000.0, 1500.0, True),
    ],
)
def test_only_what_should_agree_is_judged(
    counter: str, hardware: float, emulated: float, agrees: bool
) -> None:
    assert CounterRow(kernel="k", counter=counter, hardware=hardware, emulated=emulated).agrees is agrees


def test_every_counter_is_one_of_ours() -> None:
    assert set(METRICS.values()) <= set(KernelCounters.__struct_fields__)
