"""Facts about how long a run waited for its next batch."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.operators import host_workload
from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import InputPipeline, InputWait


def _loss(wait: InputWait) -> float:
    return wait.total_seconds if wait.idle_seconds is None else wait.idle_seconds


def _fraction(*pipelines: InputPipeline) -> Callable[[TimelineProfile], float | None]:
    """Return the share of the steps, or of the run without marked ones, that waits for input cost."""

    def share(profile: TimelineProfile) -> float | None:
        work = host_workload(profile)
        whole = profile.span_seconds if profile.steps is None else profile.steps.total_seconds
        if work is None or not whole:
            return None
        return min(1.0, sum(_loss(wait) for wait in work.inputs if wait.pipeline in pipelines) / whole)

    return share


def _slowest(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    waits = [] if work is None else [wait for wait in work.inputs if wait.pipeline == "worker-processes"]
    total = sum(wait.total_seconds for wait in waits)
    return max(wait.max_seconds for wait in waits) / total if total else None


_MEANING = "; of these only the time in which no kernel ran, if there is a GPU; over the marked steps"

FACTS = (
    timeline.fact(
        "input.fraction", "float", "fraction",
        "Time in which the program waited for its next batch" + _MEANING,
        _fraction("single-process", "worker-processes", "tf.data"),
    ),
    timeline.fact(
        "input.in_process_fraction", "float", "fraction",
        "Those waits for a DataLoader without worker processes, which loads in the training process",
        _fraction("single-process"),
    ),
    timeline.fact(
        "input.workers_fraction", "float", "fraction", "Those waits for worker processes of a DataLoader",
        _fraction("worker-processes"),
    ),
    timeline.fact(
        "input.tf_data_fraction", "float", "fraction", "Those waits for TensorFlow's `tf.data`",
        _fraction("tf.data"),
    ),
    timeline.fact(
        "input.longest_share", "float", "fraction",
        "The longest single wait for worker processes, over all waits for them; missing where none waits",
        _slowest,
    ),
)  # fmt: skip
