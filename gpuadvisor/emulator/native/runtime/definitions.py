"""The library that all kernels need; each definition may call those before it."""

from gpuadvisor.emulator.native.runtime import access, barriers, blocks, convergence, counts, phases, samples

DEFINITIONS = (
    counts.define_first_of_kind,
    counts.define_bank_passes,
    counts.define_count_global,
    counts.define_count_shared,
    samples.define_keep_sample,
    access.define_keep_trace,
    access.define_find_buffers,
    access.define_touch,
    access.define_access_global,
    access.define_access_shared,
    access.define_access_local,
    convergence.define_gather_lanes,
    convergence.define_wait_for_block,
    convergence.define_wait_for_warp,
    convergence.define_lanes_ended,
    phases.define_change_phase,
    barriers.define_release_at,
    barriers.define_release_barriers,
    barriers.define_reach_barrier,
    blocks.define_prepare_warp,
    blocks.define_release_barrier,
    blocks.define_run_blocks,
)
