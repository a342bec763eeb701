import pytest

from gpuadvisor.compiler.demangle import variable_name, written_name
from gpuadvisor.compiler.lookup import base_name, find_kernel
from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Resources

NAMES = {
    "_Z4scanIfLi4EEvPT_": "scan<float, 4>",
    "_Z4scanIfLi8EEvPT_": "scan<float, 8>",
    "_Z5saxpyifPKfPf": "saxpy",
    "_ZN3ops6detail6reduceILj256E3SumEEvPKfPf": "ops::detail::reduce<256u, Sum>",
    "_ZN12_GLOBAL__N_16hiddenEPf": "hidden",
    "_Z3mapI3AddIfEEvT_Pfi": "map<Add<float>>",
    "_Z4flagILb1ELc97EEvv": "flag<true, (char)97>",
    "_Z4copyIKfjEvPT_": "copy<float const, unsigned int>",
    "_Z8overloadPf": "overload",
    "_Z8overloadPi": "overload",
    "plain_c": "plain_c",
}


def module(instances: dict[str, str] | None = None, templates: tuple[str, ...] = ()) -> CompiledModule:
    resources = Resources(
        compiler="nvrtc 13.5",
        compute_capability="9.0",
        registers_per_thread=8,
        static_shared_bytes=0,
        local_bytes=0,
        spill_store_bytes=0,
        spill_load_bytes=0,
        barriers=0,
    )
    return CompiledModule(
        ptx="",
        cubin=b"",
        compiler="nvrtc 13.5",
        compute_capability="9.0",
        resources=dict.fromkeys(NAMES, resources),
        names=NAMES,
        instances=instances or {},
        templates=templates,
    )


@pytest.mark.parametrize(("mangled", "written"), NAMES.items())
def test_mangled_names_become_written_names(mangled: str, written: str) -> None:
    assert written_name(mangled) == written


@pytest.mark.parametrize(
    "nvcc_and_nvrtc",
    [
        "_ZN41_GLOBAL__N__00000000_4_k_cu_7a64df42_79176hiddenEPi",
        "_ZN32_GLOBAL__N__c06ee813_4_w_cu_main6hiddenEPi",
    ],
)
def test_the_compilers_own_anonymous_namespaces_are_left_out(nvcc_and_nvrtc: str) -> None:
    assert written_name(nvcc_and_nvrtc) == "hidden"


@pytest.mark.parametrize(
    ("written", "mangled"),
    [
        ("scan<float, 4>", "_Z4scanIfLi4EEvPT_"),
        ("scan<float,4>", "_Z4scanIfLi4EEvPT_"),
        (" scan < float , 4 > ", "_Z4scanIfLi4EEvPT_"),
        ("scan<float, (int)4>", "_Z4scanIfLi4EEvPT_"),
        ("scan<float, 0x8>", "_Z4scanIfLi8EEvPT_"),
        ("scan<float, 08>", "_Z4scanIfLi8EEvPT_"),
        ("::scan<float, 8u>", "_Z4scanIfLi8EEvPT_"),
        ("saxpy", "_Z5saxpyifPKfPf"),
        ("_Z5saxpyifPKfPf", "_Z5saxpyifPKfPf"),
        ("ops::detail::reduce<256, Sum>", "_ZN3ops6detail6reduceILj256E3SumEEvPKfPf"),
        ("detail::reduce<256,Sum>", "_ZN3ops6detail6reduceILj256E3SumEEvPKfPf"),
        ("reduce", "_ZN3ops6detail6reduceILj256E3SumEEvPKfPf"),
        ("reduce<256>", "_ZN3ops6detail6reduceILj256E3SumEEvPKfPf"),
        ("hidden", "_ZN12_GLOBAL__N_16hiddenEPf"),
        ("map<Add<float> >", "_Z3mapI3AddIfEEvT_Pfi"),
        ("map", "_Z3mapI3AddIfEEvT_Pfi"),
        ("flag<1, 97>", "_Z4flagILb1ELc97EEvv"),
        ("copy<const float, unsigned>", "_Z4copyIKfjEvPT_"),
        ("plain_c", "plain_c"),
    ],
)
def test_a_kernel_is_found_as_people_write_it(written: str, mangled: str) -> None:
    assert find_kernel(module(), written) == mangled


def test_an_instance_asked_for_under_an_alias_is_found() -> None:
    aliased = module(instances={"scan<real, width>": "_Z4scanIfLi8EEvPT_"})
    assert find_kernel(aliased, "scan<real,width>") == "_Z4scanIfLi8EEvPT_"


@pytest.mark.parametrize(
    ("written", "choices"),
    [
        ("scan", "scan<float, 4>, scan<float, 8>"),
        ("scan<float>", "scan<float, 4>, scan<float, 8>"),
        ("overload", "_Z8overloadPf, _Z8overloadPi"),
    ],
)
def test_several_meanings_are_listed(written: str, choices: str) -> None:
    with pytest.raises(GpuAdvisorError, match="any of several") as caught:
        find_kernel(module(), written)
    assert caught.value.remedy == f"name one: {choices}"


@pytest.mark.parametrize(
    ("written", "closest"),
    [("saxpi", "saxpy"), ("scan<double,4>", "scan<float, 4>"), ("reduces", "ops::detail::red")],
)
def test_an_unknown_name_lists_the_closest_first(written: str, closest: str) -> None:
    with pytest.raises(GpuAdvisorError, match="there is no kernel") as caught:
        find_kernel(module(), written)
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith(f"there are: {closest}")
    assert "plain_c" in caught.value.remedy


@pytest.mark.parametrize("written", ["sort", "sort<float>", "ops::sort<float>"])
def test_a_template_without_instance_says_how_to_name_one(written: str) -> None:
    with pytest.raises(GpuAdvisorError, match="not instantiated") as caught:
        find_kernel(module(templates=("scan", "ops::sort")), written)
    assert "--kernel 'ops::sort<...>'" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("scan<float>", "scan"),
        ("a<int>::scan<b<c>, 4>", "a<int>::scan"),
        ("scan", "scan"),
        ("a<int>::k", "a<int>::k"),
    ],
)
def test_base_name(written: str, base: str) -> None:
    assert base_name(written) == base


@pytest.mark.parametrize(
    ("mangled", "name"),
    [
        ("_ZZ15transpose_tiledPfPKfiE4tile", "tile"),
        ("_ZZN2ns4scanIfLi4EEEvPT_iE4buff_0", "buff"),
        ("_ZN5cache5tableE", "table"),
        ("in", "in"),
    ],
)
def test_a_variable_is_named_without_its_scopes(mangled: str, name: str) -> None:
    assert variable_name(mangled) == name
