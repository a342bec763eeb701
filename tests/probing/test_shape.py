import numpy as np
import pytest

from gpuadvisor.probing.shape import shape_of


def test_two_groups_are_named_with_their_levels() -> None:
    assert shape_of([1.0, 2.0, 1.01, 2.02, 1.0, 2.0, 1.01, 2.01]) == (
        "they fall into two groups, around 1 and 2.01"
    )


@pytest.mark.parametrize(("step", "said"), [(1, "grow"), (-1, "shrink")])
def test_a_drift_is_named_with_its_direction(step: int, said: str) -> None:
    noise = np.random.default_rng(3).normal(0, 1.5, 20)
    assert said in str(shape_of(100 + step * np.arange(20) + noise))


def test_plain_noise_and_a_single_outlier_have_no_shape() -> None:
    noise = np.random.default_rng(4).normal(1, 0.1, 40)
    assert shape_of(noise) is None
    assert shape_of([1.0, 1.01, 0.99, 1.0, 1.02, 9.0, 1.0, 1.01, 0.98]) is None


def test_few_or_equal_samples_have_no_shape() -> None:
    assert shape_of([1.0, 2.0, 3.0]) is None
    assert shape_of([1.0] * 20) is None
