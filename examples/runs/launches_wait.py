"""launch/launches-wait: CUDA_LAUNCH_BLOCKING was left on; tuned, it is off.

python examples/runs/launches_wait.py [--tuned]
"""

import os
import sys

os.environ["CUDA_LAUNCH_BLOCKING"] = "0" if "--tuned" in sys.argv else "1"  # read when CUDA starts

import torch

STEPS, SIZE = 200, 1024

if __name__ == "__main__":
    state = torch.rand(SIZE, SIZE, device="cuda")
    for _ in range(STEPS):
        state = torch.tanh(state @ state)
    torch.cuda.synchronize()
