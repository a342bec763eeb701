"""Compares the emulator's counters with what Nsight Compute reads from the hardware."""

import csv
import io
from collections.abc import Sequence

import msgspec

from gpuadvisor.model.kernel import KernelProfile

SHARED = "smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op"
METRICS = {
    "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum": "global_load_requests",
    "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum": "global_load_sectors",
    "l1tex__t_requests_pipe_lsu_mem_global_op_st.sum": "global_store_requests",
    "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum": "global_store_sectors",
    f"{SHARED}_ld.sum": "shared_load_wavefronts",
    f"{SHARED}_st.sum": "shared_store_wavefronts",
    "smsp__inst_executed.sum": "warp_instructions",
    "smsp__thread_inst_executed.sum": "thread_instructions",
}
"""The name of the counter by Nsight Compute's name of the metric."""
OF_MACHINE_CODE = ("warp_instructions", "thread_instructions")
"""Counted there in machine code and here in PTX: only their order of magnitude can agree."""
TOLERANCE = 0.01
"""Sectors stored through L1 fall some tenths of a percent short of the pattern on hardware."""

KERNEL, IDENTIFIER = "Kernel Name", "ID"
HOLD = "gpuadvisor_hold"


class CounterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One counter of one launch, both ways."""

    kernel: str
    counter: str
    hardware: float
    emulated: float

    @property
    def ratio(self) -> float | None:
        """Emulated over hardware; None where the hardware counted nothing."""
        return self.emulated / self.hardware if self.hardware else None

    @property
    def agrees(self) -> bool:
        """Whether both are the same, where they should be."""
        if self.counter in OF_MACHINE_CODE:
            return True
        return abs(self.emulated - self.hardware) <= TOLERANCE * self.hardware


def read_ncu(text: str) -> list[tuple[str, dict[str, float]]]:
    """Return kernel and counters of each launch in the output of `ncu --csv --page raw`.

    The table may follow other lines; its second row holds the units. Our own holding kernel is left out.
    """
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith(f'"{IDENTIFIER}"')), None)
    if start is None:
        return []
    table = csv.DictReader(io.StringIO("\n".join(lines[start:])))
    launches = [row for row in table if row[IDENTIFIER] and row[KERNEL] != HOLD]
    return [(row[KERNEL], _counters(row)) for row in launches]


def _counters(row: dict[str, str]) -> dict[str, float]:
    return {
        counter: float(row[metric].replace(",", ""))
        for metric, counter in METRICS.items()
        if row.get(metric, "").strip()
    }


def compare_counters(
    hardware: Sequence[tuple[str, dict[str, float]]], emulated: Sequence[KernelProfile]
) -> list[CounterRow]:
    """Join both by their order: the same launches were made in the same order on both sides."""
    rows = []
    for (_, counted), profile in zip(hardware, emulated, strict=False):
        for counter, value in counted.items():
            here = float(getattr(profile.counters, counter))
            if value or here:
                rows.append(CounterRow(kernel=profile.name, counter=counter, hardware=value, emulated=here))
    return rows
