"""What child processes look at: one module per thing, whose `look()` tells what is there and judges nothing.

Drivers and frameworks may hang or crash where they are installed badly; here that costs a child process.
"""
