"""Where the steps of a framework run: how to wait for them there, and how much memory they take."""

import gc
import platform
import sys
from types import ModuleType
from typing import Protocol

from gpuadvisor.live.process_memory import peak_bytes, reset_peak
from gpuadvisor.model.batches import BatchPlace


class Place(Protocol):
    """A device as a framework has it."""

    def description(self) -> BatchPlace:
        """Say which it is."""

    def wait(self) -> None:
        """Return when all work given to the device is done."""

    def reset_peak(self) -> None:
        """Begin the peak of memory anew."""

    def peak_bytes(self) -> int:
        """Return the most memory in use since then."""

    def free(self) -> None:
        """Give back what is cached, after the step has been let go."""


def find_place() -> Place:
    """Return where the framework that has been imported runs its steps; call it after the first step."""
    torch, tensorflow = sys.modules.get("torch"), sys.modules.get("tensorflow")
    if torch is not None and torch.cuda.is_initialized():
        return TorchGpu(torch)
    if tensorflow is not None and tensorflow.config.list_physical_devices("GPU"):
        return TensorFlowGpu(tensorflow)
    return Cpu(torch, tensorflow)


class TorchGpu:
    """The GPU that PyTorch uses; the memory is that of its tensors."""

    def __init__(self, torch: ModuleType) -> None:
        self._torch = torch

    def description(self) -> BatchPlace:
        """Say which it is."""
        facts = self._torch.cuda.get_device_properties(self._torch.cuda.current_device())
        return BatchPlace(
            framework=f"PyTorch {self._torch.__version__}",
            device=facts.name,
            is_gpu=True,
            memory_bytes=facts.total_memory,
        )

    def wait(self) -> None:
        """Return when all work given to the device is done."""
        self._torch.cuda.synchronize()

    def reset_peak(self) -> None:
        """Begin the peak of memory anew."""
        self._torch.cuda.reset_peak_memory_stats()

    def peak_bytes(self) -> int:
        """Return the most memory in tensors since then."""
        return int(self._torch.cuda.max_memory_allocated())

    def free(self) -> None:
        """Give back what is cached."""
        gc.collect()
        self._torch.cuda.empty_cache()


class TensorFlowGpu:
    """The first GPU of TensorFlow; the memory is that of its tensors."""

    _DEVICE = "GPU:0"

    def __init__(self, tensorflow: ModuleType) -> None:
        self._tensorflow = tensorflow

    def description(self) -> BatchPlace:
        """Say which it is."""
        config = self._tensorflow.config
        details = config.experimental.get_device_details(config.list_physical_devices("GPU")[0])
        return BatchPlace(
            framework=f"TensorFlow {self._tensorflow.__version__}",
            device=details.get("device_name", "GPU"),
            is_gpu=True,
        )

    def wait(self) -> None:
        """Return when all work given to the device is done."""
        self._tensorflow.test.experimental.sync_devices()

    def reset_peak(self) -> None:
        """Begin the peak of memory anew."""
        self._tensorflow.config.experimental.reset_memory_stats(self._DEVICE)

    def peak_bytes(self) -> int:
        """Return the most memory in tensors since then."""
        return int(self._tensorflow.config.experimental.get_memory_info(self._DEVICE)["peak"])

    def free(self) -> None:
        """Let go of Keras's state; TensorFlow keeps the memory for its next tensors."""
        _clear_keras()
        gc.collect()


class Cpu:
    """The CPU; the memory is that of the whole process."""

    def __init__(self, torch: ModuleType | None, tensorflow: ModuleType | None) -> None:
        self._torch, self._tensorflow = torch, tensorflow

    def description(self) -> BatchPlace:
        """Say which it is."""
        return BatchPlace(framework=self._framework(), device=f"CPU ({platform.machine()})", is_gpu=False)

    def wait(self) -> None:
        """Return: TensorFlow alone leaves work behind, and only where it was asked to."""
        if self._tensorflow is not None:
            self._tensorflow.test.experimental.sync_devices()

    def reset_peak(self) -> None:
        """Begin the peak of memory anew; where the system cannot, it is that of all batches so far."""
        reset_peak()

    def peak_bytes(self) -> int:
        """Return the most memory of the process since then."""
        return peak_bytes()

    def free(self) -> None:
        """Collect garbage."""
        _clear_keras()
        gc.collect()

    def _framework(self) -> str:
        if self._torch is not None:
            return f"PyTorch {self._torch.__version__}"
        if self._tensorflow is not None:
            return f"TensorFlow {self._tensorflow.__version__}"
        return "no framework"


def _clear_keras() -> None:
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.backend.clear_session()
