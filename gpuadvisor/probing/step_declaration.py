"""What probe.toml may say of the steps of host code; `do` names the kind of step."""

from typing import Literal

import msgspec

from gpuadvisor.devices.activities import MatrixElement
from gpuadvisor.probing.argument_declaration import ArgumentDeclaration, ElementType
from gpuadvisor.probing.expressions import Expression, parse

Clock = Literal["device", "host"]
FIRST_STREAM = parse(0)


class StepBase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Every step is put on a stream; streams are numbered from 0."""

    stream: Expression = FIRST_STREAM


class CopyStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="copy"):
    """Copy elements from one buffer or scratch to another, all of the smaller one unless `count` is given."""

    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    first: Expression = parse(0)
    """The element to begin with, in both."""
    count: Expression | None = None


class LaunchStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="launch"):
    """Launch a kernel."""

    kernel: str
    arguments: list[ArgumentDeclaration]
    grid: Expression = parse(1)
    block: Expression = parse(32)
    cooperative: bool = False
    programmatic: bool = False


class AllocateStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="allocate"):
    """Allocate device memory that copies may use; `ordered` on the stream, from a pool."""

    scratch: str
    type: ElementType
    count: Expression
    ordered: bool = False


class FreeStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="free"):
    """Free what a step has allocated."""

    scratch: str
    ordered: bool = False


class PrefetchStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="prefetch"):
    """Move the pages of a managed buffer to the device."""

    buffer: str


class TouchStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="touch"):
    """The host writes to a managed buffer, which brings its pages to the host."""

    buffer: str


class MultiplyStep(StepBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="multiply"):
    """Multiply square matrices that lie in buffers, row by row, by the vendor's library."""

    left: str
    right: str
    target: str = msgspec.field(name="to")
    element: MatrixElement
    size: Expression


StepDeclaration = CopyStep | LaunchStep | AllocateStep | FreeStep | PrefetchStep | TouchStep | MultiplyStep


def names_of(step: StepDeclaration) -> list[str]:
    """Return the buffers and scratch memory that a step names."""
    match step:
        case CopyStep():
            return [step.source, step.target]
        case LaunchStep():
            return [argument.buffer for argument in step.arguments if argument.buffer is not None]
        case AllocateStep() | FreeStep():
            return [step.scratch]
        case PrefetchStep() | TouchStep():
            return [step.buffer]
        case MultiplyStep():
            return [step.left, step.right, step.target]
