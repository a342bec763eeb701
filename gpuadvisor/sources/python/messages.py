"""What is said between this process and the one that imports the user's module."""

import msgspec


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One argument of the launch, as far as a compiler must know it."""

    name: str
    type: str | None = None
    """A scalar type's name, or None for a Python number."""
    is_array: bool = False
    shape: tuple[int, ...] = ()
    strides_bytes: tuple[int, ...] = ()
    item_bytes: int = 0
    is_aligned: bool = True
    """Whether the address is a multiple of 16 bytes."""
    value: bool | int | float | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Compile a kernel of a file; without a name, tell which kernels it has."""

    file: str
    kernel: str | None = None
    compute_capability: str = ""
    threads_per_block: int = 0
    blocks: int = 0
    arguments: tuple[Argument, ...] = ()


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """What the compiled kernel takes as one of its parameters."""

    name: str
    argument: int | None = None
    """The position of the launch's argument that is passed here; else one of the following is."""
    type: str | None = None
    """For a Python number: the type it is passed as."""
    integer: int | None = None
    """A 64-bit integer."""
    scratch_bytes: int = 0
    """A pointer to so much memory of the kernel's own; without any, null."""


class KernelListing(msgspec.Struct, frozen=True, kw_only=True):
    """One kernel of the file."""

    name: str
    line: int
    parameters: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """PTX with its parameters, or CUDA C++ that is still to be compiled, or what went wrong."""

    kernels: tuple[KernelListing, ...] = ()
    """What was asked for, or all of them."""
    ptx: str = ""
    passing: tuple[Passing, ...] = ()
    dynamic_shared_bytes: int = 0
    cuda_source: str = ""
    cuda_name: str = ""
    cuda_options: tuple[str, ...] = ()
    error: str = ""
