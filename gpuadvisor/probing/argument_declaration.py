"""What probe.toml says of one kernel argument."""

from typing import Literal

import msgspec

from gpuadvisor.probing.expressions import Expression
from gpuadvisor.sources.images import TextureSpec

ElementType = Literal["uint32", "uint64", "float32"]


class ArgumentDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kernel argument: a buffer, a texture object over the start of one, or a value of a type."""

    buffer: str | None = None
    texture: TextureSpec | None = None
    """As launch files write it; none: the argument is the buffer's address."""
    shape: list[Expression] = []
    """Of the texture: the slowest axis first, without that of the channels."""
    type: ElementType | None = None
    value: Expression | None = None
