"""Executes the PTX of a kernel on the CPU and counts what NVIDIA's counters count.

Decoder (`decoder`, `program`), executor and counters are separate: only the executor is about speed.
"""
