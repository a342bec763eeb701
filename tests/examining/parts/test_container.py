"""Containers, by the marks that their runtimes leave."""

from pathlib import Path

import pytest

from gpuadvisor.examining.parts.container import container, container_kind, shared_memory_bytes
from tests.examining.machines import GIB, host

DEVICE = {"/dev/nvidiactl": ""}


@pytest.mark.parametrize(
    ("files", "environment", "kind"),
    [
        ({"/proc/1/cgroup": "0::/init.scope\n"}, {}, None),
        ({"/.dockerenv": ""}, {}, "Docker"),
        ({"/run/.containerenv": ""}, {}, "Podman"),
        ({"/proc/1/cgroup": "12:memory:/docker/0123\n"}, {}, "Docker"),
        ({"/proc/1/cgroup": "0::/kubepods.slice/cri-containerd-0123.scope\n"}, {}, "Kubernetes"),
        ({"/.dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes"),
        ({}, {"container": "systemd-nspawn"}, "systemd-nspawn"),
    ],
)
def test_the_kind_is_known_by_its_marks(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str], kind: str | None
) -> None:
    assert container_kind(host(tmp_path, files, **environment)) == kind


def test_no_container_is_fine(tmp_path: Path) -> None:
    part = container(host(tmp_path), shared_bytes=None)
    assert (part.status, part.summary) == ("ok", "not in one")


def test_a_container_with_gpus_is_fine(tmp_path: Path) -> None:
    part = container(host(tmp_path, {"/.dockerenv": "", **DEVICE}), shared_bytes=8 * GIB)
    assert (part.status, part.summary) == ("ok", "Docker, with NVIDIA GPUs passed into it")
    assert part.facts == {"kind": "Docker", "gpu_passed": True, "shared_memory_bytes": 8 * GIB}


@pytest.mark.parametrize(
    ("environment", "remedy"),
    [({}, "--gpus all"), ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "nvidia.com/gpu: 1")],
)
def test_a_container_without_gpus_is_told_how_to_get_them(
    tmp_path: Path, environment: dict[str, str], remedy: str
) -> None:
    part = container(host(tmp_path, {"/.dockerenv": ""}, **environment), shared_bytes=8 * GIB)
    assert part.status == "warning"
    assert remedy in (part.remedy or "")


def test_little_shared_memory_is_told(tmp_path: Path) -> None:
    part = container(host(tmp_path, {"/.dockerenv": "", **DEVICE}), shared_bytes=64 << 20)
    assert part.status == "warning"
    assert "64 MiB of shared memory" in part.summary
    assert "--shm-size" in (part.remedy or "")


def test_shared_memory_is_measured_where_there_is_some(tmp_path: Path) -> None:
    assert shared_memory_bytes(host(tmp_path)) is None
    (tmp_path / "dev" / "shm").mkdir(parents=True)
    assert (shared_memory_bytes(host(tmp_path)) or 0) > 0
