"""The memory that PyTorch held on each GPU, else that of the process."""

from types import ModuleType

from gpuadvisor.live.process_memory import peak_bytes
from gpuadvisor.model.sampled import MemoryUse


def memory_use(torch: ModuleType) -> list[MemoryUse]:
    """Return the peaks of every GPU that was used, without one those of the process.

    They count from the program's beginning, or from where it resets them: the program's own view of them is
    left alone. Source of the names: `torch.cuda.memory_stats`.
    """
    if not torch.cuda.is_initialized():
        return [MemoryUse(device=None, peak_allocated_bytes=peak_bytes())]
    used = [_of_device(torch, device) for device in range(torch.cuda.device_count())]
    return [each for each in used if each.peak_reserved_bytes]


def _of_device(torch: ModuleType, device: int) -> MemoryUse:
    told = torch.cuda.memory_stats(device)
    return MemoryUse(
        device=device,
        peak_allocated_bytes=told.get("allocated_bytes.all.peak", 0),
        peak_reserved_bytes=told.get("reserved_bytes.all.peak"),
        capacity_bytes=torch.cuda.get_device_properties(device).total_memory,
        allocation_retries=told.get("num_alloc_retries"),
        out_of_memory_errors=told.get("num_ooms"),
    )
