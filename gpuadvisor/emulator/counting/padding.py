"""The smallest row padding that frees a shared array of bank conflicts, found by trying it on addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from gpuadvisor.emulator.counting.requests import Requests
from gpuadvisor.emulator.counting.tally import AccessKind, AccessTally, Space
from gpuadvisor.emulator.counting.wavefronts import WORD_BYTES, atomic_wavefronts, wavefronts
from gpuadvisor.model.kernel import Padding

AccessKey = tuple[int, Space, AccessKind]
VariableOf = Callable[[int, str, int], str | None]

_SHORTEST_ROW_BYTES = 32
"""What is shorter is an element rather than a row; padding would cost a good part of the memory."""
_PADS = range(1, 9)
"""In units of the array's widest access, at least a word, so that every access stays aligned."""


@dataclass(frozen=True, slots=True)
class _Array:
    """All accesses to one shared array, and the address it begins at."""

    accesses: dict[AccessKey, AccessTally]
    start: int

    def padded(self, tally: AccessTally, pitch_bytes: int, pad_bytes: int) -> float:
        """Return the wavefronts per request of an access with `pad_bytes` after every row."""
        samples = tally.sampled()
        offsets = samples.addresses.astype(np.int64) - self.start
        moved = self.start + offsets + offsets // pitch_bytes * pad_bytes
        requests = Requests(moved.astype(np.uint64), samples.active, samples.weights)
        count = atomic_wavefronts if tally.operation == "atomic" else wavefronts
        return float(count(requests, tally.bytes_per_thread).mean())

    def cost(self, pitch_bytes: int, pad_bytes: int) -> float:
        """Return the wavefronts of all accesses together."""
        costs = (
            self.padded(tally, pitch_bytes, pad_bytes) * tally.requests for tally in self.accesses.values()
        )
        return sum(costs)


def paddings(
    tallies: Mapping[AccessKey, AccessTally],
    variables: Mapping[AccessKey, str | None],
    strides: Mapping[AccessKey, int | None],
    variable_of: VariableOf,
) -> dict[AccessKey, Padding]:
    """Return, for each access with bank conflicts, the padding of its array that needs fewest wavefronts.

    An access suggests its distance between lanes, in `strides`, as a row pitch to try. Accesses whose
    conflicts no padding of whole rows lessens are absent.
    """
    shared = {key: tally for key, tally in tallies.items() if tally.space == "shared"}
    found: dict[AccessKey, Padding] = {}
    for name in {variables[key] for key in shared}:
        accesses = {key: tally for key, tally in shared.items() if variables[key] == name}
        found.update(_best_padding(_Array(accesses, _start(accesses, name, variable_of)), strides))
    return found


def _start(accesses: Mapping[AccessKey, AccessTally], name: str | None, variable_of: VariableOf) -> int:
    """Return where the array begins: the lowest address below the sampled ones that still has its name."""
    pc = min(accesses)[0]
    samples = [tally.sampled() for tally in accesses.values()]
    lowest = min(int(sample.addresses[sample.active].min()) for sample in samples)
    if name is None:
        return 0
    outside, inside = -1, lowest
    while inside - outside > 1:
        middle = (inside + outside) // 2
        if variable_of(pc, "shared", middle) == name:
            inside = middle
        else:
            outside = middle
    return inside


def _best_padding(array: _Array, strides: Mapping[AccessKey, int | None]) -> dict[AccessKey, Padding]:
    conflicted = {
        key: tally for key, tally in array.accesses.items() if tally.wavefronts > tally.ideal_wavefronts
    }
    unit = max(WORD_BYTES, *(tally.bytes_per_thread for tally in array.accesses.values()))
    shortest = max(_SHORTEST_ROW_BYTES, unit + 1)
    pitches = sorted({pitch for key in conflicted if (pitch := abs(strides[key] or 0)) >= shortest})
    tried = [(array.cost(pitch, pad * unit), pad * unit, pitch) for pitch, pad in product(pitches, _PADS)]
    if not tried or min(tried)[0] >= array.cost(unit, 0):
        return {}
    _, pad_bytes, pitch_bytes = min(tried)
    return {
        key: Padding(
            row_pitch_bytes=pitch_bytes,
            pad_bytes=pad_bytes,
            wavefronts_per_request=array.padded(tally, pitch_bytes, pad_bytes),
        )
        for key, tally in conflicted.items()
    }
