"""Write docs/ptx.md from the tables: `python -m gpuadvisor.emulator.supported_page > docs/ptx.md`.

With the name of a file it renews the block between `BEGIN` and `END` there: the README's claim.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from gpuadvisor.emulator.instructions.runtime import RUNTIME
from gpuadvisor.emulator.instructions.tables import CONTROL_AREAS, STEP_AREAS
from gpuadvisor.emulator.semantics import operation_types
from gpuadvisor.emulator.semantics.elements import ELEMENTS

HEAD = """\
# PTX supported

Generated from the tables that the emulator decodes and binds with; regenerate it with

    python -m gpuadvisor.emulator.supported_page > docs/ptx.md

A form that is not supported stops the run when a thread executes it, with the instruction's name and line.
Where no types are listed, the instruction takes all that the manual gives it, but for the limits at the end.
"""
NOTES = """\
## How far it goes

- Device functions: calls by name and through pointers, virtual functions, recursion on a stack of 16 KiB per
  thread.
- A kernel that uses grid-wide synchronisation runs all of its blocks at once, without sampling.
- `mma` covers the dense and sparse (`mma.sp`) shapes of the types listed; block-scaled forms and the f16
  shape m8n8k4 of sm_70 are not supported. `wmma` loads and stores elements of at least a byte.
- Products of matrices are exact; each sum is formed in double precision in ascending k and rounded once.
  Hardware rounds differently, so last bits may differ.
- `cp.async`, bulk copies and their groups take effect when issued, so waiting for them is free. A bulk copy
  is counted as requests of 32 lanes and 16 bytes.
- `malloc` in device code has a heap of 8 MiB, CUDA's default, and returns null beyond it.
- Blocks of a cluster run together, up to 16; samples take whole clusters. Accesses to the shared memory of
  another block are counted as those to one's own, and lanes that meet in a bank of different blocks as in
  conflict: how hardware counts them is not documented. `st.async`, `red.async` and multicast copies take
  effect when issued.
- `wgmma`, `tcgen05` and copies by tensor map are counted as instructions; their data stays put, and the
  report says so.
- Textures and surfaces are objects or references, of one mipmap level. Integer coordinates are neither
  filtered nor wrapped. CUDA arrays lie in memory in an order that NVIDIA does not document: sectors are those
  of the array row by row. Weights of linear filtering have 8 bits of fraction, as documented; the rest of a
  filtered value is exact and rounded once, so hardware's last bits may differ.
- Not supported: samplers apart from textures, offsets into textures, depth comparison,
  multisampled textures, results of 16 bits, `sured.p`, `multimem`, parts of
  registers in video instructions, negated operands of `vmad`, stochastic rounding.
"""


BEGIN = "<!-- PTX supported: written by python -m gpuadvisor.emulator.supported_page README.md -->"
END = "<!-- end of PTX supported -->"


def supported_summary() -> str:
    """Return the block of the README: the opcodes of each area."""
    areas = {"Arithmetic and data": operation_types(), **STEP_AREAS, **CONTROL_AREAS}
    opcodes = {opcode for builders in areas.values() for opcode in builders}
    head = (f"PTX supported: {len(opcodes)} opcodes", "[types and limits](docs/ptx.md)")
    rows = [_row(area, builders) for area, builders in areas.items()]
    return "\n".join([BEGIN, *_lines(head, rows), END])


def with_summary(text: str) -> str:
    """Return a text whose block is current; raises ValueError where it has none."""
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:start] + supported_summary() + text[end:]


def supported_document() -> str:
    """Return docs/ptx.md."""
    areas = {**STEP_AREAS, **CONTROL_AREAS}
    executed = [_row(area, builders) for area, builders in areas.items()]
    return "\n".join(
        [
            HEAD,
            *_table("## Arithmetic and data", ("opcode", "types"), sorted(_operations())),
            *_table("## Memory and control", ("area", "opcodes"), executed),
            f"Matrix elements: {_listed(ELEMENTS)}.",
            "",
            f"Routines of the device runtime: {_listed(sorted(RUNTIME))}.",
            "",
            NOTES.rstrip(),
            "",
        ]
    )


def _operations() -> list[tuple[str, str]]:
    """Return each opcode with the types it works on; none where they do not choose its arithmetic."""
    return [(f"`{opcode}`", " ".join(types)) for opcode, types in operation_types().items()]


def _row(area: str, builders: Iterable[str]) -> tuple[str, str]:
    return area, _listed(sorted(builders))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(title: str, head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> list[str]:
    return [title, "", *_lines(head, rows), ""]


def _lines(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"| {left} | {right} |" for left, right in (head, ("---", "---"), *rows)]


def _main(arguments: list[str]) -> None:
    if not arguments:
        sys.stdout.write(supported_document())
    for path in map(Path, arguments):
        path.write_text(with_summary(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
