"""deep-learning/input-in-process

Slow: the training process loads its batches itself.
Tuned: workers load ahead.

python examples/runs/input_in_process.py [--tuned]
"""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SAMPLES, BATCH, EFFORT = (1024, 64, 4) if DEVICE == "cuda" else (96, 8, 4)


class Images(Dataset):
    """Images that take some milliseconds of the host each."""

    def __len__(self):
        return SAMPLES

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        image = torch.rand(3, 64, 64, generator=generator)
        for _ in range(EFFORT):
            image = torch.sort(image.flatten()).values.reshape(3, 64, 64)
        return image, index % 10


def train(loader, epochs=1):
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 10)).to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(epochs):
        for images, labels in loader:
            outputs = model(images.to(DEVICE, non_blocking=True))
            loss = nn.functional.cross_entropy(outputs, labels.to(DEVICE, non_blocking=True))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def slow():
    train(DataLoader(Images(), batch_size=BATCH))


def tuned():
    pinned = DEVICE == "cuda"
    train(DataLoader(Images(), batch_size=BATCH, num_workers=4, pin_memory=pinned, persistent_workers=True))


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
