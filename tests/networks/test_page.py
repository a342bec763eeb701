"""docs/networks.md names networks and rules that there are."""

import re

import pytest

from tests.networks.training import FOLDER, NETWORKS

CHECKOUT = FOLDER.parents[1]
PAGE = (CHECKOUT / "docs" / "networks.md").read_text()
RULES = sorted(set(re.findall(r"`((?:deep-learning|transfers|launch)/[a-z0-9-]+)`", PAGE)))


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_it_names_exist(rule: str) -> None:
    assert (CHECKOUT / "rules" / f"{rule}.md").is_file()


def test_it_tells_what_each_network_shows_in_both_frameworks() -> None:
    shown = PAGE.partition("## Slow and tuned")[0]
    assert re.findall(r"^\| `(\w+)` \|", shown, re.MULTILINE) == list(NETWORKS)
    models = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("common")}
    assert models == {f"{name}_{framework}" for name in NETWORKS for framework in ("torch", "keras")}
