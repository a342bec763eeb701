"""A package `torch` in a folder: optimizers, hooks and a profiler, as far as recording takes them."""

from pathlib import Path

_FILES = {
    "__init__.py": """
import contextlib
from torch import autograd, cuda, optim, profiler

__version__ = "9.9"
class version:
    cuda = None
""",
    "cuda.py": """
from types import SimpleNamespace

_calls, _initialized = [], False

def _lazy_call(callback): callback() if _initialized else _calls.append(callback)

def init():
    global _initialized
    for callback in _calls: callback()
    _initialized = True

def is_initialized(): return _initialized
def device_count(): return 2
def memory_stats(device):
    return {} if device else {"allocated_bytes.all.peak": 3000, "reserved_bytes.all.peak": 4096,
                              "num_alloc_retries": 1, "num_ooms": 0}
def get_device_properties(device): return SimpleNamespace(total_memory=2**30)
""",
    "autograd/__init__.py": "from torch.autograd import profiler\n",
    "autograd/profiler.py": """
import time
running = None
log, shapes = [], []

class profile:
    def __init__(self, cuda=False): self.cuda, self.events = cuda, []
    def _prepare_trace(self):
        global running
        log.append("start cuda" if self.cuda else "start")
        running = self
    def stop(self):
        global running
        log.append("stop")
        if running is self: running = None
        for event in self.events:
            if event["dur"] is None:
                event["dur"] = now() - event["ts"]
                event["args"]["finished"] = False

def now(): return time.monotonic() * 1e6

class record_function:
    def __init__(self, name): self.name = name
    def __enter__(self):
        self.event = {"ph": "X", "cat": "user_annotation", "name": self.name, "pid": 1, "tid": 1,
                      "ts": now(), "dur": None, "args": {}}
        if running is not None: running.events.append(self.event)
    def __exit__(self, *_):
        self.event["dur"] = now() - self.event["ts"]
""",
    "profiler.py": """
import json
from enum import Enum
from torch.autograd import profiler as autograd_profiler

class ProfilerActivity(Enum):
    CPU = 0
    CUDA = 1

class profile:
    def __init__(self, activities=(), record_shapes=False):
        autograd_profiler.shapes.append(record_shapes)
        self.profiler = autograd_profiler.profile(ProfilerActivity.CUDA in activities)
    def start(self): self.profiler._prepare_trace()
    def stop(self): self.profiler.stop()
    def export_chrome_trace(self, path):
        begin = {"ph": "X", "cat": "cpu_op", "name": "aten::mm", "ts": autograd_profiler.now(), "dur": 1.0}
        with open(path, "w") as file:
            json.dump({"traceEvents": [*self.profiler.events, begin]}, file)
    def __enter__(self): self.start()
    def __exit__(self, *_): self.stop()
""",
    "optim/__init__.py": """
from torch.optim.optimizer import Optimizer
import torch.optim.optimizer
del optimizer
""",
    "optim/optimizer.py": """
from types import SimpleNamespace
_hooks = []

def register_optimizer_step_post_hook(hook):
    _hooks.append(hook)
    return SimpleNamespace(remove=lambda: _hooks.remove(hook))

class Optimizer:
    def step(self):
        for hook in list(_hooks): hook(self, (), {})
""",
}


def write_torch(folder: Path, cuda: str | None = None) -> None:
    """Write the package into a folder; `cuda` is the CUDA it claims to be built for."""
    for name, text in _FILES.items():
        path = folder / "torch" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("cuda = None", f"cuda = {cuda!r}"))
