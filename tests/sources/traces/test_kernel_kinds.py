"""Kernels' names as published profiles show them, and what they say."""

import pytest

from gpuadvisor.sources.traces.kernel_kinds import precision, role

NAMES = {
    "ampere_sgemm_128x64_nn": ("matrix", "float32"),
    "void cutlass::Kernel2<cutlass_80_simt_sgemm_128x128_8x4_nt_align1>": ("matrix", "float32"),
    "cutlass3x_sm100_simt_sgemm_f32_f32_f32_f32_f32_64x32x16_1x1x1_3_tnn_align1": ("matrix", "float32"),
    "cutlass_80_tensorop_s1688gemm_128x256_16x3_nn_align4": ("matrix", "tf32"),
    "sm80_xmma_gemm_f32f32_tf32f32_f32_tn_n_tilesize128x128x16_stage4": ("matrix", "tf32"),
    "turing_fp16_s1688gemm_fp16_128x128_ldg8_f2f_nn": ("matrix", "float16"),
    "volta_fp16_s884gemm_fp16_128x128_ldg8_f2f_nn": ("matrix", "float16"),
    "ampere_h16816gemm_128x128_ldg8_stages_32x5_nn": ("matrix", "float16"),
    "ampere_bf16_s1688gemm_bf16_128x64_sliced1x2_ldg8_f2f_tn": ("matrix", "bfloat16"),
    "ampere_bf16_s16816gemm_bf16_128x128_ldg8_f2f_stages_32x5_nn": ("matrix", "bfloat16"),
    "nvjet_tst_256x160_64x5_2x1_2cta_v_bz_TNT": ("matrix", "bfloat16"),
    "nvjet_sm100_tst_64x16_64x16_2x4_2cta_h_bz_splitK_TNN": ("matrix", "bfloat16"),
    "nvjet_hsh_128x256_64x4_2x1_v_bz_coopA_TNN": ("matrix", "float16"),
    "ampere_dgemm_64x64_nn": ("matrix", "float64"),
    "cutlass_80_tensorop_d884gemm_32x32_16x5_nn_align1": ("matrix", "float64"),
    "void cudnn::cnn::implicit_convolve_sgemm<float, float, 1024, 5, 5, 3, 3, 3, 1, true, false>": (
        "convolution", "float32",
    ),
    "volta_scudnn_128x64_relu_interior_nn_v1": ("convolution", "float32"),
    "sm86_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nhwckrsc_nhwc": ("convolution", "bfloat16"),
    "void cudnn::ops::nchwToNhwcKernel<__half, __half, float, false, true>": ("layout", "float16"),
    "void cudnn::engines_precompiled::nhwcToNchwKernel<float, __half, float>": ("layout", "float16"),
    "void tensorflow::functor::SwapDimension1And2InTensor3UsingTiles<unsigned int, 256>": ("layout", None),
    "void cudnn::bn_fw_tr_1C11_kernel_NCHW<float, float, int, 512, true, 1, true>": (None, "float32"),
    "void gemv2T_kernel_val<int, int, float, float, float, float, 128, 16, 4, 4>": (None, None),
    "void RNN_blockPersist_fp_LSTM<float, float, float, 128>": ("recurrent", "float32"),
    "void (anonymous namespace)::softmax_warp_forward<c10::BFloat16, float, 10, false>": (
        "softmax", "bfloat16",
    ),
    "void Eigen::internal::EigenMetaKernel<Eigen::TensorEvaluator<double> >": ("eager", "float64"),
    "void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<double> >": (None, "float64"),
    "fusion_12": (None, None),
}  # fmt: skip
"""By name: the role and the precision."""
FUSED_ADAM = (
    "void at::native::(anonymous namespace)::multi_tensor_apply_kernel<TensorListMetadata<4>, "
    "FusedAdamMathFunctor<float, 4> >(TensorListMetadata<4>, FusedAdamMathFunctor<float, 4>, double, double)"
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_tells(name: str) -> None:
    assert (role(name), precision(name)) == NAMES[name]


def test_doubles_among_the_parameters_make_no_kernel_a_double_one() -> None:
    assert precision(FUSED_ADAM) == "float32"
