"""What an analysis needs at its end, got ready beside it: compilers leave the interpreter lock alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpuadvisor.advising.rules import RuleSet


@contextmanager
def preparation(rule_packs: Sequence[Path]) -> "Iterator[Future[RuleSet]]":
    """Get native code, the rules and the terminal's report ready; the future gives the rules.

    What has not been begun when the analysis ends, as one that fails does early, is left.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preparation")
    pool.submit(_native_code)
    rules = pool.submit(_rules, rule_packs)
    pool.submit(import_module, "gpuadvisor.reporting.terminal")
    try:
        yield rules
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _rules(rule_packs: Sequence[Path]) -> "RuleSet":
    from gpuadvisor.advising.rules import OF_KERNELS, load_rules

    return load_rules(rule_packs, OF_KERNELS)


def _native_code() -> None:
    from gpuadvisor.emulator.run import native_code_is_possible

    if native_code_is_possible():
        from gpuadvisor.emulator.native.engine import prepare_runtime

        prepare_runtime()
        # Where every kernel is cached nobody needs it; a first run is the sooner done by 0.1 s.
        import_module("gpuadvisor.emulator.native.translate")
