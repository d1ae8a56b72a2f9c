// The structs of tarray.h that this binding fills and reads, and where their fields are.
// A test holds them against include/tarray.cdef.

import koffi from 'koffi';

const dtype = { code: 'uint8_t', bits: 'uint8_t', lanes: 'uint16_t' };
const device = { device_type: 'int32_t', index: 'int32_t' };

const ta_dtype = koffi.struct('ta_dtype', dtype);
const ta_device = koffi.struct('ta_device', device);

const ta_provenance = koffi.struct('ta_provenance', {
    origin: 'int32_t',
    aliased: 'int32_t',
    reason: 'int32_t',
    staged: 'int32_t',
});

const ta_error = koffi.struct('ta_error', {
    struct_size: 'size_t',
    status: 'int32_t',
    reserved: 'int32_t',
    message: koffi.array('char', 512),
});

const ta_info = koffi.struct('ta_info', {
    struct_size: 'size_t',
    data: 'void *',
    byte_offset: 'uint64_t',
    shape: 'int64_t *',
    strides: 'int64_t *',
    numel: 'int64_t',
    nbytes: 'uint64_t',
    flags: 'uint64_t',
    dlpack_flags: 'uint64_t',
    dtype: ta_dtype,
    ndim: 'int32_t',
    device: ta_device,
    provenance: ta_provenance,
    stream: 'int64_t',
});

const ta_memory = koffi.struct('ta_memory', {
    data: 'void *',
    shape: 'int64_t *',
    strides_bytes: 'int64_t *',
    dtype: ta_dtype,
    device: ta_device,
    ndim: 'int32_t',
    flags: 'uint64_t',
    byte_offset: 'uint64_t',
    stream: 'int64_t',
    reserved: koffi.array('uint64_t', 2),
    owner: 'void *',
    release: 'void *',
});

const ta_typed_scalar = koffi.struct('ta_typed_scalar', {
    data: 'void *',
    dtype: ta_dtype,
    reserved: 'int32_t',
    flags: 'uint64_t',
});

const ta_buffer = koffi.struct('ta_buffer', {
    data: 'void *',
    size_bytes: 'size_t',
    flags: 'uint64_t',
    reserved: koffi.array('uint64_t', 2),
    owner: 'void *',
    release: 'void *',
});

const ta_scalar_value = koffi.union('ta_scalar_value', {
    i: 'int64_t',
    u: 'uint64_t',
    f: 'double',
    c: koffi.array('double', 2),
});

const ta_scalar = koffi.struct('ta_scalar', {
    kind: 'int32_t',
    reserved: 'int32_t',
    value: ta_scalar_value,
});

const ta_sequence_vtable = koffi.struct('ta_sequence_vtable', {
    struct_size: 'size_t',
    len: 'void *',
    item: 'void *',
    read: 'void *',
});

const ta_sequence = koffi.struct('ta_sequence', { vtable: 'void *', user_data: 'void *' });

const ta_source_value = koffi.union('ta_source_value', {
    tensor: 'void *',
    memory: ta_memory,
    typed_scalar: ta_typed_scalar,
    dlpack: 'void *',
    dlpack_legacy: 'void *',
    buffer: ta_buffer,
    scalar: ta_scalar,
    sequence: ta_sequence,
    reserved: koffi.array('uint64_t', 20),
});

const ta_source = koffi.struct('ta_source', {
    struct_size: 'size_t',
    kind: 'int32_t',
    origin: 'int32_t',
    value: ta_source_value,
    made: 'int32_t',
    reserved: 'int32_t',
});

const ta_options = koffi.struct('ta_options', {
    struct_size: 'size_t',
    dtype: ta_dtype,
    default_dtype: ta_dtype,
    device: ta_device,
    copy: 'int32_t',
    requires_grad: 'int32_t',
    flags: 'uint64_t',
    accept: 'uint64_t',
    stream: 'int64_t',
});

const ta_export_options = koffi.struct('ta_export_options', {
    struct_size: 'size_t',
    max_major: 'uint32_t',
    max_minor: 'uint32_t',
    device: ta_device,
    copy: 'int32_t',
    reserved: 'int32_t',
    flags: 'uint64_t',
    stream: 'int64_t',
});

/** Every struct and union by its C name. */
export const types = {
    ta_dtype,
    ta_device,
    ta_provenance,
    ta_error,
    ta_info,
    ta_memory,
    ta_typed_scalar,
    ta_buffer,
    ta_scalar_value,
    ta_scalar,
    ta_sequence_vtable,
    ta_sequence,
    ta_source_value,
    ta_source,
    ta_options,
    ta_export_options,
};

function offsets(type) {
    const { size, members } = koffi.type(type);
    const fields = Object.values(members).map(({ name, offset }) => [name, offset]);
    return Object.freeze({ size, ...Object.fromEntries(fields) });
}

/** Offsets of the fields of each struct in bytes, and its `size`. */
export const error = offsets(ta_error);
export const info = offsets(ta_info);
export const memory = offsets(ta_memory);
export const typedScalar = offsets(ta_typed_scalar);
export const buffer = offsets(ta_buffer);
export const scalar = offsets(ta_scalar);
export const vtable = offsets(ta_sequence_vtable);
export const sequence = offsets(ta_sequence);
export const source = offsets(ta_source);
export const options = offsets(ta_options);
export const exportOptions = offsets(ta_export_options);
