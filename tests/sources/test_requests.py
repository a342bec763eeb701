import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.requests import InlineLaunch, choose_requests

N = ArgumentSpec(name="n", type="int32", value=1)
M = ArgumentSpec(name="m", type="int32", value=2)
A = LaunchRequest(
    kernel="a<int>", launch=Launch(grid=(4, 1, 1), block=(64, 1, 1)), arguments=(N,), inputs="x:y"
)
B = LaunchRequest(kernel="b", launch=Launch(grid=(8, 1, 1), block=(32, 1, 1)), arguments=(N,))
B2 = LaunchRequest(kernel="b", launch=Launch(grid=(9, 1, 1), block=(32, 1, 1)), arguments=(N,))
LISTED = [A, B, B2]


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [([], LISTED), (["b"], [B, B2]), (["a"], [A]), (["a<int>", "b"], LISTED), (["c"], [])],
)
def test_kernels_choose_among_the_listed(kernels: list[str], expected: list[LaunchRequest]) -> None:
    assert choose_requests(LISTED, kernels, InlineLaunch()) == expected


def test_single_options_change_the_listed_launches() -> None:
    changed = choose_requests(LISTED, ["b"], InlineLaunch(block=(128, 1, 1), dynamic_shared_bytes=16))
    assert [request.launch for request in changed] == [
        Launch(grid=(8, 1, 1), block=(128, 1, 1), dynamic_shared_bytes=16),
        Launch(grid=(9, 1, 1), block=(128, 1, 1), dynamic_shared_bytes=16),
    ]
    assert changed[0].arguments == (N,)


def test_arguments_replace_all_listed_ones_and_their_inputs() -> None:
    (changed,) = choose_requests(LISTED, ["a"], InlineLaunch(arguments=(M,)))
    assert (changed.launch, changed.arguments, changed.inputs) == (A.launch, (M,), None)


def test_a_whole_inline_launch_stands_alone() -> None:
    inline = InlineLaunch(grid=(1, 1, 1), block=(32, 1, 1), arguments=(M,))
    for kernel in ("b", "c<4>"):
        (request,) = choose_requests(LISTED, [kernel], inline)
        assert request == LaunchRequest(
            kernel=kernel, launch=Launch(grid=(1, 1, 1), block=(32, 1, 1)), arguments=(M,)
        )


def test_inline_options_need_one_kernel_and_something_to_change() -> None:
    with pytest.raises(GpuAdvisorError, match="--kernel NAME"):
        choose_requests(LISTED, [], InlineLaunch(grid=(1, 1, 1)))
    with pytest.raises(GpuAdvisorError, match="c has no launch to change"):
        choose_requests(LISTED, ["c"], InlineLaunch(grid=(1, 1, 1)))
