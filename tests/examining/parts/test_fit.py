"""The driver against everything that was built for some CUDA."""

from gpuadvisor.examining.parts.fit import cuda


def test_everything_fits() -> None:
    part = cuda(13000, {"PyTorch": "12.8", "NVRTC": "13.0"})
    assert (part.status, part.remedy) == ("ok", None)
    assert part.summary == "the driver supports 13.0 and runs PyTorch (for 12.8), NVRTC (for 13.0)"
    assert part.facts == {"built_for": ["PyTorch 12.8", "NVRTC 13.0"]}


def test_what_is_newer_by_a_minor_version_runs_with_a_limit() -> None:
    part = cuda(13000, {"NVRTC": "13.5"})
    assert part.status == "ok"
    assert part.summary.endswith("(by minor-version compatibility, without their PTX: NVRTC)")


def test_what_is_newer_by_a_major_version_does_not_run() -> None:
    part = cuda(12040, {"PyTorch": "12.8", "NVRTC": "13.5", "CuPy": "13.0"})
    assert part.status == "warning"
    assert part.summary == "the driver supports 12.4, too old for NVRTC (for 13.5), CuPy (for 13.0)"
    assert part.remedy == "update the NVIDIA driver to 580 or newer, or install builds for CUDA 12"


def test_without_a_driver_there_is_nothing_to_fit() -> None:
    assert cuda(None, {"NVRTC": "13.5"}).summary == "no driver to fit; here are NVRTC (for 13.5)"
    assert cuda(None, {}).status == "missing"
