"""PTX as data: what the decoder yields and the executor runs."""

import msgspec


class SourceLine(msgspec.Struct, frozen=True):
    """A place in the user's source, from the PTX `.loc` directive."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Register(msgspec.Struct, frozen=True):
    """A virtual register, `%r3`; special registers are `%tid.x` and the like."""

    name: str
    negated: bool = False
    """`!%p1`: the complement of a predicate."""


class Immediate(msgspec.Struct, frozen=True):
    """A literal as its bits: `bits` is the unsigned pattern, `width` 32 or 64 (integers are 64)."""

    bits: int
    width: int
    is_float: bool


class Symbol(msgspec.Struct, frozen=True):
    """The name of a variable, parameter, label or function, with a byte offset."""

    name: str
    offset: int = 0


class Address(msgspec.Struct, frozen=True):
    """`[base + offset]`: the base is a register, a symbol or (None) an absolute address."""

    base: Register | Symbol | None
    offset: int = 0


class Vector(msgspec.Struct, frozen=True):
    """`{%r1, %r2}`; an element None stands for the sink `_`."""

    elements: tuple["Register | Immediate | None", ...]


class Names(msgspec.Struct, frozen=True):
    """`(param0, param1)`: the parenthesised lists of a call."""

    names: tuple[str, ...]


Operand = Register | Immediate | Symbol | Address | Vector | Names | None
"""None stands for the sink `_`."""


class Guard(msgspec.Struct, frozen=True):
    """`@%p1` or `@!%p1`."""

    register: str
    negated: bool


class Instruction(msgspec.Struct, frozen=True):
    """One PTX instruction: `ld.global.v4.f32` has opcode `ld`, modifiers (global, v4), types (f32,)."""

    index: int
    """The program counter: the position in the function."""
    opcode: str
    modifiers: tuple[str, ...]
    types: tuple[str, ...]
    operands: tuple[Operand, ...]
    guard: Guard | None
    source: SourceLine | None
    ptx_line: int

    @property
    def text(self) -> str:
        """The opcode with its suffixes, as the PTX manual writes it."""
        return ".".join((self.opcode, *self.modifiers, *self.types))


class Relocation(msgspec.Struct, frozen=True):
    """The address of a symbol inside the initial bytes of a variable."""

    position_bytes: int
    size_bytes: int
    symbol: str
    offset: int
    generic: bool
    """Initialised with `generic(symbol)`: the address in the generic space."""


class Variable(msgspec.Struct, frozen=True):
    """A variable of a state space: its size, alignment and initial bytes (None: zero or undefined)."""

    name: str
    space: str
    size_bytes: int
    alignment: int
    initial: bytes | None = None
    external: bool = False
    """`extern .shared x[]`: sized by the launch."""
    relocations: tuple[Relocation, ...] = ()


class Parameter(msgspec.Struct, frozen=True):
    """A kernel or function parameter; `type` is the PTX type (`u64`), arrays have `b8` and their size."""

    name: str
    type: str
    size_bytes: int
    alignment: int


class Function(msgspec.Struct, frozen=True):
    """A `.entry` (kernel) or `.func`."""

    name: str
    is_kernel: bool
    parameters: tuple[Parameter, ...]
    results: tuple[Parameter, ...]
    registers: dict[str, str]
    """Register name to PTX type without the dot: b32, f64, pred, ..."""
    variables: tuple[Variable, ...]
    """Local and shared variables and call parameters declared inside the function."""
    instructions: tuple[Instruction, ...]
    labels: dict[str, int]
    """Label to the index of the instruction it stands before."""
    branch_targets: dict[str, tuple[str, ...]] = {}
    """`.branchtargets` lists by label, for `brx.idx`."""
    maximum_threads: int | None = None
    """`.maxntid` or `.reqntid`."""
    cluster: tuple[int, int, int] | None = None
    """`.reqnctapercluster`: the blocks of each cluster."""
    counts_clusters: bool = False
    """`.blocksareclusters`: the launch gives the grid in clusters."""


class Program(msgspec.Struct, frozen=True):
    """One PTX module."""

    version: str
    target: str
    functions: dict[str, Function]
    variables: dict[str, Variable]
    """Module-scope variables: global, const and shared."""

    @property
    def kernels(self) -> dict[str, Function]:
        """The entries."""
        return {name: function for name, function in self.functions.items() if function.is_kernel}
