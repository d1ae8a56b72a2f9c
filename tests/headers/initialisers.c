/* Every initialiser and one-liner is what zeroing and filling in by hand would be. Runs. */
#include "tarray.h"

#include <stdio.h>

static int failures = 0;

static void check(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        failures++;
    }
}

/* The bytes from `from` on are zero: behind `struct_size`, or all of them. */
static int zero_from(const void *memory, size_t from, size_t size) {
    const unsigned char *bytes = (const unsigned char *)memory;
    size_t at;
    for (at = from; at < size; at++) {
        if (bytes[at] != 0) {
            return 0;
        }
    }
    return 1;
}

#define SIZED(type, init)                                                              \
    do {                                                                               \
        static type made = init;                                                       \
        check(made.struct_size == sizeof(type), #init ": struct_size");                \
        check(zero_from(&made, sizeof(size_t), sizeof(type)), #init ": not all zero"); \
    } while (0)

#define PLAIN(type, init)                                                 \
    do {                                                                  \
        static type made = init;                                          \
        check(zero_from(&made, 0, sizeof(type)), #init ": not all zero"); \
    } while (0)

static void initialisers(void) {
    SIZED(ta_error, TA_ERROR_INIT);
    SIZED(ta_info, TA_INFO_INIT);
    SIZED(ta_options, TA_OPTIONS_INIT);
    SIZED(ta_export_options, TA_EXPORT_OPTIONS_INIT);
    SIZED(ta_repr_options, TA_REPR_OPTIONS_INIT);
    SIZED(ta_sequence_vtable, TA_SEQUENCE_VTABLE_INIT);
    PLAIN(ta_memory, TA_MEMORY_INIT);
    PLAIN(ta_buffer, TA_BUFFER_INIT);
    PLAIN(ta_typed_scalar, TA_TYPED_SCALAR_INIT);
}

static void dtypes(void) {
    ta_dtype dtype = ta_float32();
    check(dtype.code == TA_FLOAT && dtype.bits == 32 && dtype.lanes == 1, "ta_float32");
    dtype = ta_complex128();
    check(dtype.code == TA_COMPLEX && dtype.bits == 128 && dtype.lanes == 1, "ta_complex128");
    dtype = ta_float4_e2m1fn();
    check(dtype.code == TA_FLOAT4_E2M1FN && dtype.bits == 4, "ta_float4_e2m1fn");
    check(ta_dtype_equal(ta_bool(), ta_dtype_make(TA_BOOL, 8)), "ta_bool");
    check(!ta_dtype_equal(ta_int8(), ta_uint8()), "ta_dtype_equal");
    check(ta_device_cpu().device_type == TA_DEVICE_CPU, "ta_device_cpu");
}

static void numbers(void) {
    ta_scalar complex_number = ta_scalar_complex(1.0, 2.0);
    check(complex_number.value.c[0] < 1.5 && complex_number.value.c[1] > 1.5, "ta_scalar_complex");
    check(ta_scalar_bool(5).value.i == 1, "ta_scalar_bool");
    check(ta_scalar_int(-1).value.i == -1, "ta_scalar_int");
    check(ta_scalar_uint(7).value.u == 7, "ta_scalar_uint");
    check(ta_scalar_float(0.5).value.f > 0.4, "ta_scalar_float");
    check(ta_source_bool(1).value.scalar.kind == TA_SCALAR_BOOL, "ta_source_bool");
    check(ta_source_uint(1).value.scalar.kind == TA_SCALAR_UINT, "ta_source_uint");
    check(ta_source_float(1.0).value.scalar.kind == TA_SCALAR_FLOAT, "ta_source_float");
    check(ta_source_complex(1.0, 2.0).value.scalar.kind == TA_SCALAR_COMPLEX, "ta_source_complex");
}

static void sources(void) {
    static ta_memory memory = TA_MEMORY_INIT;
    static ta_buffer buffer = TA_BUFFER_INIT;
    static ta_sequence_vtable vtable = TA_SEQUENCE_VTABLE_INIT;
    int there = 0;
    ta_source source = ta_source_make(0);
    check(source.struct_size == sizeof(source), "ta_source_make: struct_size");
    check(zero_from(&source, sizeof(size_t), sizeof(source)), "ta_source_make: not all zero");
    source = ta_source_tensor(NULL);
    check(source.kind == TA_SOURCE_TENSOR && source.value.tensor == NULL, "ta_source_tensor");
    memory.data = &there;
    source = ta_source_memory(memory);
    check(source.kind == TA_SOURCE_MEMORY && source.value.memory.data == &there, "ta_source_memory");
    buffer.data = &there;
    source = ta_source_buffer(buffer);
    check(source.kind == TA_SOURCE_BUFFER && source.value.buffer.data == &there, "ta_source_buffer");
    source = ta_source_typed_scalar(&there, ta_int32());
    check(source.kind == TA_SOURCE_TYPED_SCALAR && source.value.typed_scalar.data == &there,
          "ta_source_typed_scalar");
    source = ta_source_sequence(&vtable, &there);
    check(source.kind == TA_SOURCE_SEQUENCE && source.value.sequence.user_data == &there,
          "ta_source_sequence");
    check(ta_source_dlpack(NULL).kind == TA_SOURCE_DLPACK, "ta_source_dlpack");
    check(ta_source_dlpack_legacy(NULL).kind == TA_SOURCE_DLPACK_LEGACY,
          "ta_source_dlpack_legacy");
}

int main(void) {
    initialisers();
    dtypes();
    numbers();
    sources();
    return failures == 0 ? 0 : 1;
}
