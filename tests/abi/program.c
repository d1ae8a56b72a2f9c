/*
 * A program of the first release: it uses what that had and nothing later, and is compiled with
 * every frozen header. It must go on building and running.
 */
#include "tarray.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                          \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, said.message); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

static ta_error said = TA_ERROR_INIT;
static float data[] = {1, 2, 3, 4, 5, 6};
static const int64_t two_by_three[] = {2, 3};
static int releases;

static void release(void *owner)
{
    ++*(int *)owner;
}

static ta_memory memory(void)
{
    ta_memory given = TA_MEMORY_INIT;
    given.data = data;
    given.dtype = ta_float32();
    given.ndim = 2;
    given.shape = two_by_three;
    given.owner = &releases;
    given.release = release;
    return given;
}

static double item(const ta_tensor *tensor, int64_t row, int64_t column)
{
    const int64_t index[] = {row, column};
    ta_scalar value;
    REQUIRE(ta_item(tensor, index, &value, &said) == TA_OK);
    REQUIRE(value.kind == TA_SCALAR_FLOAT);
    return value.value.f;
}

static void shared(void)
{
    const ta_source source = ta_source_memory(memory());
    ta_options options = TA_OPTIONS_INIT;
    ta_info info = TA_INFO_INIT;
    ta_tensor *tensor = NULL, *again = NULL;
    options.copy = TA_COPY_NEVER;
    REQUIRE(ta_asarray(&source, &options, &tensor, &said) == TA_OK);
    REQUIRE(ta_describe(tensor, &info, &said) == TA_OK);
    REQUIRE(info.data == data && info.numel == 6 && info.nbytes == sizeof data);
    REQUIRE(info.ndim == 2 && info.shape[1] == 3 && info.strides[0] == 3);
    /* Bits that came later may be set, too. */
    REQUIRE((info.flags & (TA_TENSOR_CONTIGUOUS | TA_TENSOR_ALIGNED)) ==
            (TA_TENSOR_CONTIGUOUS | TA_TENSOR_ALIGNED));
    REQUIRE((info.flags & (TA_TENSOR_READ_ONLY | TA_TENSOR_REQUIRES_GRAD)) == 0);
    REQUIRE(info.provenance.origin == TA_ORIGIN_MEMORY && info.provenance.aliased == 1);
    REQUIRE(ta_dtype_equal(info.dtype, ta_float32()) && info.device.device_type == TA_DEVICE_CPU);
    again = ta_retain(tensor);
    ta_release(tensor);
    REQUIRE(releases == 0 && item(again, 1, 2) == 6);
    ta_release(again);
    REQUIRE(releases == 1);
}

static void converted(void)
{
    const ta_source source = ta_source_memory(memory());
    ta_options options = TA_OPTIONS_INIT;
    ta_info info = TA_INFO_INIT;
    ta_tensor *tensor = NULL;
    options.dtype = ta_float64();
    REQUIRE(ta_asarray(&source, &options, &tensor, &said) == TA_OK);
    REQUIRE(releases == 2);
    REQUIRE(ta_describe(tensor, &info, &said) == TA_OK);
    REQUIRE(info.provenance.aliased == 0 && info.provenance.reason == TA_REASON_DTYPE);
    REQUIRE(item(tensor, 0, 1) == 2);
    ta_release(tensor);
}

static void viewed_and_written(void)
{
    const ta_memory given = memory();
    const int64_t shape[] = {3, 2}, strides[] = {1, 3};
    const ta_scalar nine = ta_scalar_float(9);
    ta_tensor *tensor = NULL, *view = NULL, *copy = NULL;
    REQUIRE(ta_from_array(&given, &tensor, &said) == TA_OK);
    REQUIRE(ta_view(tensor, 2, shape, strides, 0, &view, &said) == TA_OK);
    REQUIRE(item(view, 2, 1) == 6);
    REQUIRE(ta_copy(view, NULL, &copy, &said) == TA_OK);
    REQUIRE(ta_fill(view, &nine, &said) == TA_OK);
    REQUIRE(data[5] == 9 && item(copy, 2, 1) == 6);
    REQUIRE(ta_copy_into(view, copy, &said) == TA_OK);
    REQUIRE(data[5] == 6);
    ta_release(tensor);
    ta_release(view);
    ta_release(copy);
    REQUIRE(releases == 3);
}

static ta_status length(void *user_data, size_t *out, ta_error *err)
{
    (void)user_data, (void)err;
    *out = 2;
    return TA_OK;
}

static ta_status element(void *user_data, size_t index, ta_source *out, ta_error *err)
{
    const ta_source source = ta_source_float(index == 0 ? 1.5 : 2.5);
    (void)user_data, (void)err;
    *out = source;
    return TA_OK;
}

static void made_of_values_and_printed(void)
{
    static const ta_sequence_vtable vtable = {sizeof(ta_sequence_vtable), length, element, NULL};
    const ta_source source = ta_source_sequence(&vtable, NULL);
    ta_repr_options style = TA_REPR_OPTIONS_INIT;
    ta_tensor *tensor = NULL;
    char text[64];
    size_t written = 0;
    REQUIRE(ta_asarray(&source, NULL, &tensor, &said) == TA_OK);
    style.precision = 1;
    REQUIRE(ta_repr(tensor, &style, text, sizeof text, &written, &said) == TA_OK);
    REQUIRE(written == strlen(text) && strcmp(text, "tensor([1.5, 2.5])") == 0);
    ta_release(tensor);
}

static void lent_and_taken_back(void)
{
    const ta_memory given = memory();
    ta_export_options how = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *legacy = NULL;
    ta_tensor *tensor = NULL, *back = NULL;
    REQUIRE(ta_from_array(&given, &tensor, &said) == TA_OK);
    how.flags = TA_EXPORT_READ_ONLY;
    REQUIRE(ta_to_dlpack(tensor, &how, &loan, &said) == TA_OK);
    REQUIRE(ta_from_dlpack(loan, NULL, &back, &said) == TA_OK);
    REQUIRE(ta_is_read_only(back) && ta_data(back) == data);
    ta_release(back);
    REQUIRE(ta_to_dlpack_legacy(tensor, NULL, &legacy, &said) == TA_OK);
    REQUIRE(ta_from_dlpack_legacy(legacy, NULL, &back, &said) == TA_OK);
    ta_release(back);
    ta_release(tensor);
    REQUIRE(releases == 4);
}

static void refused(void)
{
    const ta_source source = ta_source_memory(memory());
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *tensor = NULL;
    options.dtype = ta_int8();
    options.copy = TA_COPY_NEVER;
    REQUIRE(ta_asarray(&source, &options, &tensor, &said) == TA_ERR_CANNOT_ALIAS);
    REQUIRE(said.status == TA_ERR_CANNOT_ALIAS && strstr(said.message, "int8") != NULL);
    REQUIRE(tensor == NULL && releases == 4);
    REQUIRE(strcmp(ta_status_name(TA_ERR_CANNOT_ALIAS), "TA_ERR_CANNOT_ALIAS") == 0);
}

int main(void)
{
    REQUIRE(ta_abi_version() == TA_ABI_VERSION);
    shared();
    converted();
    viewed_and_written();
    made_of_values_and_printed();
    lent_and_taken_back();
    refused();
    REQUIRE(ta_live_tensors() == 0);
    return 0;
}
