"""Which functions a call may enter, where they return to, and the registers that this takes.

Registers, parameters and return places of a function are static, as `emulator.linker` says; only functions
with activations save them. A return place is the number of a basic block, in a hidden register.
"""

from collections.abc import Iterator
from functools import cached_property

from gpuadvisor.emulator.linker import FRAME, STACK_POINTER, Linked, named_symbol
from gpuadvisor.emulator.program import Instruction, Names

DEPTH = "%activations"
"""The register with the number of a lane's activations that save something."""
_RETURN = "%return"
_STACK_USERS = frozenset({"alloca", "stacksave", "stackrestore"})


def return_register(name: str) -> str:
    """Return the register that holds where the lanes of a function return to."""
    return f"{name}:{_RETURN}"


def frame_register(name: str) -> str:
    """Return the register with the address of the local variables of an activation."""
    return f"{name}:{FRAME}"


def argument_lists(call: Instruction) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a call's results and arguments."""
    lists = [operand.names for operand in call.operands if isinstance(operand, Names)]
    results = lists.pop(0) if isinstance(call.operands[0], Names) else ()
    return results, lists[0] if lists else ()


class CallSites:
    """The calls of a linked kernel."""

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self._calls = [each for each in linked.function.instructions if each.opcode == "call"]

    @cached_property
    def _sizes(self) -> dict[str, int]:
        variables = self.linked.function.variables
        return {each.name: each.size_bytes for each in variables if each.space == "param"}

    @cached_property
    def hidden_registers(self) -> dict[str, str]:
        """The registers that hold return places and the depth of activations, with their types."""
        return {**{return_register(name): "b32" for name in self.linked.formals}, DEPTH: "b32"}

    def targets(self, call: Instruction) -> tuple[str, ...]:
        """Return the functions with a body that a call may enter."""
        name = named_symbol(call)
        if name is None:
            return tuple(each for each in self.linked.formals if self.matches(each, call))
        return (name,) if name in self.linked.entries else ()

    def copies(self, call: Instruction, name: str) -> bool:
        """Return whether a call copies parameters: the linker makes others common to both sides."""
        return named_symbol(call) is None or name in self.linked.frames

    def matches(self, name: str, call: Instruction) -> bool:
        """Return whether a call's results and arguments are in number and size those of a function."""
        formals, (results, arguments) = self.linked.formals[name], argument_lists(call)

        def sizes(names: tuple[str, ...]) -> list[int | None]:
            return [self._sizes.get(each) for each in names]

        return sizes(results) == sizes(formals.results) and sizes(arguments) == sizes(formals.parameters)

    def callers(self, name: str) -> Iterator[Instruction]:
        """Yield the calls that may enter a function; their threads return behind them."""
        return (call for call in self._calls if name in self.targets(call))

    def saved_for(self, instruction: Instruction) -> tuple[str, ...]:
        """Return what the names of the registers start with that a call saves, if it makes an activation."""
        targets = self.targets(instruction) if instruction.opcode == "call" else ()
        return tuple(f"{name}:" for name in targets if name in self.linked.frames)

    def registers(self, instruction: Instruction) -> tuple[set[str], set[str]]:
        """Return the registers that an instruction reads and writes without naming them."""
        if instruction.opcode == "call":
            return self._of_call(self.targets(instruction))
        owner = self.linked.owners[instruction.index]
        if instruction.opcode == "ret" and owner != self.linked.function.name:
            depth = {DEPTH} if owner in self.linked.frames else set()
            return {return_register(owner), *depth}, set()
        stack = {STACK_POINTER} if instruction.opcode in _STACK_USERS else set()
        return stack, stack

    def _of_call(self, targets: tuple[str, ...]) -> tuple[set[str], set[str]]:
        """Return the registers of a call; what an activation overwrites it saves before."""
        activated = {name for name in targets if name in self.linked.frames}
        written = {return_register(name) for name in targets if name not in activated}
        return ({STACK_POINTER, DEPTH} if activated else set()), written
