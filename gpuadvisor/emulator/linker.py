"""A kernel and the functions it calls, joined into one flat function.

Most functions have at most one activation per thread, so that registers, parameters and frame can be
static (as in early FORTRAN): a call is a jump, and the parameters a caller stores are those the callee
loads. Functions that can call themselves, and calls through pointers, copy parameters; local variables of
the former lie behind the register `FRAME`, which each activation sets.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from gpuadvisor.emulator.callgraph import activated, callees, named_symbol, reachable
from gpuadvisor.emulator.program import (
    Address,
    Function,
    Guard,
    Immediate,
    Instruction,
    Names,
    Operand,
    Parameter,
    Program,
    Register,
    Symbol,
    Variable,
    Vector,
)
from gpuadvisor.model.errors import GpuAdvisorError

__all__ = [
    "FRAME",
    "SMALLEST_FRAME_BYTES",
    "STACK",
    "STACK_BYTES",
    "STACK_POINTER",
    "Formals",
    "Linked",
    "link",
    "named_symbol",
]

STACK = "%stack"
"""The local variable that holds the frames of activations and what alloca gives."""
STACK_POINTER = "%stack_pointer"
"""The register with the bytes of the stack in use."""
FRAME = "%frame"
"""The register, of each function with activations, with the address of its local variables."""
STACK_BYTES = 16384
_ALIGNMENT_BYTES = 16
SMALLEST_FRAME_BYTES = 64
"""Bounds the depth of recursion, as return addresses and saved registers do in hardware."""
_ENDS = frozenset({"ret", "exit", "bra", "brx", "trap"})


@dataclass(frozen=True, slots=True)
class Formals:
    """The names of a function's results and parameters."""

    results: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A kernel ready to be laid out and bound."""

    function: Function
    """Everything the kernel can reach; names of other functions are prefixed with `function:`."""
    owners: tuple[str, ...]
    """By program counter: the function each instruction comes from."""
    entries: dict[str, int]
    """The program counter each function starts at."""
    formals: dict[str, "Formals"]
    """By function: its parameters."""
    frames: dict[str, int]
    """By function whose activations need memory of their own: the bytes of each."""


def link(program: Program, kernel: str) -> Linked:
    """Return the kernel joined with what it calls.

    Raises GpuAdvisorError where there is no such kernel, or a call does not match what it calls.
    """
    functions = [_closed(function) for function in reachable(program, _kernel(program, kernel))]
    stacked = activated(program, functions)
    parts = []
    owners: list[str] = []
    entries: dict[str, int] = {}
    frames: dict[str, int] = {}
    formals: dict[str, Formals] = {}
    for function in functions:
        entries[function.name] = len(owners)
        prefix = "" if function.is_kernel else f"{function.name}:"
        renamer = _Renamer(program, function, prefix, len(owners), stacked)
        parts.append(renamer.renamed())
        if not function.is_kernel:
            formals[function.name] = renamer.formals()
        if function.name in stacked:
            frames[function.name] = renamer.frame_bytes
        owners += [function.name] * len(function.instructions)
    return Linked(_with_stack(_join(parts), frames), tuple(owners), entries, formals, frames)


def _with_stack(function: Function, frames: dict[str, int]) -> Function:
    """Return the function with a stack, if anything in it needs one."""
    if not frames and all(instruction.opcode != "alloca" for instruction in function.instructions):
        return function
    stack = Variable(STACK, "local", STACK_BYTES, _ALIGNMENT_BYTES)
    registers = {**function.registers, STACK_POINTER: "b64"}
    return replace(function, registers=registers, variables=(*function.variables, stack))


def _kernel(program: Program, name: str) -> Function:
    kernel = program.functions.get(name)
    if kernel is None or not kernel.is_kernel:
        known = ", ".join(program.kernels) or "none"
        raise GpuAdvisorError(f"no kernel {name!r} in this module; kernels: {known}")
    return kernel


def _closed(function: Function) -> Function:
    """Return the function with a `ret` at its end, if threads could run past it."""
    instructions = function.instructions
    end = len(instructions)
    last = instructions[-1] if instructions else None
    if last and last.opcode in _ENDS and last.guard is None and end not in function.labels.values():
        return function
    place = (last.source, last.ptx_line) if last else (None, 0)
    return replace(function, instructions=(*instructions, Instruction(end, "ret", (), (), (), None, *place)))


class _Renamer:
    """Gives the names of one function their unique form and its instructions their place."""

    def __init__(
        self, program: Program, function: Function, prefix: str, start: int, stacked: frozenset[str]
    ) -> None:
        self._function = function
        self._prefix = prefix
        self._start = start
        self._local: dict[str, int] = {}
        """By local variable of an activation: how far behind the frame's address it lies."""
        self.frame_bytes = self._place_locals() if function.name in stacked else 0
        owned = [variable.name for variable in function.variables]
        owned += [parameter.name for parameter in (*function.parameters, *function.results)]
        self._symbols = {name: prefix + name for name in owned}
        self._aliases: dict[str, str] = {}
        for callee, instruction in callees(program, function):
            if callee.name not in stacked:
                self._alias(callee, instruction)
        self._symbols |= self._aliases

    def formals(self) -> Formals:
        """Return the function's results and parameters under their own names."""
        lists = (self._function.results, self._function.parameters)
        return Formals(*(tuple(self._prefix + each.name for each in listed) for listed in lists))

    def _place_locals(self) -> int:
        """Place the local variables in the frame of an activation; return its size."""
        end = 0
        for variable in self._function.variables:
            if variable.space == "local":
                start = -(-end // variable.alignment) * variable.alignment
                self._local[self._prefix + variable.name] = start
                end = start + variable.size_bytes
        return max(-(-end // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES, SMALLEST_FRAME_BYTES)

    def _alias(self, callee: Function, call: Instruction) -> None:
        """Let the parameters that a call names stand for the callee's own."""
        lists = [operand.names for operand in call.operands if isinstance(operand, Names)]
        results = lists.pop(0) if isinstance(call.operands[0], Names) else ()
        arguments = lists[0] if lists else ()
        formal = (*callee.results, *callee.parameters)
        if len(results) != len(callee.results) or len(arguments) != len(callee.parameters):
            raise _call_error(call, f"the call of {callee.name} does not match its parameters")
        for name, parameter in zip((*results, *arguments), formal, strict=True):
            target = f"{callee.name}:{parameter.name}"
            if name not in self._symbols or self._aliases.setdefault(name, target) != target:
                raise _call_error(call, f"parameter {name} must be a .param variable of this call alone")

    def renamed(self) -> Function:
        function, prefix = self._function, self._prefix
        variables = [
            replace(variable, name=prefix + variable.name)
            for variable in function.variables
            if variable.name not in self._aliases and prefix + variable.name not in self._local
        ]
        if not function.is_kernel:
            variables += [
                self._frame_variable(parameter) for parameter in (*function.parameters, *function.results)
            ]
        frame = {prefix + FRAME: "b64"} if self.frame_bytes else {}
        return replace(
            function,
            registers={prefix + name: kind for name, kind in function.registers.items()} | frame,
            variables=tuple(variables),
            instructions=tuple(self._instruction(instruction) for instruction in function.instructions),
            labels={prefix + name: self._start + index for name, index in function.labels.items()},
            branch_targets={
                prefix + name: tuple(prefix + label for label in labels)
                for name, labels in function.branch_targets.items()
            },
        )

    def _frame_variable(self, parameter: Parameter) -> Variable:
        return Variable(self._prefix + parameter.name, "param", parameter.size_bytes, parameter.alignment)

    def _instruction(self, instruction: Instruction) -> Instruction:
        guard = instruction.guard
        index = self._start + instruction.index
        if not self._prefix and not self._aliases:
            return replace(instruction, index=index)
        if instruction.opcode in ("bra", "brx"):
            operands = tuple(self._label(operand) for operand in instruction.operands)
        else:
            operands = tuple(self._operand(operand) for operand in instruction.operands)
        renamed_guard = Guard(self._prefix + guard.register, guard.negated) if guard else None
        renamed = replace(instruction, index=index, operands=operands, guard=renamed_guard)
        return self._in_frame(renamed) if self._local else renamed

    def _in_frame(self, instruction: Instruction) -> Instruction:
        """Return the instruction with the addresses of local variables counted from the frame."""
        frame = Register(self._prefix + FRAME)
        source = instruction.operands[1] if len(instruction.operands) == 2 else None
        if instruction.opcode == "mov" and isinstance(source, Symbol) and source.name in self._local:
            offset = Immediate(self._local[source.name] + source.offset, 64, is_float=False)
            operands = (instruction.operands[0], frame, offset)
            return replace(instruction, opcode="add", types=("u64",), operands=operands)
        return replace(instruction, operands=tuple(self._framed(operand) for operand in instruction.operands))

    def _framed(self, operand: Operand) -> Operand:
        match operand:
            case Address(Symbol(name), offset) if name in self._local:
                return Address(Register(self._prefix + FRAME), self._local[name] + offset)
            case _:
                return operand

    def _label(self, operand: Operand) -> Operand:
        if isinstance(operand, Symbol):
            return Symbol(self._prefix + operand.name)
        return self._operand(operand)

    def _operand(self, operand: Operand) -> Operand:
        match operand:
            case Register() | Immediate():
                return self._element(operand)
            case Symbol(name, offset):
                return Symbol(self._symbols.get(name, name), offset)
            case Address(Register(name), offset) if name in self._function.registers:
                return Address(Register(self._prefix + name), offset)
            case Address(Symbol(name), offset):
                return Address(Symbol(self._symbols.get(name, name)), offset)
            case Vector(elements):
                return Vector(tuple(self._element(element) for element in elements))
            case Names(names):
                return Names(tuple(self._symbols.get(name, name) for name in names))
            case _:
                return operand

    def _element(self, element: Register | Immediate | None) -> Register | Immediate | None:
        if isinstance(element, Register) and element.name in self._function.registers:
            return Register(self._prefix + element.name, element.negated)
        return element


def _join(parts: list[Function]) -> Function:
    kernel = parts[0]
    return replace(
        kernel,
        registers={name: kind for part in parts for name, kind in part.registers.items()},
        variables=tuple(variable for part in parts for variable in part.variables),
        instructions=tuple(instruction for part in parts for instruction in part.instructions),
        labels={label: index for part in parts for label, index in part.labels.items()},
        branch_targets={label: targets for part in parts for label, targets in part.branch_targets.items()},
    )


def _call_error(call: Instruction, what: str) -> GpuAdvisorError:
    return GpuAdvisorError(what, where=f"{call.source or 'no source line'}, PTX line {call.ptx_line}")
