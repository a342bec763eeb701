"""A small probe of host code to write into temporary folders: words go to the device, double, come back."""

from pathlib import Path

KERNEL = """\
// Doubling: copies and a kernel in chunks.
// Nothing can fool it.
extern "C" __global__ void twice(unsigned* words, unsigned first)
{
    words[first + blockIdx.x * blockDim.x + threadIdx.x] *= 2;
}
"""
DECLARATION = """\
title = "Doubling"

[define]
threads = 64
words = "threads * chunks"

[timing]
samples = 3
warmups = 1

[[metric]]
name = "bandwidth"
unit = "bytes/s"
meaning = "Bytes per second"
derived = ["copied_bytes / seconds"]

[[buffer]]
name = "input"
type = "uint32"
count = "words"
fill = "arange"
place = "pinned"

[[buffer]]
name = "work"
type = "uint32"
count = "words"
fill = "scratch"

[[buffer]]
name = "output"
type = "uint32"
count = "words"
fill = "unwritten"
place = "pinned"

[[work]]
name = "copied"
type = "uint32"
count = "2 * words"

[[sweep]]
name = "chunks"
meaning = "So many chunks over two streams"
quick = true
quick_wanted = "chunks // 4"
parameters = { chunks = [1, 2, 4] }
repeat = { chunk = "chunks" }
check = { buffer = "output", equals = "2 * i" }

[[sweep.steps]]
do = "copy"
from = "input"
to = "work"
first = "chunk * threads"
count = "threads"
stream = "chunk % 2"

[[sweep.steps]]
do = "launch"
kernel = "twice"
arguments = [{ buffer = "work" }, { type = "uint32", value = "chunk * threads" }]
block = "threads"
stream = "chunk % 2"

[[sweep.steps]]
do = "copy"
from = "work"
to = "output"
first = "chunk * threads"
count = "threads"
stream = "chunk % 2"
"""


def write_steps(parent: Path, *replacements: tuple[str, str]) -> Path:
    """Write the probe's folder, with texts replaced in both files, and return it."""
    folder = parent / "doubling"
    folder.mkdir()
    for file, text in (("kernel.cu", KERNEL), ("probe.toml", DECLARATION)):
        for old, new in replacements:
            assert old in KERNEL + DECLARATION
            text = text.replace(old, new)
        (folder / file).write_text(text)
    return folder
