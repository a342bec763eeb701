"""launch/idle-before-first-kernel: text is parsed first; tuned, it has been parsed by an earlier run.

python examples/runs/idle_before_first_kernel.py [--tuned]
"""

import sys

import numpy as np
import torch

ROWS, SIZE, STEPS = 1 << 11, 1024, 100


def parse(lines):
    return np.array([[float(word) for word in line.split()] for line in lines], dtype=np.float32)


if __name__ == "__main__":
    torch.cuda.init()
    torch.cuda.synchronize()  # the recording begins here: what the program reads comes next
    if "--tuned" in sys.argv:
        table = np.zeros((ROWS, SIZE), dtype=np.float32)  # as np.load of a file that was parsed before
    else:
        table = parse([" ".join(["0.5"] * SIZE) for _ in range(ROWS)])
    state = torch.from_numpy(table).to("cuda")
    weights = torch.rand(SIZE, SIZE, device="cuda")
    for _ in range(STEPS):
        state = torch.tanh(state @ weights)
    torch.cuda.synchronize()
