"""transfers/repeated-uploads: a table goes up for each batch; tuned, once.

python examples/runs/repeated_uploads.py [--tuned]
"""

import sys

import torch

BATCHES, ROWS, COLUMNS = 50, 1 << 17, 96


def look_up(table, batch):
    return torch.softmax(table[batch] @ table.T, dim=1).sum()


def slow(table, batches):
    return [look_up(table.to("cuda", non_blocking=True), batch) for batch in batches]


def tuned(table, batches):
    on_gpu = table.to("cuda", non_blocking=True)
    return [look_up(on_gpu, batch) for batch in batches]


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(
        torch.rand(ROWS, COLUMNS).pin_memory(),
        [torch.randint(ROWS, (64,), device="cuda") for _ in range(BATCHES)],
    )
    torch.cuda.synchronize()
