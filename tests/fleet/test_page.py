"""The recipe for Kubernetes names one cluster throughout."""

import re
from pathlib import Path
from typing import Any

import yaml

PAGE = Path(__file__).parents[2] / "docs" / "fleet.md"


def documents() -> list[dict[str, Any]]:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return list(yaml.safe_load_all(block))


def test_the_job_calls_the_scheduler_that_the_cluster_starts() -> None:
    cluster, job = documents()
    name, scheduler = cluster["metadata"]["name"], cluster["spec"]["scheduler"]
    assert scheduler["service"]["selector"]["dask.org/cluster-name"] == name
    script = job["spec"]["template"]["spec"]["containers"][0]["args"][0]
    assert script.count(f"tcp://{name}-scheduler:8786") == 2
    assert f"wait_for_workers({cluster['spec']['worker']['replicas']}," in script


def test_the_service_reaches_the_ports_that_the_scheduler_opens() -> None:
    scheduler = documents()[0]["spec"]["scheduler"]
    opened = {port["name"]: port["containerPort"] for port in scheduler["spec"]["containers"][0]["ports"]}
    served = {port["targetPort"]: port["port"] for port in scheduler["service"]["ports"]}
    assert opened == served == {"tcp-comm": 8786, "http-dashboard": 8787}


def test_only_workers_ask_for_gpus() -> None:
    cluster, job = documents()
    assert "nvidia.com/gpu" in str(cluster["spec"]["worker"])
    assert "nvidia.com/gpu" not in str((cluster["spec"]["scheduler"], job))
