"""The metrics of Nsight Compute that count what a kernel did: their names on its pages.

Source: Nsight Compute, `Profiling Guide`, Metrics Decoder and Metrics Reference, and the section files
`InstructionStats`, `WarpStateStats`, `SourceCounters` and `MemoryWorkloadAnalysis_Tables`. Counts by the
patched machine code (`smsp__sass_`) are exact; those of L1 (`l1tex__data_`) carry some noise of contention.
"""

_L1 = "l1tex__t_{unit}_pipe_lsu_mem_global_op_{operation}.sum"
_DATA = "smsp__sass_average_data_bytes_per_sector_mem_global_op_{operation}.{unit}"
_PASSES = "l1tex_data_pipe_lsu_wavefronts_mem_shared_op_{operation}.sum"
_CONFLICTS = "l1tex_data_bank_conflicts_pipe_lsu_mem_shared_op_{operation}.sum"

Names = dict[str, tuple[str, ...]]


def _global(name: str, operation: str) -> Names:
    return {
        f"global_{name}_{unit}": (_L1.format(unit=unit, operation=operation),)
        for unit in ("requests", "sectors")
    }


def _used(name: str, operation: str) -> Names:
    return {
        f"global_{name}_bytes_per_sector": (_DATA.format(operation=operation, unit="ratio"),),
        f"global_{name}_used_share": (_DATA.format(operation=operation, unit="pct"),),
    }


def _instructions(space: str, name: str, operation: str) -> Names:
    end = f"inst_executed_op_{space}_{operation}.sum"
    return {f"{space}_{name}_requests": (f"smsp__sass_{end}", f"smsp__{end}")}


def _shared(name: str, operation: str) -> Names:
    passes, conflicts = _PASSES.format(operation=operation), _CONFLICTS.format(operation=operation)
    return {
        f"shared_{name}_wavefronts": (f"smsp__sass_{passes}",),
        f"shared_{name}_wavefronts_of_l1": (passes.replace("l1tex_", "l1tex__", 1),),
        f"shared_{name}_conflicts": (f"smsp__sass_{conflicts}",),
        f"shared_{name}_conflicts_of_l1": (conflicts.replace("l1tex_", "l1tex__", 1),),
    }


COUNTER_ALIASES: Names = {
    "warp_instructions": ("smsp__inst_executed.sum", "sm__inst_executed.sum", "Executed Instructions"),
    "thread_instructions": ("smsp__thread_inst_executed.sum",),
    "predicated_on_thread_instructions": ("smsp__thread_inst_executed_pred_on.sum",),
    "threads_per_instruction": ("smsp__thread_inst_executed_per_inst_executed.ratio",
                                "Avg. Active Threads Per Warp"),
    "predicated_on_threads_per_instruction": ("smsp__thread_inst_executed_pred_on_per_inst_executed.ratio",
                                              "Avg. Not Predicated Off Threads Per Warp"),
    **_global("load", "ld"),
    **_global("store", "st"),
    **_global("atomic", "atom"),
    **_global("reduction", "red"),
    **_used("load", "ld"),
    **_used("store", "st"),
    **_instructions("shared", "load", "ld"),
    **_instructions("shared", "store", "st"),
    **_instructions("local", "load", "ld"),
    **_instructions("local", "store", "st"),
    **_shared("load", "ld"),
    **_shared("store", "st"),
    "branches": ("smsp__sass_branch_targets.sum",),
    "divergent_branches": ("smsp__sass_branch_targets_threads_divergent.sum",),
}  # fmt: skip
