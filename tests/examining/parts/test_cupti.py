"""CUPTI: there, absent, or there and not loading."""

from gpuadvisor.examining.looks.cupti import Cupti
from gpuadvisor.examining.parts.cupti import cupti


def test_what_loads_is_ok() -> None:
    part = cupti(Cupti(version="13.4.0", library=130400), None)
    assert (part.status, part.summary) == ("ok", "cupti-python 13.4.0, library 130400")


def test_what_is_absent_can_be_installed_and_need_not_be() -> None:
    part = cupti(None, None)
    assert (part.status, part.optional) == ("missing", True)
    assert part.summary.startswith("not installed: programs of CuPy")
    assert "pip install 'gpuadvisor[cupti]'" in (part.remedy or "")


def test_what_does_not_load_says_why() -> None:
    part = cupti(None, "ImportError: libcupti.so.13: cannot open shared object file")
    assert part.status == "missing"
    assert part.summary.startswith("ImportError: libcupti.so.13")
