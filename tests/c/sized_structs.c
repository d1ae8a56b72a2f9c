/*
 * Callers built with an older or a newer header: a struct that says a smaller size than the first
 * release's is refused, one that says a larger size is fine as long as nothing is in the part
 * that this library does not know.
 */
#include "check.h"
#include "facts.h"
#include "list.h"
#include "make.h"

/* How much larger a newer caller's struct is. */
enum { NEWER = 24 };

static float data[] = {1, 2, 3, 4};
static const int64_t FOUR[] = {4};

/* Makes a call that takes the struct, with &error. */
typedef ta_status (*call_with)(const void *sized);

static ta_tensor *tensor_of_four(void)
{
    const ta_memory memory = memory_of(data, ta_float32(), 1, FOUR);
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));
    check_reset();
    return tensor;
}

static ta_status with_options(const void *sized)
{
    const ta_source source = ta_source_memory(memory_of(data, ta_float32(), 1, FOUR));
    ta_tensor *out = NULL;
    const ta_status status = ta_asarray(&source, sized, &out, &error);
    ta_release(out);
    return status;
}

static ta_status with_source(const void *sized)
{
    ta_tensor *out = NULL;
    const ta_status status = ta_asarray(sized, NULL, &out, &error);
    ta_release(out);
    return status;
}

static ta_status with_export_options(const void *sized)
{
    ta_tensor *tensor = tensor_of_four();
    struct DLManagedTensor *loan = NULL;
    struct DLManagedTensorVersioned *versioned = NULL;
    const ta_status status = ta_to_dlpack(tensor, sized, &versioned, &error);
    const ta_status legacy = ta_to_dlpack_legacy(tensor, sized, &loan, NULL);
    ta_tensor *back = NULL;
    if (versioned != NULL && ta_from_dlpack(versioned, NULL, &back, NULL) == TA_OK)
        ta_release(back);
    if (loan != NULL && ta_from_dlpack_legacy(loan, NULL, &back, NULL) == TA_OK)
        ta_release(back);
    ta_release(tensor);
    return status == legacy ? status : TA_ERR_INTERNAL;
}

static ta_status with_repr_options(const void *sized)
{
    ta_tensor *tensor = tensor_of_four();
    char text[64];
    const ta_status status = ta_repr(tensor, sized, text, sizeof text, NULL, &error);
    ta_release(tensor);
    return status;
}

static ta_status with_vtable(const void *sized)
{
    const ta_source items[] = {ta_source_int(1)};
    struct list list = {1, items};
    const ta_source source = ta_source_sequence(sized, &list);
    return with_source(&source);
}

/* Room for each sized struct, and for what a newer caller puts behind it. */
union sized {
    size_t struct_size;
    ta_options options;
    ta_source source;
    ta_export_options export_options;
    ta_repr_options repr_options;
    ta_sequence_vtable vtable;
    ta_info info;
    unsigned char bytes[512];
};

static union sized zeroed(size_t size)
{
    union sized made;
    memset(&made, 0, sizeof made);
    made.struct_size = size;
    return made;
}

static void each_size(const char *name, call_with call, union sized proper, size_t size)
{
    union sized given = proper;
    size_t byte;
    EXPECT_ROW(TA_OK, call(&given), name);

    given.struct_size = 0;
    EXPECT_ROW(TA_ERR_INVALID_ARGUMENT, call(&given), name);
    given.struct_size = size - 1;
    EXPECT_ROW(TA_ERR_INVALID_ARGUMENT, call(&given), name);
    given.struct_size = size + NEWER;
    EXPECT_ROW(TA_OK, call(&given), name);
    for (byte = size; byte < size + NEWER; byte += NEWER - 1) {
        given = proper;
        given.struct_size = size + NEWER;
        given.bytes[byte] = 1;
        EXPECT_ROW(TA_ERR_UNSUPPORTED, call(&given), name);
    }
}

/* ta_describe fills what it knows and clears the rest, up to the size that the caller says. */
static void a_larger_info_is_cleared(void)
{
    ta_tensor *tensor = tensor_of_four();
    union sized given;
    size_t byte;
    memset(&given, 0x5a, sizeof given);
    given.struct_size = sizeof(ta_info) + NEWER;

    EXPECT(TA_OK, ta_describe(tensor, &given.info, &error));
    CHECK(given.struct_size == sizeof(ta_info) + NEWER && given.info.data == data &&
          given.info.numel == 4);
    for (byte = sizeof(ta_info); byte < sizeof(ta_info) + NEWER; byte++)
        CHECK(given.bytes[byte] == 0);
    CHECK(given.bytes[sizeof(ta_info) + NEWER] == 0x5a);

    memset(&given, 0x5a, sizeof given);
    given.struct_size = sizeof(ta_info) - 1;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_describe(tensor, &given.info, &error));
    CHECK(given.bytes[sizeof(size_t)] == 0x5a);
    ta_release(tensor);
}

int main(void)
{
    union sized source = zeroed(0), vtable = zeroed(0);
    source.source = ta_source_int(5);
    vtable.vtable = LIST;
    each_size("ta_options", with_options, zeroed(sizeof(ta_options)), sizeof(ta_options));
    each_size("ta_source", with_source, source, sizeof(ta_source));
    each_size("ta_export_options", with_export_options, zeroed(sizeof(ta_export_options)),
              sizeof(ta_export_options));
    each_size("ta_repr_options", with_repr_options, zeroed(sizeof(ta_repr_options)),
              sizeof(ta_repr_options));
    each_size("ta_sequence_vtable", with_vtable, vtable, sizeof(ta_sequence_vtable));
    a_larger_info_is_cleared();
    return check_end("sized_structs");
}
