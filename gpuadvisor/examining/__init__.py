"""What this machine has: driver, GPUs, frameworks, profilers, the tool's own parts."""
