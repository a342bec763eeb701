"""CSV as `ncu --csv` writes it: a column for each metric (`--page raw`) or a row (`--page details`)."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence

IDENTITY = {
    "ID": "0", "Process ID": "17", "Process Name": "python3", "Host Name": "127.0.0.1",
    "Kernel Name": "void transpose<float>(float *, const float *, int)", "Context": "1", "Stream": "7",
    "Block Size": "(32, 8, 1)", "Grid Size": "(64, 64, 1)", "Device": "0", "CC": "8.6",
}  # fmt: skip
RAW = {
    "gpu__time_duration.sum": ("nsecond", 1_234_560.0),
    "launch__registers_per_thread": ("register/thread", 40.0),
    "launch__shared_mem_per_block_static": ("byte/block", 4352.0),
    "launch__shared_mem_per_block_dynamic": ("byte/block", 0.0),
    "launch__occupancy_limit_blocks": ("block", 16.0),
    "launch__occupancy_limit_registers": ("block", 6.0),
    "launch__occupancy_limit_shared_mem": ("block", 19.0),
    "launch__occupancy_limit_warps": ("block", 6.0),
    "sm__maximum_warps_per_active_cycle_pct": ("%", 100.0),
    "sm__maximum_warps_avg_per_active_cycle": ("warp", 48.0),
    "sm__warps_active.avg.pct_of_peak_sustained_active": ("%", 87.25),
    "smsp__inst_executed.sum": ("inst", 1_000_000.0),
}
COUNTED = {
    # A transposing copy of 2048 x 2048 floats: 131,072 warps read 4 sectors each and write 32.
    "smsp__inst_executed.sum": ("inst", 1_572_864.0),
    "smsp__thread_inst_executed_per_inst_executed.ratio": ("", 32.0),
    "smsp__thread_inst_executed_pred_on.sum": ("inst", 47_185_920.0),
    "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum": ("request", 131_072.0),
    "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum": ("sector", 524_288.0),
    "smsp__sass_average_data_bytes_per_sector_mem_global_op_ld.ratio": ("byte/sector", 32.0),
    "l1tex__t_requests_pipe_lsu_mem_global_op_st.sum": ("request", 131_072.0),
    "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum": ("sector", 4_194_304.0),
    "smsp__sass_average_data_bytes_per_sector_mem_global_op_st.pct": ("%", 12.5),
    "l1tex__t_requests_pipe_lsu_mem_global_op_atom.sum": ("request", 10.0),
    "l1tex__t_requests_pipe_lsu_mem_global_op_red.sum": ("request", 32.0),
    "l1tex__t_sectors_pipe_lsu_mem_global_op_atom.sum": ("sector", 10.0),
    "smsp__sass_inst_executed_op_shared_ld.sum": ("inst", 32.0),
    "smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_ld.sum": ("", 1_024.0),
    "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum": ("", 1_100.0),
    "smsp__sass_l1tex_data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum": ("", 992.0),
    "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum": ("", 32.0),
    "smsp__sass_branch_targets.sum": ("", 1_000.0),
    "smsp__sass_branch_targets_threads_divergent.sum": ("", 250.0),
}
DETAILS = {
    ("GPU Speed Of Light Throughput", "Duration"): ("msecond", 1.23456),
    ("Launch Statistics", "Registers Per Thread"): ("register/thread", 40.0),
    ("Launch Statistics", "Block Size"): ("", 256.0),
    ("Launch Statistics", "Grid Size"): ("", 4096.0),
    ("Launch Statistics", "Static Shared Memory Per Block"): ("Kbyte/block", 4.352),
    ("Launch Statistics", "Dynamic Shared Memory Per Block"): ("byte/block", 0.0),
    ("Occupancy", "Block Limit SM"): ("block", 16.0),
    ("Occupancy", "Block Limit Registers"): ("block", 6.0),
    ("Occupancy", "Block Limit Shared Mem"): ("block", 19.0),
    ("Occupancy", "Block Limit Warps"): ("block", 6.0),
    ("Occupancy", "Theoretical Active Warps per SM"): ("warp", 48.0),
    ("Occupancy", "Theoretical Occupancy"): ("%", 100.0),
    ("Occupancy", "Achieved Occupancy"): ("%", 87.25),
}
PROLOGUE = (
    "==PROF== Connected to process 17 (/usr/bin/python3.11)\n"
    "epoch 1, loss 0.5\n"
    '==PROF== Profiling "transpose" - 0: 0%....50%....100% - 8 passes\n'
    "==PROF== Disconnected from process 17\n"
)
Written = Callable[[float], str]


def english(value: float) -> str:
    """As ncu writes numbers in its own language: `1,234,560` and `4.35`."""
    return f"{value:,.0f}" if value.is_integer() else f"{value:,}"


def german(value: float) -> str:
    return english(value).translate(str.maketrans(",.", ".,"))


def french(value: float) -> str:
    return english(value).translate(str.maketrans(",.", "\N{NARROW NO-BREAK SPACE},"))


def table(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def wide(
    launches: Sequence[Mapping[str, str]] = (IDENTITY,), *, units: bool = True, written: Written = english,
    metrics: Mapping[str, tuple[str, float]] = RAW,
) -> str:  # fmt: skip
    columns = [*IDENTITY, *metrics]
    rows = [[*launch.values(), *(written(value) for _, value in metrics.values())] for launch in launches]
    second = [[*("" for _ in IDENTITY), *(unit for unit, _ in metrics.values())]] if units else []
    return table([columns, *second, *rows])


def long(
    launches: Sequence[Mapping[str, str]] = (IDENTITY,), *, written: Written = english,
    rules: bool = False, metrics: Mapping[tuple[str, str], tuple[str, float]] = DETAILS,
) -> str:  # fmt: skip
    columns = [*IDENTITY, "Section Name", "Metric Name", "Metric Unit", "Metric Value"]
    rows = [
        [*launch.values(), section, name, unit, written(value)]
        for launch in launches
        for (section, name), (unit, value) in metrics.items()
    ]
    if rules:
        advice = ["SOLBottleneck", "WRN", 'This kernel shows "low", compute, throughput.']
        columns += ["Rule Name", "Rule Type", "Rule Description"]
        rows = [[*row, "", "", ""] for row in rows]
        rows.append([*IDENTITY.values(), "GPU Speed Of Light Throughput", "", "", "", *advice])
    return table([columns, *rows])
