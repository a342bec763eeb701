"""Which source line a PTX instruction belongs to."""

from collections.abc import Callable, Mapping

from gpuadvisor.emulator.program import SourceLine

Place = tuple[int, int, int]
"""File number, line and column of a `.loc` directive."""


class Locations:
    """Follows the `.loc` directives of a module (PTX ISA 11.5.2).

    An instruction belongs to the line it was written on. Where it was inlined from a file that
    `is_library` knows, it belongs to the line of the caller's: a reduction of cooperative groups is the
    line that asks for it.
    """

    def __init__(self, files: Mapping[int, str], is_library: Callable[[str], bool]) -> None:
        self._files = files
        self._is_library = is_library
        self._callers: dict[Place, Place] = {}
        """Where the function around an inlined place was called from, as last said."""
        self.current: SourceLine | None = None

    def place(self, place: Place, inlined_at: Place | None) -> None:
        """Take a directive; line 0 is the compiler's own code and leaves the line as it is."""
        if inlined_at is not None:
            self._callers[place] = inlined_at
        else:
            self._callers.pop(place, None)
        written = self._written_by_user(place)
        if written[1]:
            self.current = SourceLine(self._name(written[0]), written[1])

    def _written_by_user(self, place: Place) -> Place:
        """Return the innermost place outside the libraries; the place itself where there is none."""
        seen = {place}
        caller = place
        while self._is_library(self._name(caller[0])):
            if caller not in self._callers or self._callers[caller] in seen:
                return place
            caller = self._callers[caller]
            seen.add(caller)
        return caller

    def _name(self, file: int) -> str:
        return self._files.get(file, f"file {file}")
