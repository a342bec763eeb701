"""transfers/copies-on-the-compute-stream: copies and kernels take turns; tuned, copies have their own stream.

python examples/runs/copies_on_the_compute_stream.py [--tuned]
"""

import sys

import torch

PARTS, ELEMENTS = 50, 6 << 20


def work(data):
    for _ in range(8):
        data = torch.sin(data)
    return data.sum()


def slow(parts):
    return [work(part.to("cuda", non_blocking=True)) for part in parts]


def tuned(parts):
    copying = torch.cuda.Stream()

    def upload(part):
        with torch.cuda.stream(copying):
            return part.to("cuda", non_blocking=True)

    results = []
    ahead = upload(parts[0])
    for following in [*parts[1:], None]:
        torch.cuda.current_stream().wait_stream(copying)
        data = ahead
        data.record_stream(torch.cuda.current_stream())
        ahead = None if following is None else upload(following)
        results.append(work(data))
    return results


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run([torch.rand(ELEMENTS).pin_memory() for _ in range(PARTS)])
    torch.cuda.synchronize()
