"""What a fact is: one named, typed quantity with a unit, and how to read it from the profiles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.provenance import Provenance

Value = bool | int | float | str | list[str]
FactType = Literal["bool", "int", "float", "str", "list"]
SubjectKind = Literal["machine", "kernel", "access", "branch", "timeline"]

Part = TypeVar("Part")


class NotTold(Exception):  # noqa: N818 - not a failure: the source of a part says nothing of a field
    """Raised where a field is read that the source of a part tells nothing of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One entry of the catalogue.

    `read` returns None where the fact is not known: a fact is missing, never zero and never NaN.
    `provenance` is asked only for a fact that could be read.
    """

    name: str
    type: FactType
    unit: str
    """As `bytes`, `sectors per request`; `fraction` is 0 to 1 and printed in percent; `` for text."""
    meaning: str
    subject: SubjectKind
    source: str
    """The part of the documents it is read from, as people call it."""
    read: Callable[[Scene], Value | None]
    provenance: Callable[[Scene], Provenance | None]


@dataclass(frozen=True, kw_only=True)
class FactGroup(Generic[Part]):
    """Facts that are read from the same part of a profile and share its provenance."""

    subject: SubjectKind
    source: str
    part: Callable[[Scene], Part | None]
    provenance: Callable[[Part], Provenance]

    def fact(
        self, name: str, kind: FactType, unit: str, meaning: str, read: Callable[[Part], Value | None]
    ) -> Fact:
        """Return the fact `subject.name`, which `read` takes from the group's part of the profile."""

        def read_from_scene(scene: Scene) -> Value | None:
            part = self.part(scene)
            try:
                return None if part is None else read(part)
            except NotTold:
                return None

        def provenance_in_scene(scene: Scene) -> Provenance | None:
            part = self.part(scene)
            return None if part is None else self.provenance(part)

        return Fact(
            name=f"{self.subject}.{name}",
            type=kind,
            unit=unit,
            meaning=meaning,
            subject=self.subject,
            source=self.source,
            read=read_from_scene,
            provenance=provenance_in_scene,
        )
