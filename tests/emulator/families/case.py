"""One case for each family of PTX instructions: text, what it reads, and what it must write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Sampling
from tests.emulator.families.kinds import WIDTHS, Array, values
from tests.emulator.harness import HEADER
from tests.emulator.textures.reference import image_of

SCRATCH = ".shared .align 128 .b8 scratch[4096];\n"
BLOCK = np.arange(150, 150 + 64, dtype=np.uint8)
"""What the parameter `block` of a kernel without images holds."""


@dataclass(frozen=True)
class Case:
    """PTX of a warp that contains an instruction of `family`.

    `$0`, `$1` stand for the inputs' byte offsets from `%in`, `$out` for that of the result from `%out`;
    `%lane` is the thread.
    """

    family: str
    body: str
    inputs: tuple[Array, ...]
    expected: Array
    tolerance: float = 0.0
    """Relative; 0: the bits agree."""
    before: str = ""
    """What the module declares for it."""
    also: tuple[str, ...] = ()
    """Further families that it cannot do without."""

    @property
    def families(self) -> tuple[str, ...]:
        """All families that it stands for."""
        return (self.family, *self.also)


@dataclass(frozen=True)
class Picture:
    """A texture, or without sampling a surface; the channels are the last axis if there are several."""

    content: Array
    sampling: Sampling | None
    channels: int
    layered: bool = False
    cube: bool = False


@dataclass(frozen=True)
class Group:
    """Cases that run one behind the other in one kernel."""

    cases: Sequence[Case]
    pictures: tuple[Picture, ...] = ()
    """Their handles stand in `block`, eight bytes each."""

    def block(self, memory: GlobalMemory) -> np.void:
        """Return the parameter `block`; the images are uploaded."""
        if not self.pictures:
            return np.void(BLOCK.tobytes())
        handles = np.zeros(8, np.uint64)
        for at, each in enumerate(self.pictures):
            handles[at], _ = image_of(
                memory,
                each.content,
                each.sampling,
                channels=each.channels,
                layered=each.layered,
                cube=each.cube,
            )
        return np.void(handles.tobytes())

    def inputs(self) -> Array:
        """Return what the kernel reads: every input at a boundary of 256 bytes."""
        return np.concatenate([np.zeros(256, np.uint8), *map(_padded, self._inputs())])

    def _inputs(self) -> list[Array]:
        return [each for case in self.cases for each in case.inputs]

    def results(self) -> Array:
        """Return room for what the kernel writes."""
        return np.concatenate([np.zeros_like(_padded(case.expected)) for case in self.cases])

    def result_of(self, wanted: Case, written: Array) -> Array:
        """Return what `wanted` wrote."""
        start = 0
        for case in self.cases:
            if case is wanted:
                break
            start += _padded(case.expected).size
        content = written[start : start + wanted.expected.nbytes].copy()
        return content.view(wanted.expected.dtype).reshape(wanted.expected.shape)

    def ptx(self) -> str:
        """Return a module whose kernel `k` runs all cases."""
        bodies, read_at, written_at = [], 256, 0
        for case in self.cases:
            body = case.body.replace("$out", str(written_at))
            written_at += _padded(case.expected).size
            for number, each in enumerate(case.inputs):
                body = body.replace(f"${number}", str(read_at))
                read_at += _padded(each).size
            bodies.append(f"{{\n{body}\n}}")
        declared = "".join(dict.fromkeys(case.before for case in self.cases))
        return f"""{HEADER}{SCRATCH}{declared}
.visible .entry k(.param .u64 p0, .param .u64 p1, .param .align 16 .b8 block[64])
{{
    .reg .b32 %lane; .reg .b64 %in; .reg .b64 %out;
    mov.u32 %lane, %tid.x;
    ld.param.u64 %in, [p0]; cvta.to.global.u64 %in, %in;
    ld.param.u64 %out, [p1]; cvta.to.global.u64 %out, %out;
{chr(10).join(bodies)}
    ret;
}}
"""


def _padded(array: Array) -> Array:
    raw = np.frombuffer(array.tobytes(), np.uint8)
    return np.concatenate([raw, np.zeros(-raw.size % 256, np.uint8)])


def computed(
    family: str,
    expected: Callable[..., Array],
    sources: str = "",
    result: str = "",
    text: str = "",
    given: Sequence[Array] = (),
    tolerance: float = 0.0,
) -> Case:
    """Return a case that computes registers `%d` from `%a`, `%b`, `%c`: of the family's type unless told."""
    kind = family.rpartition(".")[2]
    kinds = sources.split() or [kind] * expected.__code__.co_argcount
    inputs = tuple(given) or tuple(values(each, family + str(at)) for at, each in enumerate(kinds))
    names = [f"%{letter}" for letter in "abcd"[: len(kinds)]] if len(kinds) < 4 else ["%a", "%b", "%c", "%e"]
    result = result or kind
    loads = "".join(load(name, each, at) for at, (name, each) in enumerate(zip(names, kinds, strict=True)))
    declared = "".join(
        declare(name, each) for name, each in zip([*names, "%d"], [*kinds, result], strict=True)
    )
    with np.errstate(all="ignore"):
        wanted = np.asarray(expected(*inputs))
    body = f"""    .reg .b64 %address; .reg .b16 %byte; .reg .pred %p; .reg .pred %q;
    .reg .b32 %x; .reg .b32 %y; .reg .b32 %z; .reg .b16 %h;
{declared}{loads}    {text or f"{family} %d, {', '.join(names)};"}
{store("%d", result)}"""
    return Case(family, body, inputs, wanted.astype(WIDTHS[result].dtype), tolerance)


def declare(name: str, kind: str) -> str:
    """Declare a register of a kind."""
    return f"    .reg .{WIDTHS[kind].register} {name};\n"


def load(name: str, kind: str, number: int) -> str:
    """Load the lane's element of an input into a register."""
    width = WIDTHS[kind]
    target = "%byte" if kind == "pred" else name
    lines = f"    mad.wide.u32 %address, %lane, {width.size_bytes}, %in;\n"
    lines += f"    ld.global.{width.access} {target}, [%address+${number}];\n"
    return lines + (f"    setp.ne.u16 {name}, %byte, 0;\n" if kind == "pred" else "")


def store(name: str, kind: str) -> str:
    """Store the lane's element of the result."""
    width = WIDTHS[kind]
    source = "%byte" if kind == "pred" else name
    lines = f"    selp.u16 %byte, 1, 0, {name};\n" if kind == "pred" else ""
    lines += f"    mad.wide.u32 %address, %lane, {width.size_bytes}, %out;\n"
    return lines + f"    st.global.{width.access} [%address+$out], {source};"


_CASES_PER_KERNEL = 32
"""Compilers take more than twice as long over a kernel of twice the size."""


def in_groups(cases: Sequence[Case]) -> list[Group]:
    """Return kernels that run all cases."""
    starts = range(0, len(cases), _CASES_PER_KERNEL)
    return [Group(cases[start : start + _CASES_PER_KERNEL]) for start in starts]
