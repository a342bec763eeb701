"""A small probe to write into temporary folders: thread i of the grid writes i * factor."""

from pathlib import Path

KERNEL = """\
// Scale: a multiplication.
// Nothing can fool it.
extern "C" __global__ void scale(const unsigned* input, unsigned* output, unsigned* cycles, unsigned factor)
{
    long long start = clock64();
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    output[i] = input[i] * factor;  // measured
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(clock64() - start);
}
"""
DECLARATION = """\
title = "Scale"

[define]
threads = 64
elements = "threads * blocks"

[timing]
samples = 4
warmups = 1

[[metric]]
name = "bandwidth"
unit = "bytes/s"
meaning = "Bytes per second"
derived = ["(loaded_bytes + stored_bytes) / seconds"]
maximum = "dram_bytes_per_second"

[[metric]]
name = "sectors"
unit = "sectors"
meaning = "Sectors per request"
derived = ["global_load_sectors / global_load_requests"]

[[metric]]
name = "cycles"
unit = "cycles"
meaning = "Cycles of a block"
derived = ["block_cycles", "seconds * sm_clock_hz"]

[[buffer]]
name = "input"
type = "uint32"
count = "elements"
fill = "arange"

[[buffer]]
name = "output"
type = "uint32"
count = "elements"
fill = "unwritten"

[[buffer]]
name = "cycles"
type = "uint32"
count = "blocks"
fill = "unwritten"

[[work]]
name = "loaded"
type = "uint32"
count = "elements"

[[work]]
name = "stored"
type = "uint32"
count = "elements"

[[sweep]]
name = "sizes"
meaning = "Grids of several sizes"
kernel = "scale"
parameters = { factor = [3, 5], blocks = [1, 2] }
arguments = [
    { buffer = "input" },
    { buffer = "output" },
    { buffer = "cycles" },
    { type = "uint32", value = "factor" },
]
launch = { grid = "blocks", block = "threads" }
check = { buffer = "output", equals = "i * factor" }
readings = [{ name = "block_cycles", reduce = "mean", buffers = ["cycles"] }]
"""
SATURATION = """
[[saturation]]
name = "saturation"
sweep = "sizes"
curves = "factor"
metric = "needed"
along = "cycles"
of = "bandwidth"
share = 0.95
"""


def write_probe(parent: Path, name: str = "scale", *, replace: tuple[str, str] = ("", "")) -> Path:
    """Write the probe's folder, with one text replaced in both files, and return it."""
    folder = parent / name
    folder.mkdir()
    for file, text in (("kernel.cu", KERNEL), ("probe.toml", DECLARATION)):
        (folder / file).write_text(text.replace(*replace) if replace[0] else text)
    return folder
