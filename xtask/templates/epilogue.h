/* End of the declarations. */

/* ======================================================================
 * One-liners
 * ====================================================================== */

/** A dtype of one lane: one of the `TA_INT` … `TA_FLOAT4_E2M1FN` codes, and its bits. */
TA_INLINE ta_dtype ta_dtype_make(uint8_t code, uint8_t bits) {
    ta_dtype dtype;
    dtype.code = code;
    dtype.bits = bits;
    dtype.lanes = 1;
    return dtype;
}

/** Whether two dtypes are the same: 1 or 0. */
TA_INLINE int ta_dtype_equal(ta_dtype a, ta_dtype b) {
    return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
}

/* The dtypes that have a name everywhere. */
TA_INLINE ta_dtype ta_bool(void) { return ta_dtype_make(TA_BOOL, 8); }
TA_INLINE ta_dtype ta_int8(void) { return ta_dtype_make(TA_INT, 8); }
TA_INLINE ta_dtype ta_int16(void) { return ta_dtype_make(TA_INT, 16); }
TA_INLINE ta_dtype ta_int32(void) { return ta_dtype_make(TA_INT, 32); }
TA_INLINE ta_dtype ta_int64(void) { return ta_dtype_make(TA_INT, 64); }
TA_INLINE ta_dtype ta_uint8(void) { return ta_dtype_make(TA_UINT, 8); }
TA_INLINE ta_dtype ta_uint16(void) { return ta_dtype_make(TA_UINT, 16); }
TA_INLINE ta_dtype ta_uint32(void) { return ta_dtype_make(TA_UINT, 32); }
TA_INLINE ta_dtype ta_uint64(void) { return ta_dtype_make(TA_UINT, 64); }
TA_INLINE ta_dtype ta_float16(void) { return ta_dtype_make(TA_FLOAT, 16); }
TA_INLINE ta_dtype ta_float32(void) { return ta_dtype_make(TA_FLOAT, 32); }
TA_INLINE ta_dtype ta_float64(void) { return ta_dtype_make(TA_FLOAT, 64); }
TA_INLINE ta_dtype ta_bfloat16(void) { return ta_dtype_make(TA_BFLOAT, 16); }
TA_INLINE ta_dtype ta_complex32(void) { return ta_dtype_make(TA_COMPLEX, 32); }
TA_INLINE ta_dtype ta_complex64(void) { return ta_dtype_make(TA_COMPLEX, 64); }
TA_INLINE ta_dtype ta_complex128(void) { return ta_dtype_make(TA_COMPLEX, 128); }
TA_INLINE ta_dtype ta_float8_e3m4(void) { return ta_dtype_make(TA_FLOAT8_E3M4, 8); }
TA_INLINE ta_dtype ta_float8_e4m3(void) { return ta_dtype_make(TA_FLOAT8_E4M3, 8); }
TA_INLINE ta_dtype ta_float8_e4m3b11fnuz(void) { return ta_dtype_make(TA_FLOAT8_E4M3B11FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e4m3fn(void) { return ta_dtype_make(TA_FLOAT8_E4M3FN, 8); }
TA_INLINE ta_dtype ta_float8_e4m3fnuz(void) { return ta_dtype_make(TA_FLOAT8_E4M3FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e5m2(void) { return ta_dtype_make(TA_FLOAT8_E5M2, 8); }
TA_INLINE ta_dtype ta_float8_e5m2fnuz(void) { return ta_dtype_make(TA_FLOAT8_E5M2FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e8m0fnu(void) { return ta_dtype_make(TA_FLOAT8_E8M0FNU, 8); }
TA_INLINE ta_dtype ta_float6_e2m3fn(void) { return ta_dtype_make(TA_FLOAT6_E2M3FN, 6); }
TA_INLINE ta_dtype ta_float6_e3m2fn(void) { return ta_dtype_make(TA_FLOAT6_E3M2FN, 6); }
TA_INLINE ta_dtype ta_float4_e2m1fn(void) { return ta_dtype_make(TA_FLOAT4_E2M1FN, 4); }

/** A device by its `TA_DEVICE_…` type and index. */
TA_INLINE ta_device ta_device_make(int32_t device_type, int32_t index) {
    ta_device device;
    device.device_type = device_type;
    device.index = index;
    return device;
}

/** The CPU. */
TA_INLINE ta_device ta_device_cpu(void) {
    return ta_device_make(TA_DEVICE_CPU, 0);
}

/** A scalar of `kind`, whose value is still zero. */
TA_INLINE ta_scalar ta_scalar_make(int32_t kind) {
    ta_scalar scalar;
    memset(&scalar, 0, sizeof(scalar));
    scalar.kind = kind;
    return scalar;
}

/** A truth value: false for 0, else true. */
TA_INLINE ta_scalar ta_scalar_bool(int value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_BOOL);
    scalar.value.i = value != 0;
    return scalar;
}

/** A signed integer. */
TA_INLINE ta_scalar ta_scalar_int(int64_t value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_INT);
    scalar.value.i = value;
    return scalar;
}

/** An unsigned integer. */
TA_INLINE ta_scalar ta_scalar_uint(uint64_t value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_UINT);
    scalar.value.u = value;
    return scalar;
}

/** A real number. */
TA_INLINE ta_scalar ta_scalar_float(double value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_FLOAT);
    scalar.value.f = value;
    return scalar;
}

/** A complex number. */
TA_INLINE ta_scalar ta_scalar_complex(double real, double imaginary) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_COMPLEX);
    scalar.value.c[0] = real;
    scalar.value.c[1] = imaginary;
    return scalar;
}

/** A source of `kind`, whose member is still zero. */
TA_INLINE ta_source ta_source_make(int32_t kind) {
    ta_source source;
    memset(&source, 0, sizeof(source));
    source.struct_size = sizeof(source);
    source.kind = kind;
    return source;
}

/** A tensor as a source. */
TA_INLINE ta_source ta_source_tensor(const ta_tensor *tensor) {
    ta_source source = ta_source_make(TA_SOURCE_TENSOR);
    source.value.tensor = tensor;
    return source;
}

/** Strided memory as a source. */
TA_INLINE ta_source ta_source_memory(ta_memory memory) {
    ta_source source = ta_source_make(TA_SOURCE_MEMORY);
    source.value.memory = memory;
    return source;
}

/** One element at `data`, of a dtype, in this machine's byte order, as a source. */
TA_INLINE ta_source ta_source_typed_scalar(const void *data, ta_dtype dtype) {
    ta_source source = ta_source_make(TA_SOURCE_TYPED_SCALAR);
    source.value.typed_scalar.data = data;
    source.value.typed_scalar.dtype = dtype;
    return source;
}

/** A DLPack tensor as a source; taken when the call returns TA_OK. */
TA_INLINE ta_source ta_source_dlpack(struct DLManagedTensorVersioned *managed) {
    ta_source source = ta_source_make(TA_SOURCE_DLPACK);
    source.value.dlpack = managed;
    return source;
}

/** A DLPack tensor without a version as a source; taken when the call returns TA_OK. */
TA_INLINE ta_source ta_source_dlpack_legacy(struct DLManagedTensor *managed) {
    ta_source source = ta_source_make(TA_SOURCE_DLPACK_LEGACY);
    source.value.dlpack_legacy = managed;
    return source;
}

/** Bytes as a source. */
TA_INLINE ta_source ta_source_buffer(ta_buffer buffer) {
    ta_source source = ta_source_make(TA_SOURCE_BUFFER);
    source.value.buffer = buffer;
    return source;
}

/** A scalar as a source. */
TA_INLINE ta_source ta_source_scalar(ta_scalar scalar) {
    ta_source source = ta_source_make(TA_SOURCE_SCALAR);
    source.value.scalar = scalar;
    return source;
}

/** A truth value as a source: false for 0, else true. */
TA_INLINE ta_source ta_source_bool(int value) {
    return ta_source_scalar(ta_scalar_bool(value));
}

/** A signed integer as a source. */
TA_INLINE ta_source ta_source_int(int64_t value) {
    return ta_source_scalar(ta_scalar_int(value));
}

/** An unsigned integer as a source. */
TA_INLINE ta_source ta_source_uint(uint64_t value) {
    return ta_source_scalar(ta_scalar_uint(value));
}

/** A real number as a source. */
TA_INLINE ta_source ta_source_float(double value) {
    return ta_source_scalar(ta_scalar_float(value));
}

/** A complex number as a source. */
TA_INLINE ta_source ta_source_complex(double real, double imaginary) {
    return ta_source_scalar(ta_scalar_complex(real, imaginary));
}

/** A sequence as a source: its callbacks, and what they are told. */
TA_INLINE ta_source ta_source_sequence(const ta_sequence_vtable *vtable, void *user_data) {
    ta_source source = ta_source_make(TA_SOURCE_SEQUENCE);
    source.value.sequence.vtable = vtable;
    source.value.sequence.user_data = user_data;
    return source;
}

#ifdef __cplusplus
}
#endif

#endif /* TARRAY_H */
