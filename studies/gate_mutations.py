"""Does the gate without a GPU catch slower kernels, and nothing else? `make gate-mutations`.

Every kernel of examples/ that is CUDA C++ gets its baseline, then some ten slow-downs one at a time. A mutant
that is meant to keep its answer runs on all blocks and is compared with the original. The kinds are padding
removed, loop order swapped, structure of arrays undone, unrolling off, register cap, block size, float to
double, divergent branch, atomic instead of reduction, `__restrict__` removed (which no example has: it is
given first) and loads repeated, which is what that costs. Where one means nothing to a kernel, it gets
another of the same spirit. Mutations that no counted or compiled fact can show are listed with the reason,
and must be missed.

Neutral edits change layout, comments, names and the order of independent declarations; arguments keep their
names in the launch file, where they name random data.

    python -m studies.gate_mutations [FILE_OF_EXAMPLES...]      as `transpose.cu`
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from gpuadvisor.devices.device import Device
from gpuadvisor.devices.emulated import EmulatedDevice
from studies.mutations.mutation import Mutations, read_mutations
from studies.mutations.trying import Row, try_mutations, try_neutral_edits


def main(files: Sequence[str]) -> int:
    """Run the study and print it; 1 if a promise is broken."""
    start = time.perf_counter()
    device = EmulatedDevice("h100", all_blocks=True)
    rows = [row for tried in read_mutations(files) for row in _shown(tried, device)]
    ends = Counter(row.end for row in rows)
    broken = sum(not row.promised for row in rows)
    print(f"slow-downs: {ends['caught']} caught, {ends['missed']} missed for the reasons given")
    print(f"neutral edits: {ends['passed']} passed, {ends['failed']} failed")
    print(f"{broken} of {len(rows)} not as promised; {time.perf_counter() - start:.0f} s")
    return 1 if broken else 0


def _shown(tried: Mutations, device: Device) -> Iterator[Row]:
    """Yield the rows of an example and print them."""
    for kernel in tried.kernels:
        print(f"{tried.source}: {kernel}")
        yield from _printed(try_mutations(tried, kernel, device))
    print(f"{tried.file}: edits that must not matter")
    yield from _printed(try_neutral_edits(tried))


def _printed(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        mark = "   " if row.promised else "!!!"
        print(f"{mark} {row.name:44} {row.end:7} {row.why}".rstrip(), flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
