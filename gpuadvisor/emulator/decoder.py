"""PTX text to a Program.

The grammar is that of the PTX ISA manual, chapters 4 (syntax), 5 (state spaces, types, variables),
7 (calls) and 11 (directives), as NVRTC, nvcc, Triton and Numba write it. Debug sections are
skipped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from gpuadvisor.emulator.body import Body, BodyParser
from gpuadvisor.emulator.declarations import SPACES, parse_parameters, parse_variables
from gpuadvisor.emulator.locations import Locations
from gpuadvisor.emulator.program import Function, Program, Variable
from gpuadvisor.emulator.tokens import Tokens, tokenize

_FILE = re.compile(r'^[ \t]*\.file[ \t]+(\d+)[ \t]+"([^"\n]*)"(?:[ \t]+"([^"\n]*)")?', re.MULTILINE)
_LINKAGE = frozenset({".visible", ".weak", ".extern", ".common"})


@lru_cache(maxsize=4)
def decode(ptx: str, is_library: Callable[[str], bool] = lambda _: False) -> Program:
    """Return the module that `ptx` holds; who asks again gets the same one.

    Instructions inlined from a file that `is_library` knows are attributed to the line that called.
    Raises GpuAdvisorError with the PTX line and its text where the text is not PTX.
    """
    return _ModuleParser(ptx, is_library).parse()


@dataclass(slots=True)
class _Directives:
    """What a function demands of its launch; see `Function`."""

    maximum_threads: int | None = None
    cluster: tuple[int, int, int] | None = None
    counts_clusters: bool = False


class _ModuleParser:
    def __init__(self, ptx: str, is_library: Callable[[str], bool]) -> None:
        self._is_library = is_library
        self._tokens: Tokens = tokenize(ptx)
        self._files = {int(number): "/".join(filter(None, names)) for number, *names in _FILE.findall(ptx)}
        self._version = self._target = ""
        self._functions: dict[str, Function] = {}
        self._variables: dict[str, Variable] = {}

    def parse(self) -> Program:
        while not self._tokens.at_end:
            self._declaration()
        return Program(self._version, self._target, self._functions, self._variables)

    def _declaration(self) -> None:
        tokens = self._tokens
        external = False
        directive = tokens.next()
        while directive in _LINKAGE:
            external = external or directive == ".extern"
            directive = tokens.next()
        if directive in (".entry", ".func"):
            self._function(is_kernel=directive == ".entry")
        elif directive[1:] in SPACES and directive[0] == ".":
            for variable in parse_variables(tokens, directive[1:], external=external):
                self._variables[variable.name] = variable
        else:
            self._module_directive(directive)

    def _module_directive(self, directive: str) -> None:
        tokens = self._tokens
        if directive == ".version":
            self._version = tokens.next()
        elif directive == ".target":
            self._target = tokens.next()
            while tokens.accept(","):
                tokens.next()
        elif directive == ".address_size":
            if tokens.integer() != 64:
                tokens.position -= 1
                raise tokens.error("only 64-bit addresses are supported")
        elif directive == ".file":
            self._skip_line()
        elif directive == ".section":
            self._skip_section()
        elif directive in (".pragma", ".alias"):
            tokens.skip_until(";")
            tokens.expect(";")
        else:
            tokens.position -= 1
            raise tokens.error(f"unexpected {directive!r}")

    def _skip_line(self) -> None:
        line = self._tokens.lines[self._tokens.position - 1]
        while not self._tokens.at_end and self._tokens.line == line:
            self._tokens.next()

    def _skip_section(self) -> None:
        self._tokens.skip_until("{")
        self._tokens.expect("{")
        self._tokens.skip_until("}")
        self._tokens.expect("}")

    def _function(self, *, is_kernel: bool) -> None:
        tokens = self._tokens
        results = parse_parameters(tokens)
        name = tokens.next()
        parameters = parse_parameters(tokens)
        directives = self._performance_directives()
        is_defined = not tokens.accept(";")
        body = BodyParser(tokens, Locations(self._files, self._is_library)).parse() if is_defined else Body()
        known = self._functions.get(name)
        if known is not None and known.instructions and not is_defined:
            return
        self._functions[name] = Function(
            name,
            is_kernel,
            parameters,
            results,
            body.registers,
            tuple(body.variables),
            tuple(body.instructions),
            body.labels,
            body.branch_targets,
            directives.maximum_threads,
            directives.cluster,
            directives.counts_clusters,
        )

    def _performance_directives(self) -> _Directives:
        """Read what stands between the parameters and the body."""
        found = _Directives()
        tokens = self._tokens
        while tokens.peek() not in ("{", ";"):
            directive = tokens.next()
            if directive in (".maxntid", ".reqntid"):
                found.maximum_threads = prod(self._extent())
            elif directive == ".reqnctapercluster":
                found.cluster = self._extent()
            elif directive == ".blocksareclusters":
                found.counts_clusters = True
            elif directive == ".pragma":
                tokens.skip_until(";")
                tokens.expect(";")
        return found

    def _extent(self) -> tuple[int, int, int]:
        """Read one to three numbers."""
        numbers = [self._tokens.integer()]
        while self._tokens.accept(","):
            numbers.append(self._tokens.integer())
        x, y, z = (*numbers, 1, 1)[:3]
        return x, y, z
