"""What is printed of a source line: its accesses, reuse, contention and branches, at any width."""

import io

import pytest
from rich.console import Console

from gpuadvisor.model.counters import KernelCounters, LineCounts
from gpuadvisor.model.kernel import Access, Branch, BranchPath, KernelProfile, Launch
from gpuadvisor.model.traffic import Contention, Reuse, Trace
from gpuadvisor.reporting.terminal.lines import render_lines

TRACE = Trace(blocks=3, requests_per_warp=9, complete=False, requests=100)
REUSE = Reuse(trace=TRACE, sectors=800, ideal_sectors=400, block_sectors=150, distinct_sectors=100)
CONTENTION = Contention(
    lanes_per_address=1.25,
    trace=TRACE,
    worst_lanes=17,
    mean_worst_lanes=6.0,
    addresses=50,
    hottest_share=0.125,
)
SOURCE = "{\n    out[i] = in[index[i]];\n    if (i % 2)\n}\n"


def access(**changes: object) -> Access:
    fields: dict[str, object] = {
        "file": "k.cu",
        "line": 2,
        "space": "global",
        "operation": "load",
        "bytes_per_thread": 4,
        "variable": "in",
        "requests": 500,
        "sectors": 4500,
        "ideal_sectors": 2000,
        "active_threads": 32.0,
        "distinct_bytes_per_request": 128.0,
        "pattern": "lanes 24 bytes apart",
    }
    return Access(**(fields | changes))  # type: ignore[arg-type]


ACCESSES = [
    access(variable="out", operation="store", sectors=500, ideal_sectors=500, active_threads=1.0),
    access(),
    access(),
    access(
        space="shared", variable=None, sectors=0, wavefronts=500, ideal_wavefronts=500, pattern="broadcast"
    ),
    access(operation="atomic", variable="bins", sectors=900, contention=CONTENTION),
]
LONG = BranchPath(executions=60, divergent_threads=1.0, instructions=80.5)
ROUND = BranchPath(executions=100, divergent_threads=31.0)
BRANCHES = [
    Branch(file="k.cu", line=3, executions=100, divergent=60, active_threads=32.0, taken=LONG, passed=ROUND),
    Branch(file="k.cu", line=3, executions=100, divergent=0, active_threads=32.0),
    Branch(file="k.cu", line=3, executions=100, divergent=70, active_threads=32.0),
]
LINES = [
    LineCounts(
        file="k.cu",
        line=2,
        warp_instructions=50,
        global_load_requests=1000,
        global_load_sectors=9000,
        global_load_ideal_sectors=4000,
        load_reuse=REUSE,
    ),
    LineCounts(file="k.cu", line=3, warp_instructions=10, branches=300, divergent_branches=130),
]


def kernel(accesses: list[Access] = ACCESSES) -> KernelProfile:
    return KernelProfile(
        name="k",
        source="k.cu",
        device="emulated:h100",
        launch=Launch(grid=(8, 1, 1), block=(32, 1, 1)),
        counters=KernelCounters(
            blocks_total=8,
            blocks_run=8,
            warp_instructions=100,
            global_load_sectors=9000,
            branches=300,
            divergent_branches=130,
        ),
        lines=LINES,
        accesses=accesses,
        branches=BRANCHES,
    )


def printed(of: KernelProfile, width: int = 240, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    render_lines(of, Console(file=stream, width=width), {"k.cu": SOURCE}, verbose=verbose)
    return stream.getvalue()


@pytest.mark.parametrize(
    "expected",
    [
        ">    2 |     out[i] = in[index[i]];",
        "global load `in`      lanes 24 bytes apart; 1,000 requests of 128 B, 9 sectors each where 4 would",
        "global store `out`    lanes 24 bytes apart; 500 requests of 128 B, 1 sector each; 1 thread active",
        "shared load           broadcast; 500 requests of 128 B, 1 wavefront each",
        "1.8 sectors each; 1.25 threads of a request at an address; at worst 17, and the hottest address "
        "gets 12.5 % (traced: 3 blocks, 9 requests of each warp)",
        "a block loads each sector of its 1.562 KiB 5.33 times, all traced blocks together 8 times "
        "(traced: 3 blocks, 9 requests of each warp)",
        "60 of 100 executions split the warp: 1 thread (80.5 instructions) jump, 31 threads (round a loop) "
        "go on",
        "70 of 100 executions split the warp\n",
    ],
)
def test_a_hot_line_says(expected: str) -> None:
    lines = [line.rstrip() + "\n" for line in printed(kernel()).splitlines()]
    assert any(expected in line for line in lines), "".join(lines)


def test_what_costs_most_comes_first() -> None:
    text = printed(kernel())
    places = [text.index(word) for word in ("global load", "global atomic", "global store", "reuse")]
    assert places == sorted(places)


def test_only_verbose_shows_every_pattern_of_a_line() -> None:
    many = kernel([access(pattern=f"pattern {number}") for number in range(9)])
    assert "and 4 more (--verbose)" in printed(many)
    assert "pattern 8" not in printed(many)
    assert "pattern 8" in printed(many, verbose=True)


def test_verbose_lists_all_lines_as_a_table() -> None:
    assert "split:" not in printed(kernel())
    table = printed(kernel(), verbose=True).splitlines()
    assert table[0].split() == ["line", "instr.", "sectors", "ideal", "waves", "ideal", "reuse", "split"]
    assert table[1].split() == ["2", "50.0", "%", "9", "4", "5.33x"]
    assert table[2].split() == ["3", "10.0", "%", "43.3", "%"]


@pytest.mark.parametrize("width", [50, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert all(len(line) <= width for line in printed(kernel(), width, verbose=True).splitlines())


def test_branches_that_hardly_ever_diverge_make_no_line_hot() -> None:
    calm = kernel()
    assert calm.counters is not None
    assert "branches divergent" in printed(calm)
    calm.counters.divergent_branches = 14
    assert "branches divergent" not in printed(calm)
