"""The body of a function: scopes, declarations, labels and instructions."""

from dataclasses import dataclass, field

from gpuadvisor.emulator.declarations import parse_registers, parse_variables
from gpuadvisor.emulator.locations import Locations, Place
from gpuadvisor.emulator.operands import Scope, parse_operands
from gpuadvisor.emulator.program import Guard, Instruction, Operand, Symbol, Variable
from gpuadvisor.emulator.tokens import Tokens
from gpuadvisor.emulator.widths import is_type

_SPACES = frozenset({".shared", ".local", ".param", ".const", ".global"})
_IGNORED = frozenset({".pragma", ".callprototype", ".calltargets"})


@dataclass(slots=True)
class Body:
    """What the braces of one function hold."""

    registers: dict[str, str] = field(default_factory=dict)
    variables: list[Variable] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    branch_targets: dict[str, tuple[str, ...]] = field(default_factory=dict)


class BodyParser:
    """Reads one function body; names of inner scopes become unique names of the function."""

    def __init__(self, tokens: Tokens, locations: Locations) -> None:
        self._tokens = tokens
        self._locations = locations
        self._body = Body()
        self._scope = Scope()
        self._branches: list[tuple[int, Scope]] = []
        self._target_lists: list[tuple[str, tuple[str, ...], Scope]] = []
        self._unique = 0

    def parse(self) -> Body:
        """Read from the opening brace to the matching closing one."""
        self._tokens.expect("{")
        depth = 1
        while depth:
            if self._tokens.accept("{"):
                self._scope = Scope(self._scope)
                depth += 1
            elif self._tokens.accept("}"):
                self._scope = self._scope.parent or self._scope
                depth -= 1
            else:
                self._statement()
        self._resolve_labels()
        return self._body

    def _statement(self) -> None:
        token = self._tokens.peek()
        if token == "@":
            self._instruction(self._guard())
        elif token.startswith("."):
            self._directive(self._tokens.next())
        elif self._tokens.texts[self._tokens.position + 1 : self._tokens.position + 2] == [":"]:
            self._label()
        elif not self._tokens.accept(";"):
            self._instruction(None)

    def _guard(self) -> Guard:
        self._tokens.expect("@")
        negated = self._tokens.accept("!")
        name = self._tokens.next()
        register = self._scope.register(name)
        if register is None:
            raise self._tokens.error(f"unknown predicate {name!r}")
        return Guard(register, negated)

    def _label(self) -> None:
        name = self._tokens.next()
        self._tokens.expect(":")
        unique = self._name(name, self._body.labels)
        self._scope.labels[name] = unique
        if self._tokens.peek() == ".branchtargets":
            self._tokens.next()
            listed = [token for token in self._tokens.skip_until(";") if token != ","]
            self._target_lists.append((unique, tuple(listed), self._scope))
        else:
            self._body.labels[unique] = len(self._body.instructions)

    def _name(self, name: str, taken: dict[str, int] | dict[str, str] | set[str]) -> str:
        """Return `name`, made unique if another scope of the function declared it before."""
        if name not in taken:
            return name
        self._unique += 1
        return f"{name}#{self._unique}"

    def _directive(self, directive: str) -> None:
        if directive == ".loc":
            self._location()
        elif directive == ".reg":
            self._registers()
        elif directive in _SPACES:
            self._variables(directive[1:])
        elif directive in _IGNORED:
            self._tokens.skip_until(";")
        else:
            raise self._tokens.error(f"unknown directive {directive}")

    def _location(self) -> None:
        """Read `.loc file line column[, function_name label [+ offset], inlined_at file line column]`."""
        line = self._tokens.line
        place, inlined_at = self._place(), None
        while not self._tokens.at_end and self._tokens.line == line:
            if self._tokens.next() == "inlined_at":
                inlined_at = self._place()
        self._locations.place(place, inlined_at)

    def _place(self) -> Place:
        return self._tokens.integer(), self._tokens.integer(), self._tokens.integer()

    def _registers(self) -> None:
        type_name, names = parse_registers(self._tokens)
        for name in names:
            unique = self._name(name, self._body.registers)
            self._scope.registers[name] = unique
            self._body.registers[unique] = type_name

    def _variables(self, space: str) -> None:
        taken = {variable.name for variable in self._body.variables}
        for variable in parse_variables(self._tokens, space):
            unique = self._name(variable.name, taken)
            self._scope.symbols[variable.name] = unique
            self._body.variables.append(
                Variable(
                    unique,
                    variable.space,
                    variable.size_bytes,
                    variable.alignment,
                    variable.initial,
                    variable.external,
                    variable.relocations,
                )
            )

    def _instruction(self, guard: Guard | None) -> None:
        line = self._tokens.line
        opcode, modifiers, types = split_opcode(self._tokens.next())
        if not opcode.isalnum():
            self._tokens.position -= 1
            raise self._tokens.error(f"unexpected {opcode!r}")
        operands = parse_operands(self._tokens, self._scope)
        index = len(self._body.instructions)
        if opcode in ("bra", "brx"):
            self._branches.append((index, self._scope))
        self._body.instructions.append(
            Instruction(index, opcode, modifiers, types, operands, guard, self._locations.current, line)
        )

    def _resolve_labels(self) -> None:
        """Give branches the unique names of their labels, which may stand further down."""
        for index, scope in self._branches:
            old = self._body.instructions[index]
            operands = tuple(_with_label(operand, scope) for operand in old.operands)
            self._body.instructions[index] = Instruction(
                index, old.opcode, old.modifiers, old.types, operands, old.guard, old.source, old.ptx_line
            )
        for name, listed, scope in self._target_lists:
            self._body.branch_targets[name] = tuple(scope.label(label) for label in listed)
        for index, _ in self._branches:
            self._check_target(self._body.instructions[index])

    def _check_target(self, branch: Instruction) -> None:
        target = _target(branch)
        labels = self._body.branch_targets.get(target, (target,))
        unknown = next((label for label in labels if label not in self._body.labels), None)
        if unknown is not None:
            raise self._tokens.error(f"unknown label {unknown!r}", branch.ptx_line)


def _with_label(operand: Operand, scope: Scope) -> Operand:
    return Symbol(scope.label(operand.name)) if isinstance(operand, Symbol) else operand


def _target(instruction: Instruction) -> str:
    """Return the label or the list of labels that a branch names last."""
    last = instruction.operands[-1] if instruction.operands else None
    return last.name if isinstance(last, Symbol) else ""


def split_opcode(word: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Split `ld.global.v4.f32` into opcode, modifiers and the types it ends with."""
    opcode, *suffixes = word.split(".")
    split = len(suffixes)
    while split and is_type(suffixes[split - 1]):
        split -= 1
    return opcode, tuple(suffixes[:split]), tuple(suffixes[split:])
