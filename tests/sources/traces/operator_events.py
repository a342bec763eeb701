"""Events of operators as Kineto writes them."""

from typing import Any

from tests.sources.traces.kineto_traces import Json


def called(name: str, ts: float, dur: float, *, tid: int = 1, category: str = "cpu_op", **args: Any) -> Json:
    return {
        "ph": "X",
        "cat": category,
        "name": name,
        "pid": 1,
        "tid": tid,
        "ts": ts,
        "dur": dur,
        "args": args,
    }


def with_inputs(
    name: str, ts: float, dimensions: Any, types: Any, values: Any = None, dur: float = 5.0
) -> Json:
    args = {"Input Dims": dimensions, "Input type": types, "Concrete Inputs": values or []}
    return called(name, ts, dur, **args)


def allocation(ts: float, allocated: Any, reserved: Any, device: Any = 0, kind: Any = 1) -> Json:
    args = {
        "Total Allocated": allocated,
        "Total Reserved": reserved,
        "Device Id": device,
        "Device Type": kind,
    }
    return {"ph": "i", "s": "t", "cat": "cpu_instant_event", "name": "[memory]", "ts": ts, "args": args}
