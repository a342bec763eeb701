"""A kernel and the functions it calls, joined into one flat function.

Recursion is refused, so each function has at most one activation per thread and its registers,
parameters and frame can be static (as in early FORTRAN): a call is a jump, and the parameters a
caller stores are those the callee loads.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

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

_ENDS = frozenset({"ret", "exit", "bra", "brx", "trap"})


@dataclass(frozen=True, slots=True)
class Linked:
    """A kernel ready to be laid out and bound."""

    function: Function
    """Everything the kernel can reach; names of other functions are prefixed with `function:`."""
    owners: tuple[str, ...]
    """By program counter: the function each instruction comes from."""
    entries: dict[str, int]
    """The program counter each function starts at."""


def link(program: Program, kernel: str) -> Linked:
    """Return the kernel joined with what it calls.

    Raises GpuAdvisorError where there is no such kernel, or a call is recursive.
    """
    functions = [_closed(function) for function in _reachable(program, _kernel(program, kernel))]
    parts = []
    owners: list[str] = []
    entries: dict[str, int] = {}
    for function in functions:
        entries[function.name] = len(owners)
        prefix = "" if function.is_kernel else f"{function.name}:"
        parts.append(_Renamer(program, function, prefix, len(owners)).renamed())
        owners += [function.name] * len(function.instructions)
    return Linked(_join(parts), tuple(owners), entries)


def named_symbol(instruction: Instruction) -> str | None:
    """Return the function that a call names or the label of a branch; None where a register holds it."""
    target = next((operand for operand in instruction.operands if not isinstance(operand, Names)), None)
    return target.name if isinstance(target, Symbol) else None


def _kernel(program: Program, name: str) -> Function:
    kernel = program.functions.get(name)
    if kernel is None or not kernel.is_kernel:
        known = ", ".join(program.kernels) or "none"
        raise GpuAdvisorError(f"no kernel {name!r} in this module; kernels: {known}")
    return kernel


def _reachable(program: Program, kernel: Function) -> list[Function]:
    """Return the kernel and every function it can call, each once."""
    found: dict[str, Function] = {}
    pending: list[tuple[Function, tuple[str, ...]]] = [(kernel, ())]
    while pending:
        function, callers = pending.pop(0)
        found[function.name] = function
        for callee, instruction in _callees(program, function):
            if callee.name in (*callers, function.name):
                raise GpuAdvisorError(
                    f"recursive call of {callee.name}: recursion is not supported by the emulator",
                    where=str(instruction.source) if instruction.source else None,
                )
            if callee.name not in found:
                pending.append((callee, (*callers, function.name)))
    return list(found.values())


def _callees(program: Program, function: Function) -> Iterator[tuple[Function, Instruction]]:
    for instruction in function.instructions:
        name = named_symbol(instruction) if instruction.opcode == "call" else None
        callee = program.functions.get(name) if name is not None else None
        if callee is not None and callee.instructions:
            yield callee, instruction


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

    def __init__(self, program: Program, function: Function, prefix: str, start: int) -> None:
        self._function = function
        self._prefix = prefix
        self._start = start
        owned = [variable.name for variable in function.variables]
        owned += [parameter.name for parameter in (*function.parameters, *function.results)]
        self._symbols = {name: prefix + name for name in owned}
        self._aliases: dict[str, str] = {}
        for callee, instruction in _callees(program, function):
            self._alias(callee, instruction)
        self._symbols |= self._aliases

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
            if variable.name not in self._aliases
        ]
        if not function.is_kernel:
            variables += [
                self._frame_variable(parameter) for parameter in (*function.parameters, *function.results)
            ]
        return replace(
            function,
            registers={prefix + name: type_name for name, type_name in function.registers.items()},
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
        return replace(instruction, index=index, operands=operands, guard=renamed_guard)

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
