"""The data of the networks, and their command line: no framework needed."""

import numpy as np
import pytest

from tests.networks.training import load


def test_a_class_is_known_by_its_pattern_and_other_seeds_have_the_same_patterns() -> None:
    classes = load("common_data").classes
    seen, seen_targets = classes(2000, (8,), names=4, seed=0)
    others, targets = classes(500, (8,), names=4, seed=1)
    means = np.stack([seen[seen_targets == name].mean(0) for name in range(4)])
    nearest = np.square(others[:, None].astype(float) - means).sum(2).argmin(1)
    assert seen.dtype == np.uint8
    assert not np.array_equal(seen[:500], others)
    assert np.mean(nearest == targets) > 0.9


def test_a_step_of_a_sequence_is_tagged_by_its_neighbours() -> None:
    values, tags = load("common_data").neighbours(50, 6)
    assert values.shape == (50, 6, 1)
    inner = values[:, :-2, 0].astype(int) > values[:, 2:, 0]
    np.testing.assert_array_equal(tags[:, 1:-1], inner)
    assert 0.3 < tags.mean() < 0.7


def test_discs_are_bright_and_as_large_as_their_radius_says() -> None:
    pictures, radii = load("common_data").discs(200, 32)
    assert pictures.shape == (200, 32, 32)
    whole = radii < 10  # larger ones may reach over the edge
    areas = (pictures > 128).sum((1, 2))
    np.testing.assert_allclose(areas[whole], np.pi * radii[whole] ** 2, rtol=0.15)
    assert 0 < whole.sum() < 200


def test_the_same_seed_gives_the_same_samples() -> None:
    data = load("common_data")
    for made in (data.classes(10, (3,)), data.neighbours(10, 3), data.discs(10, 16)):
        assert len(made[0]) == len(made[1]) == 10
    np.testing.assert_array_equal(data.discs(10, 16)[0], data.discs(10, 16)[0])


def test_the_batch_follows_the_variant_unless_given() -> None:
    parse = load("common_run").parse
    assert [parse("", ["--variant", variant]).batch for variant in ("slow", "tuned")] == [16, 256]
    assert parse("", ["--variant", "tuned", "--batch", "8"]).batch == 8
    with pytest.raises(SystemExit):
        parse("", ["--steps", "0"])


def test_the_first_steps_are_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    run = load("common_run")
    clock = iter([0.0, 100.0, 102.0])
    monkeypatch.setattr(run.time, "perf_counter", lambda: next(clock))
    watch = run.Stopwatch(run.parse("", ["--steps", "7", "--batch", "10"]), lambda: None)
    for _ in range(7):
        watch.step()
    assert watch.samples_per_second() == 20  # four steps of ten samples in two seconds
