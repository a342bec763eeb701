"""Which recorder a program gets: told by what it imports."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Literal

from gpuadvisor.live.imports import Notice
from gpuadvisor.live.recorder import Recorded, Recorder
from gpuadvisor.live.steps import StepLimits

Way = Literal["torch", "cupti"]

INSTALL_CUPTI = "pip install 'gpuadvisor[cupti]'"
FRAMEWORKS: Mapping[str, str] = {
    "torch": "PyTorch",
    "cupy": "CuPy",
    "numba.cuda": "Numba",
    "triton": "Triton",
    "jax": "JAX",
    "tensorflow": "TensorFlow",
    "cuda.bindings": "CUDA Python",
    "pycuda": "PyCUDA",
}
"""Modules that bring GPU work with them."""
STARTING = "it did not start"


@dataclass(kw_only=True)
class Recorders:
    """Starts the one recorder of a program when what it can record is imported.

    PyTorch is recorded by its own profiler, which sees the kernels of all libraries in the process, so it
    takes over from CUPTI, of which there can be one user. `way` leaves but one of them.
    """

    start_torch: Callable[[ModuleType], Recorder]
    start_cupti: Callable[[], Recorder | str]
    """Return the recorder, or why there is none."""
    way: Way | None = None
    imported: list[str] = field(default_factory=list)
    _recorder: Recorder | None = None
    _why_no_cupti: str | None = None

    def notices(self) -> dict[str, Notice]:
        """Return what to do when each module is imported."""
        return {name: self._notice(name) for name in FRAMEWORKS}

    def finish(self) -> Recorded:
        """End the recording; without one, say why."""
        if self._recorder is not None:
            return self._recorder.finish()
        return Recorded(timeline=None, remarks=[self._why_nothing()])

    def _notice(self, name: str) -> Notice:
        def imported(module: ModuleType) -> None:
            self.imported.append(FRAMEWORKS[name])
            if name == "torch" and self.way != "cupti":
                self._begin_torch(module)
            elif self.way != "torch":
                self._begin_cupti()

        return imported

    def _begin_torch(self, module: ModuleType) -> None:
        if self._recorder is not None:
            self._recorder.finish()
        self._recorder = self.start_torch(module)

    def _begin_cupti(self) -> None:
        if self._recorder is not None or self._why_no_cupti is not None:
            return
        if self.way is None and "torch" in sys.modules:  # which brings this module with it
            return
        self._why_no_cupti = STARTING  # starting it may import another of the modules
        started = self.start_cupti()
        if isinstance(started, str):
            self._why_no_cupti = started
        else:
            self._recorder, self._why_no_cupti = started, None

    def _why_nothing(self) -> str:
        used = ", ".join(self.imported)
        if not used:
            return f"the program imported none of {', '.join(FRAMEWORKS.values())}"
        return f"the program used {used}, which CUPTI records: {self._why_no_cupti or 'not asked for'}"


def torch_starter(
    limits: StepLimits, source: str, trace: Path | None, has_gpu: Callable[[], bool], *, shapes: bool = True
) -> Callable[[ModuleType], Recorder]:
    """Return what starts the recorder for PyTorch."""

    def start(module: ModuleType) -> Recorder:
        from gpuadvisor.live.torch_recorder import TorchRecorder

        return TorchRecorder(module, limits, source, trace, has_gpu=has_gpu(), shapes=shapes)

    return start


def cupti_starter(source: str, has_gpu: Callable[[], bool]) -> Callable[[], Recorder | str]:
    """Return what starts the recorder through CUPTI."""

    def start() -> Recorder | str:
        from gpuadvisor.live.cupti_recorder import CuptiRecorder, load_cupti

        try:
            cupti = load_cupti()
        except ModuleNotFoundError as error:
            where = "" if has_gpu() else ", on a machine with an NVIDIA GPU"
            return f"{INSTALL_CUPTI}{where} (no module {error.name})"
        except (ImportError, OSError, RuntimeError) as error:
            return f"cupti-python does not load ({error})"
        try:
            return CuptiRecorder(cupti, source)
        except cupti.cuptiError as error:
            return f"CUPTI does not start ({error})"

    return start
