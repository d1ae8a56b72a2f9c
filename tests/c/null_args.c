/*
 * Every pointer argument of every function NULL, one at a time, with and without an error to
 * write to: a status or the documented value, nothing written, never a crash.
 */
#include "check.h"
#include "hold.h"
#include "lend.h"
#include "list.h"
#include "make.h"

static float data[4] = {1, 2, 3, 4};
static const int64_t FOUR[] = {4};
static int64_t dl_shape[] = {4};

/* Anything but a handle: must still be in an output after a failure. */
#define SENTINEL ((void *)(uintptr_t)0x5e471e1)

/* That `call`, which passes `err`, is TA_ERR_NULL_ARGUMENT, reported or not. */
#define REFUSED(call)                                               \
    do {                                                            \
        ta_error *err = NULL;                                       \
        check_reset();                                              \
        CHECK((call) == TA_ERR_NULL_ARGUMENT && error.status == 0); \
        err = &error;                                               \
        EXPECT(TA_ERR_NULL_ARGUMENT, call);                         \
    } while (0)

static ta_tensor *four(void)
{
    const ta_source source = ta_source_memory(memory_of(data, ta_float32(), 1, FOUR));
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_asarray(&source, NULL, &tensor, &error));
    return tensor;
}

static void the_hub(void)
{
    ta_tensor *tensor = four(), *out = SENTINEL;
    const ta_source source = ta_source_tensor(tensor);
    struct DLManagedTensorVersioned *loan = SENTINEL;
    struct DLManagedTensor *legacy_loan = SENTINEL;
    int runs, legacy_runs;
    const DLTensor dl = dl_tensor_of(data, DL_F32, 1, dl_shape, NULL);
    struct DLManagedTensorVersioned *lent = lend(dl, 0, &runs);
    struct DLManagedTensor *legacy = lend_legacy(dl, &legacy_runs);

    REFUSED(ta_asarray(NULL, NULL, &out, err));
    REFUSED(ta_asarray(&source, NULL, NULL, err));
    REFUSED(ta_from_dlpack(NULL, NULL, &out, err));
    REFUSED(ta_from_dlpack(lent, NULL, NULL, err));
    REFUSED(ta_from_dlpack_legacy(NULL, NULL, &out, err));
    REFUSED(ta_from_dlpack_legacy(legacy, NULL, NULL, err));
    REFUSED(ta_to_dlpack(NULL, NULL, &loan, err));
    REFUSED(ta_to_dlpack(tensor, NULL, NULL, err));
    REFUSED(ta_to_dlpack_legacy(NULL, NULL, &legacy_loan, err));
    REFUSED(ta_to_dlpack_legacy(tensor, NULL, NULL, err));

    CHECK(out == SENTINEL && loan == SENTINEL && legacy_loan == SENTINEL);
    CHECK(runs == 0 && legacy_runs == 0);
    lent->deleter(lent);
    legacy->deleter(legacy);
    ta_release(tensor);
}

static void the_pointers_in_a_source(void)
{
    static const int32_t kinds[] = {TA_SOURCE_TENSOR, TA_SOURCE_DLPACK, TA_SOURCE_DLPACK_LEGACY,
                                    TA_SOURCE_SEQUENCE};
    ta_source source;
    ta_tensor *out = SENTINEL;
    size_t k;
    for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        source = ta_source_make(kinds[k]);
        REFUSED(ta_asarray(&source, NULL, &out, err));
    }
    source = ta_source_memory(memory_of(NULL, ta_float32(), 1, FOUR));
    REFUSED(ta_asarray(&source, NULL, &out, err));
    source = ta_source_memory(memory_of(data, ta_float32(), 1, NULL));
    REFUSED(ta_asarray(&source, NULL, &out, err));
    source = ta_source_typed_scalar(NULL, ta_float32());
    REFUSED(ta_asarray(&source, NULL, &out, err));
    source = ta_source_buffer(buffer_of(NULL, 8));
    REFUSED(ta_asarray(&source, NULL, &out, err));
    CHECK(out == SENTINEL);
}

static void the_relatives(void)
{
    const ta_memory memory = memory_of(data, ta_float32(), 1, FOUR);
    const ta_memory no_shape = memory_of(data, ta_float32(), 1, NULL);
    const ta_memory no_data = memory_of(NULL, ta_float32(), 1, FOUR);
    const ta_buffer buffer = buffer_of(data, sizeof data), no_bytes = buffer_of(NULL, 4);
    ta_tensor *tensor = four(), *out = SENTINEL;

    REFUSED(ta_from_array(NULL, &out, err));
    REFUSED(ta_from_array(&memory, NULL, err));
    REFUSED(ta_from_array(&no_shape, &out, err));
    REFUSED(ta_from_array(&no_data, &out, err));
    REFUSED(ta_frombuffer(NULL, ta_float32(), -1, 0, &out, err));
    REFUSED(ta_frombuffer(&buffer, ta_float32(), -1, 0, NULL, err));
    REFUSED(ta_frombuffer(&no_bytes, ta_float32(), -1, 0, &out, err));
    REFUSED(ta_copy(NULL, NULL, &out, err));
    REFUSED(ta_copy(tensor, NULL, NULL, err));
    CHECK(out == SENTINEL);
    ta_release(tensor);
}

static void the_facts(void)
{
    ta_tensor *tensor = four();
    ta_info info = TA_INFO_INIT;
    const ta_info untouched = info;
    ta_scalar item = ta_scalar_int(77);
    const int64_t index[] = {0};
    char text[8] = "as is";
    size_t length = 77;

    REFUSED(ta_describe(NULL, &info, err));
    REFUSED(ta_describe(tensor, NULL, err));
    REFUSED(ta_item(NULL, index, &item, err));
    REFUSED(ta_item(tensor, NULL, &item, err));
    REFUSED(ta_item(tensor, index, NULL, err));
    REFUSED(ta_repr(NULL, NULL, text, sizeof text, &length, err));
    REFUSED(ta_repr(tensor, NULL, NULL, 1, &length, err));
    CHECK(memcmp(&info, &untouched, sizeof info) == 0 && item.value.i == 77);
    CHECK(strcmp(text, "as is") == 0 && length == 77);
    EXPECT(TA_OK, ta_repr(tensor, NULL, NULL, 0, &length, &error));
    CHECK(length == strlen("tensor([1., 2., 3., 4.])"));
    EXPECT(TA_OK, ta_repr(tensor, NULL, text, sizeof text, NULL, &error));
    CHECK(strcmp(text, "tensor(") == 0);
    ta_release(tensor);
}

static void documented_values(void)
{
    char text[4] = "abc";

    CHECK(ta_data(NULL) == NULL && ta_mutable_data(NULL) == NULL);
    CHECK(ta_shape(NULL) == NULL && ta_strides(NULL) == NULL);
    CHECK(ta_ndim(NULL) == 0 && ta_numel(NULL) == 0);
    CHECK(ta_is_read_only(NULL) == 1 && ta_is_contiguous(NULL) == 0);
    CHECK(ta_dtype_of(NULL).code == 0 && ta_dtype_of(NULL).bits == 0 &&
          ta_dtype_of(NULL).lanes == 0);
    CHECK(ta_device_of(NULL).device_type == 0 && ta_device_of(NULL).index == 0);
    CHECK(ta_retain(NULL) == NULL);
    ta_release(NULL);
    ta_mark_released(NULL);
    CHECK(ta_dtype_name(ta_float32(), NULL, 0) == 7 && ta_dtype_name(ta_float32(), NULL, 5) == 7);
    CHECK(ta_dtype_name(ta_float32(), text, 0) == 7 && strcmp(text, "abc") == 0);
    CHECK(ta_dtype_name(ta_float32(), text, sizeof text) == 7 && strcmp(text, "flo") == 0);
    CHECK(ta_device_name(ta_device_cpu(), NULL, 0) == 3);
    CHECK(ta_device_name(ta_device_make(2, 1), text, sizeof text) == 6 && strcmp(text, "cud") == 0);
    CHECK(strcmp(ta_status_name(12345), "TA_ERR_UNKNOWN") == 0);
    CHECK(strcmp(ta_status_name(TA_ERR_DTYPE), "TA_ERR_DTYPE") == 0 &&
          strcmp(ta_status_name(TA_OK), "TA_OK") == 0);
    CHECK(strcmp(ta_origin_name(-1), "unknown") == 0 && strcmp(ta_reason_name(-1), "unknown") == 0);
    CHECK(strcmp(ta_reason_name(TA_REASON_NONE), "") == 0);
    CHECK(ta_abi_version() == TA_ABI_VERSION && ta_version()[0] != '\0');
    CHECK(ta_set_num_threads(-1) == TA_ERR_INVALID_ARGUMENT && ta_set_num_threads(0) == TA_OK);
}

static void views_and_writes(void)
{
    ta_tensor *tensor = four(), *out = SENTINEL;
    const ta_scalar value = ta_scalar_int(9);

    REFUSED(ta_view(NULL, 1, FOUR, NULL, 0, &out, err));
    REFUSED(ta_view(tensor, 1, NULL, NULL, 0, &out, err));
    REFUSED(ta_view(tensor, 1, FOUR, NULL, 0, NULL, err));
    REFUSED(ta_copy_into(NULL, tensor, err));
    REFUSED(ta_copy_into(tensor, NULL, err));
    REFUSED(ta_fill(NULL, &value, err));
    REFUSED(ta_fill(tensor, NULL, err));
    CHECK(out == SENTINEL && data[0] == 1 && data[3] == 4);
    ta_release(tensor);
}

static ta_status no_gradient(void *user_data, const ta_tensor *grad_output, const int32_t *needed,
                             ta_tensor **grad_inputs, size_t num_inputs, ta_error *err)
{
    (void)user_data, (void)grad_output, (void)needed, (void)grad_inputs, (void)num_inputs, (void)err;
    return TA_OK;
}

static void histories(void)
{
    ta_tensor *tensor = four(), *out = SENTINEL;
    const ta_tensor *inputs[] = {NULL};
    const ta_source source = ta_source_tensor(tensor);
    ta_operation operation = TA_OPERATION_INIT;
    ta_node *next = SENTINEL;

    REFUSED(ta_set_requires_grad(NULL, 1, err));
    REFUSED(ta_detach(NULL, &out, err));
    REFUSED(ta_detach(tensor, NULL, err));
    REFUSED(ta_set_grad(NULL, tensor, err));
    REFUSED(ta_backward(NULL, tensor, 0, err));
    REFUSED(ta_view_named(NULL, "Name", 1, FOUR, NULL, 0, &out, err));
    REFUSED(ta_view_named(tensor, NULL, 1, FOUR, NULL, 0, &out, err));
    REFUSED(ta_view_named(tensor, "Name", 1, NULL, NULL, 0, &out, err));
    REFUSED(ta_view_named(tensor, "Name", 1, FOUR, NULL, 0, NULL, err));
    REFUSED(ta_add(NULL, tensor, &out, err));
    REFUSED(ta_add(tensor, NULL, &out, err));
    REFUSED(ta_add(tensor, tensor, NULL, err));
    REFUSED(ta_sub(NULL, tensor, &out, err));
    REFUSED(ta_sub(tensor, NULL, &out, err));
    REFUSED(ta_sub(tensor, tensor, NULL, err));
    REFUSED(ta_mul(NULL, tensor, &out, err));
    REFUSED(ta_mul(tensor, NULL, &out, err));
    REFUSED(ta_mul(tensor, tensor, NULL, err));
    REFUSED(ta_neg(NULL, &out, err));
    REFUSED(ta_neg(tensor, NULL, err));
    REFUSED(ta_sum(NULL, NULL, 0, 0, &out, err));
    REFUSED(ta_sum(tensor, NULL, 1, 0, &out, err));
    REFUSED(ta_sum(tensor, NULL, 0, 0, NULL, err));
    REFUSED(ta_record(NULL, &source, NULL, &out, err));
    REFUSED(ta_record(&operation, &source, NULL, &out, err));
    operation.name = "Name";
    REFUSED(ta_record(&operation, &source, NULL, &out, err));
    operation.backward = no_gradient;
    REFUSED(ta_record(&operation, NULL, NULL, &out, err));
    REFUSED(ta_record(&operation, &source, NULL, NULL, err));
    operation.num_inputs = 1;
    REFUSED(ta_record(&operation, &source, NULL, &out, err));
    operation.inputs = inputs;
    REFUSED(ta_record(&operation, &source, NULL, &out, err));
    CHECK(out == SENTINEL);

    CHECK(ta_requires_grad(NULL) == 0 && ta_is_leaf(NULL) == 1 && ta_grad(NULL) == NULL);
    CHECK(ta_grad_fn(NULL) == NULL && ta_grad_fn_name(NULL) == NULL);
    CHECK(ta_node_retain(NULL) == NULL && ta_node_name(NULL) == NULL);
    ta_node_release(NULL);
    CHECK(ta_node_num_inputs(NULL) == 0 && ta_node_user_data(NULL, no_gradient) == NULL);
    CHECK(ta_node_visit(NULL, no_gradient, NULL, NULL) == 0);
    CHECK(ta_node_input(NULL, 0, &next) == TA_INPUT_NONE && next == NULL);
    CHECK(ta_node_input(NULL, 0, NULL) == TA_INPUT_NONE);
    ta_release(tensor);
}

static void devices(void)
{
    const ta_device_api api = TA_DEVICE_API_INIT;
    ta_device device = {7, 7};

    REFUSED(ta_device_register(77, NULL, NULL, err));
    REFUSED(ta_device_register(77, &api, NULL, err));
    REFUSED(ta_device_list(NULL, 1, &(size_t){0}, err));
    REFUSED(ta_device_list(NULL, 0, NULL, err));
    REFUSED(ta_device_describe(ta_device_cpu(), NULL, err));
    REFUSED(ta_device_parse(NULL, &device, err));
    REFUSED(ta_device_parse("cpu", NULL, err));
    REFUSED(ta_device_of_address(TA_DEVICE_CPU, &device, NULL, err));
    CHECK(device.device_type == 7 && device.index == 7);
    CHECK(ta_synchronize(ta_device_cpu(), 0, NULL) == TA_OK);
}

/* An error struct that is too small, by its own word, is not written to. */
static void an_error_of_no_size_is_left_alone(void)
{
    ta_error small;
    ta_tensor *out = NULL;
    memset(&small, 0x5a, sizeof small);
    small.struct_size = sizeof small - 1;

    CHECK(ta_asarray(NULL, NULL, &out, &small) == TA_ERR_NULL_ARGUMENT);
    CHECK(small.status == 0x5a5a5a5a && small.message[0] == 0x5a);
    small.struct_size = 0;
    CHECK(ta_asarray(NULL, NULL, &out, &small) == TA_ERR_NULL_ARGUMENT);
    CHECK(small.status == 0x5a5a5a5a && small.message[0] == 0x5a);
}

int main(void)
{
    the_hub();
    the_pointers_in_a_source();
    the_relatives();
    the_facts();
    documented_values();
    views_and_writes();
    histories();
    devices();
    an_error_of_no_size_is_left_alone();
    return check_end("null_args");
}
