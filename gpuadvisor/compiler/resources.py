"""What the compiler gave each kernel, from the log of `ptxas -v` and the sections of the cubin.

NVRTC and nvcc print the log with different prefixes, and newer releases leave fields out, so each number is
looked for on its own. Constant memory is the kernel's bank 0 (parameters included), from the cubin, because
CUDA 13 no longer prints it. Spills are the kernel's own: a function that was not inlined has its own, which
no kernel is charged with; the stack is cumulative where ptxas says so.
"""

import re
from collections.abc import Iterator

from gpuadvisor.compiler.elf import section_sizes
from gpuadvisor.model.kernel import Resources

_ENTRY = re.compile(r"Compiling entry function '(?P<name>[^']+)'")
_PROPERTIES = re.compile(r"Function properties for '?(?P<name>[^\s']+)'?")
_STACK_AND_SPILLS = re.compile(
    r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads"
)
_USED = re.compile(r"Used (?P<registers>\d+) registers(?P<rest>.*)")


def parse_resources(log: str, cubin: bytes, compiler: str, compute_capability: str) -> dict[str, Resources]:
    """Return the resources of every kernel in the log, by mangled name."""
    sizes = section_sizes(cubin)
    stacks = dict(_stack_lines(log))
    return {
        name: Resources(
            compiler=compiler,
            compute_capability=compute_capability,
            registers_per_thread=int(used["registers"]),
            static_shared_bytes=_amount(used["rest"], "bytes smem"),
            local_bytes=max(stacks[name][0], _amount(used["rest"], "bytes cumulative stack size")),
            constant_bytes=sizes.get(f".nv.constant0.{name}", 0),
            spill_store_bytes=stacks[name][1],
            spill_load_bytes=stacks[name][2],
            barriers=_amount(used["rest"], "barriers"),
        )
        for name, used in _used_lines(log)
    }


def _used_lines(log: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield each kernel with its `Used ... registers` line, which follows the line that names the kernel."""
    name = None
    for line in log.splitlines():
        if entry := _ENTRY.search(line):
            name = entry["name"]
        elif name is not None and (used := _USED.search(line)):
            yield name, used
            name = None


def _stack_lines(log: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield each function with its bytes of stack, spill stores and spill loads."""
    name = ""
    for line in log.splitlines():
        if properties := _PROPERTIES.search(line):
            name = properties["name"]
        elif amounts := _STACK_AND_SPILLS.search(line):
            yield name, (int(amounts["stack"]), int(amounts["stores"]), int(amounts["loads"]))


def _amount(text: str, unit: str) -> int:
    found = re.search(rf"(\d+) {unit}", text)
    return int(found[1]) if found else 0
