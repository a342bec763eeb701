"""transfers/pageable-copies: uploads from ordinary memory; tuned, from pinned memory and in their own stream.

python examples/runs/pageable_copies.py [--tuned]
"""

import sys

import torch

PARTS, ELEMENTS = 50, 6 << 20


def work(data):
    for _ in range(8):
        data = torch.sin(data)
    return data.sum()


def slow(parts):
    return [work(part.to("cuda")) for part in parts]


def tuned(parts):
    copying = torch.cuda.Stream()
    results = []
    for part in parts:
        with torch.cuda.stream(copying):
            data = part.to("cuda", non_blocking=True)
        torch.cuda.current_stream().wait_stream(copying)
        data.record_stream(torch.cuda.current_stream())
        results.append(work(data))
    return results


if __name__ == "__main__":
    given = [torch.rand(ELEMENTS) for _ in range(PARTS)]
    if "--tuned" in sys.argv:
        tuned([part.pin_memory() for part in given])
    else:
        slow(given)
    torch.cuda.synchronize()
