"""Where the variables of a kernel lie: addresses by symbol, sizes by state space."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.clusters import MAXIMUM_SHARED_BYTES
from gpuadvisor.emulator.memory import GlobalMemory, LoadedModule
from gpuadvisor.emulator.program import Address, Function, Parameter, Program, Register, Symbol, Variable
from gpuadvisor.model.errors import GpuAdvisorError

# Generic addressing (PTX ISA 6.4.1.1): windows of shared, local and parameter memory; all else is global.
WINDOW_BYTES = 1 << 32
SHARED_WINDOW = 1 << 40
LOCAL_WINDOW = SHARED_WINDOW + WINDOW_BYTES
PARAMETER_WINDOW = LOCAL_WINDOW + WINDOW_BYTES
WINDOWS = {"shared": SHARED_WINDOW, "local": LOCAL_WINDOW, "param": PARAMETER_WINDOW}

CODE_BASE = 1 << 48
CODE_BYTES = 16
"""Addresses of functions lie far from those of data, and this far apart."""

FRAME_BASE = 1 << 16
"""Where the parameters of device functions start in the parameter space; a kernel's lie below."""

RESERVED = "%reserved_smem"
"""The shared memory that the system keeps for itself and for cooperative groups, where a kernel uses it."""
RESERVED_BYTES = 1024
"""Per block, since compute capability 8.0 (CUDA C++ Programming Guide, shared memory)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a symbol within its state space."""

    space: str
    address: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The memory of one launch."""

    places: dict[str, Place]
    shared_bytes: int
    """Per block, static and dynamic."""
    static_shared_bytes: int
    local_bytes: int
    """Per thread."""
    frame_bytes: int
    """Parameters of device functions, per thread."""
    parameter_bytes: int
    in_clusters: bool = False
    """Whether blocks run together and reach each other's shared memory (see `clusters`)."""

    def variable_at(self, space: str, address: int) -> str | None:
        """Return the name, mangled, of the variable of `space` that holds `address`, or None."""
        for name, place in self.places.items():
            if place.space == space and 0 <= address - place.address < place.size_bytes:
                return name
        return None


def lay_out(
    program: Program,
    function: Function,
    dynamic_shared_bytes: int,
    memory: GlobalMemory,
    *,
    in_clusters: bool = False,
) -> Layout:
    """Return where everything lies; module-scope variables are loaded into `memory` at the first launch."""
    named = set(_symbols(function))
    listed = [*(v for v in program.variables.values() if v.name in named), *function.variables]
    if _reads_reserved(function):
        listed.append(Variable(RESERVED, "shared", RESERVED_BYTES, 128))
    places: dict[str, Place] = {}
    static = _stack(places, "shared", (v for v in listed if v.space == "shared" and not v.external), 0)
    dynamic = -(-static // 16) * 16
    for variable in listed:
        if variable.space == "shared" and variable.external:
            places[variable.name] = Place("shared", dynamic, dynamic_shared_bytes)
    local = _stack(places, "local", (v for v in listed if v.space == "local"), 0)
    frame = _stack(places, "param", (v for v in listed if v.space == "param"), FRAME_BASE)
    parameters = _stack(places, "param", function.parameters, 0)
    for name, address in _code(program).items():
        places.setdefault(name, Place("code", address, CODE_BYTES))
    for name, address in load_module(program, memory).addresses.items():
        variable = program.variables[name]
        places.setdefault(name, Place("global", address, variable.size_bytes))
    shared_bytes = dynamic + dynamic_shared_bytes if dynamic_shared_bytes else static
    if in_clusters and shared_bytes > MAXIMUM_SHARED_BYTES:
        raise GpuAdvisorError(
            f"{shared_bytes} bytes of shared memory; blocks of a cluster have at most {MAXIMUM_SHARED_BYTES}",
            where=function.name,
        )
    return Layout(places, shared_bytes, static, local, frame - FRAME_BASE, parameters, in_clusters)


def _reads_reserved(function: Function) -> bool:
    """Return whether an instruction asks where the reserved shared memory lies."""
    return any(
        isinstance(operand, Register) and operand.name.startswith(RESERVED)
        for instruction in function.instructions
        for operand in instruction.operands
    )


def _code(program: Program) -> dict[str, int]:
    """Return the address of every device function: the same in all launches, and never that of data."""
    functions = [name for name, function in program.functions.items() if not function.is_kernel]
    return {name: CODE_BASE + CODE_BYTES * index for index, name in enumerate(functions)}


def _symbols(function: Function) -> Iterable[str]:
    """Return every symbol that an instruction names."""
    for instruction in function.instructions:
        for operand in instruction.operands:
            symbol = operand.base if isinstance(operand, Address) else operand
            if isinstance(symbol, Symbol):
                yield symbol.name


def _stack(
    places: dict[str, Place], space: str, variables: Iterable[Variable | Parameter], start: int
) -> int:
    """Place the variables one behind another as their alignment asks; return the end."""
    end = start
    for variable in variables:
        address = -(-end // variable.alignment) * variable.alignment
        places[variable.name] = Place(space, address, variable.size_bytes)
        end = address + variable.size_bytes
    return end


def load_module(program: Program, memory: GlobalMemory) -> LoadedModule:
    """Allocate and initialise the module's global and constant variables, once per memory."""
    known = memory.modules.get(id(program))
    if known is not None:
        return known
    code = _code(program)
    variables = [v for v in program.variables.values() if v.space in ("global", "const") and v.size_bytes]
    addresses = {variable.name: memory.allocate(variable.size_bytes, variable.name) for variable in variables}
    for variable in variables:
        if variable.initial or variable.relocations:  # all else is zero
            memory.write(addresses[variable.name], _initial(variable, code | addresses))
    loaded = memory.modules[id(program)] = LoadedModule(program, addresses)
    return loaded


def _initial(variable: Variable, addresses: dict[str, int]) -> bytes:
    """Return the variable's first bytes, addresses of variables and functions filled in."""
    content = bytearray(variable.initial or bytes(variable.size_bytes))
    for relocation in variable.relocations:
        address = addresses.get(relocation.symbol)
        if address is not None:
            end = relocation.position_bytes + relocation.size_bytes
            value = (address + relocation.offset) & ((1 << (8 * relocation.size_bytes)) - 1)
            content[relocation.position_bytes : end] = value.to_bytes(relocation.size_bytes, "little")
    return bytes(content)


def pack_arguments(function: Function, layout: Layout, arguments: Sequence[np.generic]) -> bytes:
    """Return the kernel's parameter memory.

    Raises GpuAdvisorError where the arguments do not match the parameters in number and size.
    """
    wanted = [parameter.size_bytes for parameter in function.parameters]
    if wanted != [argument.nbytes for argument in arguments]:
        takes = ", ".join(f"{p.size_bytes} bytes ({p.type})" for p in function.parameters) or "no arguments"
        given = ", ".join(f"{argument.nbytes} bytes ({argument.dtype})" for argument in arguments) or "none"
        raise GpuAdvisorError(f"the kernel takes {takes}; given {given}", where=function.name)
    content = bytearray(layout.parameter_bytes)
    for parameter, argument in zip(function.parameters, arguments, strict=True):
        start = layout.places[parameter.name].address
        content[start : start + parameter.size_bytes] = argument.tobytes()
    return bytes(content)
