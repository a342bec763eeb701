"""The long run: `python -m tests.emulator.fuzz --trials 1000000`. Exit 1 if a mutant ended badly."""

import argparse
import sys
import time
from collections import Counter

from tests.emulator.fuzz.campaign import campaign
from tests.emulator.fuzz.trial import trial


def main() -> int:
    """Run trials, print how they ended, and each failure as it is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the number of the first trial")
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=0, help="0: one a core")
    parser.add_argument("--native-share", type=float, default=None, help="0 to 1: trials run as native code")
    parser.add_argument("--show", type=int, help="print the mutant with this number, and nothing else")
    given = parser.parse_args()
    if given.show is not None:
        print(trial(given.show).text)
        return 0
    counts: Counter[str] = Counter()
    start = time.monotonic()
    numbers = range(given.first, given.first + given.trials)
    for outcome in campaign(numbers, given.processes, given.native_share):
        counts += outcome.counts
        for number, reason in outcome.failures.items():
            print(f"trial {number}: {reason}", flush=True)
        done = sum(counts.values())
        print(f"{done:,} trials in {time.monotonic() - start:.0f} s: {dict(counts)}", file=sys.stderr)
    return 1 if counts["failed"] or counts["crashed"] else 0


sys.exit(main())
