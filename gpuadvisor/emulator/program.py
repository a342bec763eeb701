"""PTX as data: what the decoder yields and the executor runs."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A place in the user's source, from the PTX `.loc` directive."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Register:
    """A virtual register, `%r3`; special registers are `%tid.x` and the like."""

    name: str
    negated: bool = False
    """`!%p1`: the complement of a predicate."""


@dataclass(frozen=True, slots=True)
class Immediate:
    """A literal as its bits: `bits` is the unsigned pattern, `width` 32 or 64 (integers are 64)."""

    bits: int
    width: int
    is_float: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """The name of a variable, parameter, label or function, with a byte offset."""

    name: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """`[base + offset]`: the base is a register, a symbol or (None) an absolute address."""

    base: Register | Symbol | None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Vector:
    """`{%r1, %r2}`; an element None stands for the sink `_`."""

    elements: tuple["Register | Immediate | None", ...]


@dataclass(frozen=True, slots=True)
class Names:
    """`(param0, param1)`: the parenthesised lists of a call."""

    names: tuple[str, ...]


Operand = Register | Immediate | Symbol | Address | Vector | Names | None
"""None stands for the sink `_`."""


@dataclass(frozen=True, slots=True)
class Guard:
    """`@%p1` or `@!%p1`."""

    register: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Instruction:
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


@dataclass(frozen=True, slots=True)
class Relocation:
    """The address of a symbol inside the initial bytes of a variable."""

    position_bytes: int
    size_bytes: int
    symbol: str
    offset: int
    generic: bool
    """Initialised with `generic(symbol)`: the address in the generic space."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a state space: its size, alignment and initial bytes (None: zero or undefined)."""

    name: str
    space: str
    size_bytes: int
    alignment: int
    initial: bytes | None = None
    external: bool = False
    """`extern .shared x[]`: sized by the launch."""
    relocations: tuple[Relocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A kernel or function parameter; `type` is the PTX type (`u64`), arrays have `b8` and their size."""

    name: str
    type: str
    size_bytes: int
    alignment: int


@dataclass(frozen=True, slots=True)
class Function:
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
    branch_targets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`.branchtargets` lists by label, for `brx.idx`."""
    maximum_threads: int | None = None
    """`.maxntid` or `.reqntid`."""
    cluster: tuple[int, int, int] | None = None
    """`.reqnctapercluster`: the blocks of each cluster."""
    counts_clusters: bool = False
    """`.blocksareclusters`: the launch gives the grid in clusters."""


@dataclass(frozen=True, slots=True)
class Program:
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
