"""Tells when a program has imported a module, without importing it before the program does."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Notice = Callable[[ModuleType], None]


@contextmanager
def when_imported(notices: Mapping[str, Notice]) -> Iterator[None]:
    """Call each notice once with its module, as soon as that has been imported; at once if it is already."""
    waiting = dict(notices)
    for name in notices:
        if name in sys.modules:
            waiting.pop(name)(sys.modules[name])
    watch = _Watch(waiting)
    sys.meta_path.insert(0, watch)
    try:
        yield
    finally:
        sys.meta_path.remove(watch)


class _Watch(MetaPathFinder):
    """Finds nothing itself; makes the loaders that others find give notice."""

    def __init__(self, waiting: dict[str, Notice]) -> None:
        self._waiting = waiting

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the finders behind this one find of a module that is waited for, else None."""
        if fullname not in self._waiting:
            return None
        spec = _found_behind(self, fullname, path, target)
        if spec is not None and spec.loader is not None:
            self._give_notice(fullname, spec.loader)
        return spec

    def _give_notice(self, name: str, loader: Loader) -> None:
        execute = loader.exec_module

        def execute_and_tell(module: ModuleType) -> None:
            execute(module)
            notice = self._waiting.pop(name, None)
            if notice is not None:
                notice(module)

        # On the one loader: a loader of another class would change what the module tells of itself.
        loader.exec_module = execute_and_tell  # type: ignore[method-assign]


def _found_behind(
    watch: _Watch, name: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    for finder in sys.meta_path[sys.meta_path.index(watch) + 1 :]:
        spec = finder.find_spec(name, path, target)
        if spec is not None:
            return spec
    return None
