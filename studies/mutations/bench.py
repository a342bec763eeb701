"""An example in a folder of its own, under a gate: its baseline, and the verdict on what it becomes."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gpuadvisor.cli.gating import GateRequest, agree, gate
from gpuadvisor.model.gate import GateReport
from studies.mutations.editing import Texts
from studies.mutations.mutation import Mutations

EXAMPLES = Path(__file__).parents[2] / "examples"
_CONFIGURATION = """\
[[kernel]]
source = "{source}"
kernels = [{kernels}]
"""


class Bench:
    """A copy of an example whose kernels can be exchanged; the gate looks at `kernels` alone."""

    def __init__(self, folder: Path, tried: Mutations, kernels: Sequence[str]) -> None:
        stem = Path(tried.source).stem
        for path in EXAMPLES.glob(f"{stem}.*"):
            shutil.copy(path, folder)
        self.source = folder / tried.source
        self.launches = folder / f"{stem}.toml"
        self._file = folder / tried.file
        self._configuration = folder / "gpuadvisor.toml"
        self.gate_only(kernels)
        self.texts = Texts(source=self._file.read_text(), launches=self.launches.read_text())
        """The files as the example has them."""

    def put(self, texts: Texts) -> None:
        """Exchange the files."""
        self._file.write_text(texts.source)
        self.launches.write_text(texts.launches)

    def gate_only(self, kernels: Sequence[str]) -> None:
        """Have the gate look at these kernels."""
        quoted = ", ".join(f'"{kernel}"' for kernel in kernels)
        self._configuration.write_text(_CONFIGURATION.format(source=self.source.name, kernels=quoted))

    def agree(self) -> None:
        """Write the baseline from the files as they are."""
        agree(GateRequest(config=self._configuration, quiet=True))

    def judge(self) -> GateReport:
        """Return the gate's report on the files as they are."""
        return gate(GateRequest(config=self._configuration, quiet=True))


@contextmanager
def bench_of(tried: Mutations, kernels: Sequence[str]) -> Iterator[Bench]:
    """Give a bench for some kernels of an example and remove it afterwards."""
    with TemporaryDirectory() as folder:
        yield Bench(Path(folder), tried, kernels)
