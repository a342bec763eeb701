"""The library of kernels with textures or surfaces; each definition may call those before it."""

from gpuadvisor.emulator.native.textures import (
    axes,
    counting,
    cubes,
    fetching,
    formats,
    handles,
    surfaces,
    texels,
)

DEFINITIONS = (
    handles.define_find_image,
    handles.define_note_refused,
    counting.define_insert,
    counting.define_count_texels,
    axes.define_place_on_axis,
    cubes.define_find_face,
    texels.define_load_channel,
    texels.define_values_of,
    texels.define_word_of,
    fetching.define_fetch_texels,
    surfaces.define_place_on_surface,
    formats.define_channel_of,
    formats.define_store_texels,
)
