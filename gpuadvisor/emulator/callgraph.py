"""Which functions a kernel can reach, and which of them can be active more than once."""

from collections.abc import Iterable, Iterator

from gpuadvisor.emulator.program import Function, Instruction, Names, Program, Symbol


def named_symbol(instruction: Instruction) -> str | None:
    """Return the function that a call names or the label of a branch; None where a register holds it."""
    target = next((operand for operand in instruction.operands if not isinstance(operand, Names)), None)
    return target.name if isinstance(target, Symbol) else None


RUNTIME_ROUTINES = {"vprintf": 2, "__assertfail": 4, "malloc": 1, "free": 1}
"""What the device runtime provides by name, and how many arguments each routine reads."""


def calls_runtime(instruction: Instruction) -> bool:
    """Return whether an instruction calls a routine, if the module has no function of that name."""
    return instruction.opcode == "call" and named_symbol(instruction) in RUNTIME_ROUTINES


def changes_memory(instruction: Instruction) -> bool:
    """Return whether an instruction calls a routine that makes or ends buffers."""
    return instruction.opcode == "call" and named_symbol(instruction) in ("malloc", "free")


def callees(program: Program, function: Function) -> Iterator[tuple[Function, Instruction]]:
    """Yield each function with a body that `function` calls by name, with the call."""
    for instruction in function.instructions:
        name = named_symbol(instruction) if instruction.opcode == "call" else None
        callee = program.functions.get(name) if name is not None else None
        if callee is not None and callee.instructions:
            yield callee, instruction


def reachable(program: Program, kernel: Function) -> list[Function]:
    """Return the kernel and every function it can call, each once; pointers call what they can point to."""
    found = {kernel.name: kernel}
    pending = [kernel]
    while pending:
        for callee in _next(program, pending.pop(0)):
            if callee.name not in found:
                found[callee.name] = callee
                pending.append(callee)
    return list(found.values())


def activated(program: Program, functions: Iterable[Function]) -> frozenset[str]:
    """Return the functions whose activations need memory of their own: those that recur or use alloca."""
    listed = list(functions)
    called = {function.name: {callee.name for callee in _next(program, function)} for function in listed}
    recursive = {name for name in called if name in _closure(called, name)}
    allocating = {function.name for function in listed if _allocates(function)}
    return frozenset((recursive | allocating) - {function.name for function in listed if function.is_kernel})


def _next(program: Program, function: Function) -> list[Function]:
    by_name = [callee for callee, _ in callees(program, function)]
    return [*by_name, *_pointed_to(program)] if _calls_pointer(function) else by_name


def _calls_pointer(function: Function) -> bool:
    return any(each.opcode == "call" and named_symbol(each) is None for each in function.instructions)


def _allocates(function: Function) -> bool:
    return any(instruction.opcode == "alloca" for instruction in function.instructions)


def _pointed_to(program: Program) -> list[Function]:
    """Return the functions whose addresses an instruction or an initialiser takes."""
    names = {relocation.symbol for each in program.variables.values() for relocation in each.relocations}
    for function in program.functions.values():
        for instruction in function.instructions:
            operands = instruction.operands if instruction.opcode != "call" else ()
            names |= {operand.name for operand in operands if isinstance(operand, Symbol)}
    functions = program.functions.values()
    return [each for each in functions if each.name in names and each.instructions and not each.is_kernel]


def _closure(called: dict[str, set[str]], start: str) -> set[str]:
    """Return what can be reached from a function by one call or more."""
    found: set[str] = set()
    pending = list(called[start])
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += called.get(name, ())
    return found
