"""A first configuration, written from the sources that lie in a folder."""

from pathlib import Path

_HEAD = """\
# What `gpuadvisor gate` guards. Every fact that may be named: `docs/facts.md`, without the leading `kernel.`.

[gate]
device = "emulated:h100"                  # counts exactly and models times; needs no GPU
baseline = "gpuadvisor-baseline.toml"     # written by `gpuadvisor gate --update`; commit it
# budgets = ["spill_bytes == 0"]          # for every kernel
# forbid = ["shared-memory/*", { rule = "*", severity = "high" }, { rule = "*", gain = 1.5 }]
# tolerance = { warp_instructions = 0.01 }  # a share by which a fact may get worse; otherwise none
"""
_KERNEL = """
[[kernel]]
source = "{source}"
# kernels = ["name"]                      # otherwise all that its launch file launches
# budgets = ["registers_per_thread <= 64", "occupancy.theoretical >= 50 %", "time <= +3 %"]
"""
_NOTHING = """
# No CUDA C++ source with a launch file beside it (k.cu and k.toml) was found below this folder.
# [[kernel]]
# source = "kernels/*.cu"
"""
_TAIL = """
# [[accept]]                              # what is known and may stay, until a day
# item = "kernels/k.cu:name"
# fact = "memory-layout/*"                # a fact, or a rule
# reason = "why"
# expires = 2030-01-31
"""
_HIDDEN = ("build", "dist", "node_modules", "site-packages")


def first_configuration(folder: Path) -> str:
    """Return the text of a configuration that gates every source below `folder` that has a launch file."""
    found = [path for path in sorted(folder.rglob("*.cu")) if _is_gated(path.relative_to(folder), path)]
    names = [path.relative_to(folder).as_posix() for path in found]
    kernels = "".join(_KERNEL.format(source=name) for name in names)
    return f"{_HEAD}{kernels or _NOTHING}{_TAIL}"


def _is_gated(relative: Path, path: Path) -> bool:
    hidden = any(part.startswith(".") or part in _HIDDEN for part in relative.parts)
    return not hidden and path.with_suffix(".toml").is_file()
