"""The device heap over launches: what is kept for a later one is not lost."""

from functools import cache

import numpy as np

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from tests.emulator.checking.harness import check, row
from tests.emulator.harness import compiled, launch_of

SOURCE = """
struct Node { Node* next; int value; };
__device__ Node* list;

extern "C" __global__ void push(int n) {
    for (int i = 0; i < n; ++i) {
        Node* node = static_cast<Node*>(malloc(sizeof(Node)));
        if (!node) return;
        node->next = list;
        node->value = i;
        list = node;
    }
}

extern "C" __global__ void drop(int* out) {
    int sum = 0;
    while (list) {
        Node* node = list;
        list = node->next;
        sum += node->value;
        free(node);
    }
    *out = sum;
}

extern "C" __global__ void lose(int* out) {
    *out = list->value;
    list = nullptr;
    list = static_cast<Node*>(malloc(sizeof(Node)));
    list = nullptr;
}
"""
LAUNCH = launch_of(1, 1)


@cache
def program() -> Program:
    return compiled(SOURCE)


def test_a_list_may_outlive_its_launch() -> None:
    memory, out = GlobalMemory(), np.zeros(1, np.int32)
    assert check(program(), "push", LAUNCH, [np.int32(4)], memory=memory) == []
    assert check(program(), "drop", LAUNCH, [out], memory=memory) == []


def test_memory_without_a_pointer_is_lost() -> None:
    memory, out = GlobalMemory(), np.zeros(1, np.int32)
    check(program(), "push", LAUNCH, [np.int32(1)], memory=memory)
    (finding,) = check(program(), "lose", LAUNCH, [out], memory=memory)
    assert row(finding)[0] == "memory-leak"
    assert finding.count == 1


def test_memory_of_the_check_is_given_back() -> None:
    memory = GlobalMemory()
    check(program(), "push", LAUNCH, [np.int32(0)], memory=memory)
    before = memory.ranges()[0].tolist()
    check(program(), "push", LAUNCH, [np.int32(0)], memory=memory)
    assert memory.ranges()[0].tolist() == before
