import pytest

from gpuadvisor.compiler.templates import kernel_templates

DECLARATIONS = {
    "template <typename T, int N = 4>\n__global__ void scan(T* x, const int n) { if (n) { x[0] = 1; } }": [
        "scan"
    ],
    "template<class T> __global__ void __launch_bounds__(256, 2) bounded(T* x) {}": ["bounded"],
    "template<class T> __launch_bounds__(256) __global__ void before(T* x) {}": ["before"],
    "template<class T> __global__ void __cluster_dims__(2, 1, 1) clusters(T* x) {}": ["clusters"],
    "template<class... Ts> static __global__ void variadic(Ts... xs);": ["variadic"],
    "template<class T, class = std::enable_if_t<(sizeof(T) > 4)>> __global__ void wide(T* x) {}": ["wide"],
    "template<template<class> class C> __global__ void nested(C<int> x) {}": ["nested"],
    "namespace a { namespace b::c { template<int N> __global__ void deep() {} } }": ["a::b::c::deep"],
    "namespace a { void f() { { } } } template<int N> __global__ void after() {}": ["after"],
    "namespace { template<int N> __global__ void anonymous() {} }": ["anonymous"],
    "inline namespace v1 { template<int N> __global__ void versioned() {} }": ["v1::versioned"],
    "template<int N> __global__ void twice(); template<int N> __global__ void twice() {}": ["twice"],
    "// template<int N> __global__ void commented() {}": [],
    "/* template<int N> __global__ void commented() {} */": [],
    'auto text = "template<int N> __global__ void quoted() {}";': [],
    "template<class T> __device__ T helper(T x) { return x; } __global__ void plain(int* x) {}": [],
    "template<class T> struct S { T x; }; __global__ void plain(S<int> s) {}": [],
    "template __global__ void scan<float, 4>(float*, int);": [],
    "template<> __global__ void scan<int, 4>(int* x, int n) {}": [],
}


@pytest.mark.parametrize(("text", "names"), DECLARATIONS.items())
def test_kernel_templates_are_found(text: str, names: list[str]) -> None:
    assert list(kernel_templates([text])) == names


def test_long_sources_take_no_time() -> None:
    text = "template <class T> __global__ void " + "word " * 50_000 + "template <" + "class T, " * 20_000
    assert kernel_templates([text]) == ()
