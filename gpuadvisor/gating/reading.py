"""Find and read the configuration; every error names the file, the line and the key."""

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from gpuadvisor.gating.budgets import parse_budget
from gpuadvisor.gating.configuration import Configuration
from gpuadvisor.gating.facts import RELATIVE_ONLY, is_fact, near_fact
from gpuadvisor.gating.places import line_of
from gpuadvisor.model.errors import GpuAdvisorError

NAMES = ("gpuadvisor.toml", "pyproject.toml")
_TABLE = ("tool", "gpuadvisor")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")
_PLACE = re.compile(r" - at `\$([^`]*)`")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration and where it stands; its paths are relative to the file's folder."""

    path: Path
    text: str
    prefix: Steps
    configuration: Configuration
    root: Path | None = None
    """Where the files of another revision lie; None for those beside the configuration."""

    @property
    def directory(self) -> Path:
        """The folder that paths in the file start from."""
        return self.root or self.path.parent

    def error(self, what: str, steps: Steps, remedy: str | None = None) -> GpuAdvisorError:
        """Return an error about the key at `steps`, with its line."""
        return _error(self.path, self.text, (*self.prefix, *steps), what, remedy)


def load_configuration(path: Path | None) -> Loaded:
    """Read the file, or the one found in this folder; raises GpuAdvisorError naming file, line and key."""
    found = path or _find()
    text = _text(found)
    prefix = _TABLE if found.name == "pyproject.toml" else ()
    try:
        content: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise GpuAdvisorError(f"not TOML: {error}", where=str(found)) from None
    for name in prefix:
        content = content.get(name, {})
    try:
        configuration = msgspec.convert(content, type=Configuration)
    except msgspec.ValidationError as error:
        raise _invalid(found, text, prefix, str(error)) from None
    loaded = Loaded(path=found, text=text, prefix=prefix, configuration=configuration)
    _check_facts(loaded)
    return loaded


def _find() -> Path:
    for name in NAMES:
        path = Path(name)
        if path.is_file() and (name != "pyproject.toml" or "[tool.gpuadvisor" in _text(path)):
            return path
    raise GpuAdvisorError(
        "there is no gpuadvisor.toml in this folder, nor [tool.gpuadvisor] in a pyproject.toml",
        remedy="write a first one with `gpuadvisor gate --init`, or name it: --config FILE",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None
    except UnicodeDecodeError as error:
        raise GpuAdvisorError(f"not UTF-8: {error}", where=str(path)) from None


def _invalid(path: Path, text: str, prefix: Steps, message: str) -> GpuAdvisorError:
    """Turn what msgspec says (`... - at `$.kernel[1].budgets[0]``) into an error with a line."""
    steps = tuple(step for place in reversed(_PLACE.findall(message)) for step in _steps(place))
    what = _PLACE.sub("", message)
    unknown = _UNKNOWN.search(message)
    if unknown is None:
        return _error(path, text, (*prefix, *steps), what)
    key = unknown[1]
    close = get_close_matches(key, _keys_at(steps), n=1)
    remedy = f"did you mean `{close[0]}`?" if close else f"known keys: {', '.join(_keys_at(steps))}"
    return _error(path, text, (*prefix, *steps, key), f"unknown key `{key}`", remedy)


def _steps(place: str) -> Steps:
    return tuple(name or int(position) for name, position in _STEP.findall(place))


def _keys_at(steps: Steps) -> list[str]:
    """Return the keys that the table at `steps` knows."""
    kind: Any = Configuration
    for step in steps:
        if isinstance(step, str):
            field = next((each for each in msgspec.structs.fields(kind) if each.name == step), None)
            if field is None:
                return []
            kind = _struct_in(field.type)
        if kind is None:
            return []
    return [field.name for field in msgspec.structs.fields(kind)]


def _struct_in(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return the table type that an annotation is, or holds."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    inner = (_struct_in(each) for each in getattr(annotation, "__args__", ()))
    return next((each for each in inner if each is not None), None)


def _error(path: Path, text: str, steps: Steps, what: str, remedy: str | None = None) -> GpuAdvisorError:
    line = line_of(text, steps)
    where = f"{path}:{line}" if line else str(path)
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return GpuAdvisorError(f"{key}: {what}" if key else what, where=where, remedy=remedy)


def _check_facts(loaded: Loaded) -> None:
    """Refuse budgets and tolerances on facts that do not exist."""
    configuration = loaded.configuration
    listed: list[tuple[Steps, tuple[str, ...]]] = [(("gate", "budgets"), configuration.gate.budgets)]
    for number, kernel in enumerate(configuration.kernel):
        listed.append((("kernel", number, "budgets"), kernel.budgets))
    for steps, budgets in listed:
        for position, text in enumerate(budgets):
            _check_budget(loaded, (*steps, position), text)


def _check_budget(loaded: Loaded, steps: Steps, text: str) -> None:
    budget = parse_budget(text)
    if not is_fact(budget.fact):
        raise loaded.error(f"unknown fact `{budget.fact}`", steps, near_fact(budget.fact))
    if budget.fact in RELATIVE_ONLY and not budget.relative:
        raise loaded.error(
            f"`{budget.fact}` is judged against what it was", steps, f"write `{budget.fact} <= +3 %`"
        )
