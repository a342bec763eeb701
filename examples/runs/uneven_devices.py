"""launch/uneven-devices: two GPUs, one of which has most to do; tuned, both have as much. Needs two GPUs.

python examples/runs/uneven_devices.py [--tuned]
"""

import sys

import torch

ROUNDS, SIZE = 100, 2048


if __name__ == "__main__":
    shares = (2, 2) if "--tuned" in sys.argv else (3, 1)
    states = [torch.rand(SIZE, SIZE, device=f"cuda:{index}") for index in range(2)]
    for _ in range(ROUNDS):
        for index, share in enumerate(shares):
            for _ in range(share):
                states[index] = torch.tanh(states[index] @ states[index])
    for index in range(2):
        torch.cuda.synchronize(index)
