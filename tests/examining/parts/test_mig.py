"""GPUs that are split."""

from gpuadvisor.examining.looks.nvidia import Instance
from gpuadvisor.examining.parts.mig import mig
from tests.examining.machines import gpu, nvidia

HALVES = [Instance(name="NVIDIA H100 MIG 3g.40gb", memory_bytes=40 * 10**9)] * 2


def test_whole_gpus_are_told_so() -> None:
    part = mig(nvidia(gpu(), gpu(1, mig_enabled=None)))
    assert (part.status, part.summary, part.facts) == ("ok", "no GPU is split", {"split": []})


def test_instances_are_listed() -> None:
    part = mig(nvidia(gpu(), gpu(1, mig_enabled=True, instances=HALVES)))
    assert (part.status, part.remedy) == ("ok", None)
    assert part.summary == (
        "GPU 1 is split into NVIDIA H100 MIG 3g.40gb (40 GB), NVIDIA H100 MIG 3g.40gb (40 GB)"
    )


def test_a_split_gpu_without_an_instance_runs_nothing() -> None:
    part = mig(nvidia(gpu(2, mig_enabled=True)))
    assert (part.status, part.summary) == ("warning", "GPU 2 is split and has no instance to run on")
    assert "nvidia-smi mig -i 2 -cgi" in (part.remedy or "")
