"""launch/idle-after-last-kernel: all images are compressed at the end; tuned, by threads meanwhile.

python examples/runs/idle_after_last_kernel.py [--tuned]
"""

import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import torch

VIEWS, SIZE = 40, 1024


def render(view):
    image = torch.full((SIZE, SIZE), float(view), device="cuda")
    for _ in range(50):
        image = torch.sin(image @ image)
    return image.cpu().numpy().tobytes()


def slow():
    return [zlib.compress(image) for image in [render(view) for view in range(VIEWS)]]


def tuned():
    with ThreadPoolExecutor(4) as writers:
        return list(writers.map(zlib.compress, map(render, range(VIEWS))))


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run()
    torch.cuda.synchronize()
