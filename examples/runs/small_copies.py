"""transfers/small-copies: 64 copies of 4 KiB before each evaluation; tuned, one of 256 KiB.

python examples/runs/small_copies.py [--tuned]
"""

import sys

import torch

STEPS, PIECES, ELEMENTS = 50, 64, 1024


def evaluate(pieces):
    table = torch.stack(pieces)
    for _ in range(20):
        table = torch.tanh(table @ table.T @ table)
    return table


def slow(pieces):
    return evaluate([piece.to("cuda", non_blocking=True) for piece in pieces.unbind()])


def tuned(pieces):
    return evaluate(list(pieces.to("cuda", non_blocking=True).unbind()))


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    host = torch.rand(PIECES, ELEMENTS).pin_memory()
    for _ in range(STEPS):
        run(host)
    torch.cuda.synchronize()
