/* Lending as DLPack: the same memory, true flags, and loans that outlive everything. */
#include "check.h"
#include "facts.h"
#include "hold.h"
#include "lend.h"
#include "make.h"

#include <pthread.h>
#include <stdint.h>

static const float SIX[] = {1, 2, 3, 4, 5, 6};
static int64_t two_by_three[] = {2, 3};

static ta_tensor *imported(float *data, int64_t *strides, uint64_t flags, int *runs)
{
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK,
           ta_from_dlpack(lend(dl_tensor_of(data, DL_F32, 2, two_by_three, strides), flags, runs),
                          NULL, &tensor, &error));
    return tensor;
}

static ta_tensor *held(int *runs)
{
    const ta_memory memory = hold_memory(SIX, sizeof SIX, ta_float32(), 2, two_by_three, runs);
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));
    return tensor;
}

static void a_loan_is_the_same_memory(void)
{
    float data[12] = {0};
    int64_t strides[] = {1, -4}, *lent_strides;
    int runs;
    ta_tensor *tensor = imported(data + 8, strides, 0, &runs);
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *legacy = NULL;

    EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
    CHECK(loan->version.major == 1 && loan->version.minor == 3);
    CHECK(loan->dl_tensor.data == data + 8 && loan->dl_tensor.byte_offset == 0);
    CHECK(loan->dl_tensor.ndim == 2 &&
          memcmp(loan->dl_tensor.shape, two_by_three, sizeof two_by_three) == 0);
    lent_strides = loan->dl_tensor.strides;
    CHECK(lent_strides != NULL && lent_strides[0] == 1 && lent_strides[1] == -4);
    CHECK(loan->dl_tensor.dtype.code == kDLFloat && loan->dl_tensor.dtype.bits == 32 &&
          loan->dl_tensor.dtype.lanes == 1);
    CHECK(loan->dl_tensor.device.device_type == kDLCPU && loan->dl_tensor.device.device_id == 0);
    CHECK(loan->flags == 0 && loan->deleter != NULL);
    loan->deleter(loan);

    EXPECT(TA_OK, ta_to_dlpack_legacy(tensor, NULL, &legacy, &error));
    CHECK(legacy->dl_tensor.data == data + 8 && legacy->dl_tensor.strides[1] == -4 &&
          legacy->deleter != NULL);
    legacy->deleter(legacy);
    CHECK(runs == 0);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void flags_survive_the_round_trip(void)
{
    static const uint64_t flags[] = {
        0, DLPACK_FLAG_BITMASK_READ_ONLY, DLPACK_FLAG_BITMASK_IS_COPIED,
        DLPACK_FLAG_BITMASK_READ_ONLY | UINT64_C(1) << 50, UINT64_C(1) << 63};
    size_t k;
    for (k = 0; k < sizeof flags / sizeof *flags; k++) {
        float data[6];
        int runs;
        ta_tensor *tensor = imported(data, NULL, flags[k], &runs);
        struct DLManagedTensorVersioned *loan = NULL;
        EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
        /* "For you alone" would be a lie while the handle has the memory, too. */
        CHECK(loan->flags == (flags[k] & ~(uint64_t)DLPACK_FLAG_BITMASK_IS_COPIED));
        CHECK(loan->dl_tensor.data == data);
        loan->deleter(loan);
        ta_release(tensor);
        CHECK(runs == 1);
    }
}

static void read_only_cannot_be_said_in_the_old_struct(void)
{
    float data[6] = {0};
    int runs;
    ta_tensor *tensor = imported(data, NULL, DLPACK_FLAG_BITMASK_READ_ONLY, &runs);
    struct DLManagedTensor *legacy = NULL;
    ta_export_options always = TA_EXPORT_OPTIONS_INIT;

    EXPECT(TA_ERR_EXPORT, ta_to_dlpack_legacy(tensor, NULL, &legacy, &error));
    CHECK(legacy == NULL);
    always.copy = TA_COPY_ALWAYS;
    EXPECT(TA_OK, ta_to_dlpack_legacy(tensor, &always, &legacy, &error));
    CHECK(legacy->dl_tensor.data != data);
    legacy->deleter(legacy);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void padded_elements_cannot_be_said_either(void)
{
    unsigned char data[] = {1, 2, 3};
    int64_t shape[] = {3};
    const DLTensor dl = dl_tensor_of(data, DL_DTYPE(kDLFloat4_e2m1fn, 4), 1, shape, NULL);
    int runs;
    ta_tensor *tensor = NULL;
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *legacy = NULL;

    EXPECT(TA_OK, ta_from_dlpack(lend(dl, DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED, &runs), NULL,
                                 &tensor, &error));
    CHECK((info_of(tensor).flags & TA_TENSOR_SUBBYTE_PADDED) != 0 && info_of(tensor).nbytes == 3);
    EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
    CHECK(loan->flags == DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED);
    loan->deleter(loan);
    EXPECT(TA_ERR_EXPORT, ta_to_dlpack_legacy(tensor, NULL, &legacy, &error));
    CHECK(legacy == NULL);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void packed_elements_are_counted_in_bits(void)
{
    unsigned char data[] = {0x21, 0x03};
    int64_t shape[] = {3};
    const DLTensor dl = dl_tensor_of(data, DL_DTYPE(kDLInt, 4), 1, shape, NULL);
    const ta_options always = want_copy(TA_COPY_ALWAYS), wide = want_dtype(ta_int32());
    int runs;
    ta_tensor *tensor = NULL, *copy = NULL, *view = NULL;
    const int64_t one[] = {1};

    EXPECT(TA_OK, ta_from_dlpack(lend(dl, 0, &runs), NULL, &tensor, &error));
    CHECK(info_of(tensor).nbytes == 2 && ta_numel(tensor) == 3);
    EXPECT(TA_OK, ta_copy(tensor, &always, &copy, &error));
    CHECK(memcmp(ta_data(copy), data, sizeof data) == 0);
    ta_release(copy);
    copy = NULL;
    EXPECT(TA_ERR_DTYPE, ta_copy(tensor, &wide, &copy, &error));
    EXPECT(TA_OK, ta_view(tensor, 1, one, NULL, 2, &view, &error));
    CHECK(ta_data(view) == data + 1);
    ta_release(view);
    view = NULL;
    EXPECT(TA_ERR_DTYPE, ta_view(tensor, 1, one, NULL, 1, &view, &error));
    CHECK(copy == NULL && view == NULL);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void lent_read_only_on_request(void)
{
    int runs;
    ta_tensor *tensor = held(&runs);
    struct DLManagedTensorVersioned *loan = NULL, *plain = NULL;
    struct DLManagedTensor *legacy = NULL;
    ta_export_options options = TA_EXPORT_OPTIONS_INIT;
    options.flags = TA_EXPORT_READ_ONLY;

    EXPECT(TA_OK, ta_to_dlpack(tensor, &options, &loan, &error));
    EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &plain, &error));
    CHECK(loan->flags == DLPACK_FLAG_BITMASK_READ_ONLY && plain->flags == 0);
    CHECK(loan->dl_tensor.data == ta_data(tensor) && !ta_is_read_only(tensor));
    EXPECT(TA_ERR_EXPORT, ta_to_dlpack_legacy(tensor, &options, &legacy, &error));
    CHECK(legacy == NULL);
    loan->deleter(loan);
    plain->deleter(plain);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void a_copy_says_so(void)
{
    float data[] = {1, 2, 3, 4, 5, 6};
    int runs;
    ta_tensor *tensor = imported(data, NULL, DLPACK_FLAG_BITMASK_READ_ONLY, &runs);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_export_options options = TA_EXPORT_OPTIONS_INIT;

    options.copy = TA_COPY_ALWAYS;
    EXPECT(TA_OK, ta_to_dlpack(tensor, &options, &loan, &error));
    CHECK(loan->flags == DLPACK_FLAG_BITMASK_IS_COPIED);
    CHECK(loan->dl_tensor.data != data && memcmp(loan->dl_tensor.data, data, sizeof data) == 0);
    ta_release(tensor);
    CHECK(runs == 1);
    memset(loan->dl_tensor.data, 0, sizeof data);
    loan->deleter(loan);
    CHECK(data[0] == 1);
}

static void options_are_obeyed_or_refused(void)
{
    int runs;
    ta_tensor *tensor = held(&runs);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_export_options options = TA_EXPORT_OPTIONS_INIT;

    options.max_minor = 8;
    EXPECT(TA_ERR_EXPORT, ta_to_dlpack(tensor, &options, &loan, &error));
    options.max_major = 1;
    options.max_minor = 0;
    EXPECT(TA_OK, ta_to_dlpack(tensor, &options, &loan, &error));
    CHECK(loan->version.major == 1 && loan->version.minor == 3);
    loan->deleter(loan);
    options.max_major = 7;
    EXPECT(TA_OK, ta_to_dlpack(tensor, &options, &loan, &error));
    CHECK(loan->version.major == 1);
    loan->deleter(loan);
    loan = NULL;

    options = (ta_export_options)TA_EXPORT_OPTIONS_INIT;
    options.copy = 9;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_to_dlpack(tensor, &options, &loan, &error));
    options.copy = TA_COPY_NEVER;
    options.device.device_type = kDLCPU;
    EXPECT(TA_OK, ta_to_dlpack(tensor, &options, &loan, &error));
    loan->deleter(loan);
    loan = NULL;
    options.device = ta_device_make(TA_DEVICE_CUDA, 77);
    EXPECT(TA_ERR_CANNOT_ALIAS, ta_to_dlpack(tensor, &options, &loan, &error));
    options.copy = TA_COPY_IF_NEEDED;
    EXPECT(TA_ERR_DEVICE, ta_to_dlpack(tensor, &options, &loan, &error));
    options = (ta_export_options)TA_EXPORT_OPTIONS_INIT;
    options.flags = UINT64_C(1) << 33;
    EXPECT(TA_ERR_UNSUPPORTED, ta_to_dlpack(tensor, &options, &loan, &error));
    CHECK(loan == NULL);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void loans_outlive_the_handle(void)
{
    enum { LOANS = 100 };
    struct DLManagedTensorVersioned *loans[LOANS];
    struct DLManagedTensor *legacy[LOANS];
    int runs, k;
    ta_tensor *tensor = held(&runs);
    for (k = 0; k < LOANS; k++) {
        EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loans[k], &error));
        EXPECT(TA_OK, ta_to_dlpack_legacy(tensor, NULL, &legacy[k], &error));
    }
    ta_release(tensor);
    CHECK(ta_live_tensors() == 1);
    for (k = 0; k < LOANS; k++) {
        CHECK(((const float *)loans[k]->dl_tensor.data)[5] == 6 && runs == 0);
        loans[k]->deleter(loans[k]);
        CHECK(legacy[k]->dl_tensor.shape[1] == 3 && runs == 0);
        legacy[k]->deleter(legacy[k]);
    }
    CHECK(runs == 1);
}

/* What we lent comes back in, is lent again, and so on: one release at the end of the chain. */
static void a_chain_of_loans_ends_once(void)
{
    int runs, link;
    ta_tensor *tensor = held(&runs);
    const void *data = ta_data(tensor);
    for (link = 0; link < 50; link++) {
        struct DLManagedTensorVersioned *loan = NULL;
        ta_tensor *next = NULL;
        EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
        EXPECT(TA_OK, ta_from_dlpack(loan, NULL, &next, &error));
        CHECK(ta_data(next) == data && aliases(next, TA_ORIGIN_DLPACK));
        ta_release(tensor);
        tensor = next;
    }
    CHECK(runs == 0);
    ta_release(tensor);
    CHECK(runs == 1);
}

static ta_status lend_and_take(const ta_tensor *tensor, int legacy,
                               const ta_export_options *options, ta_tensor **out)
{
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *old = NULL;
    ta_status status = legacy ? ta_to_dlpack_legacy(tensor, options, &old, NULL)
                              : ta_to_dlpack(tensor, options, &loan, NULL);
    if (status != TA_OK)
        return status;
    return legacy ? ta_from_dlpack_legacy(old, NULL, out, NULL)
                  : ta_from_dlpack(loan, NULL, out, NULL);
}

/* However long the chain, what comes back joins the first: nothing between them stays alive, so
 * nothing has to be let go link by link when it ends. */
static void a_chain_of_loans_does_not_grow(void)
{
    enum { OWN, OLD, READ_ONLY, FORMS, LINKS = 3000 };
    ta_export_options read_only = TA_EXPORT_OPTIONS_INIT;
    int form, link, runs;
    read_only.flags = TA_EXPORT_READ_ONLY;
    for (form = OWN; form < FORMS; form++) {
        ta_tensor *first = held(&runs), *tensor = ta_retain(first);
        size_t most = 0;
        for (link = 0; link < LINKS; link++) {
            ta_tensor *next = NULL;
            if (!CHECK(lend_and_take(tensor, form == OLD, form == READ_ONLY ? &read_only : NULL,
                                     &next) == TA_OK))
                break;
            ta_release(tensor);
            tensor = next;
            if (ta_live_tensors() > most)
                most = ta_live_tensors();
        }
        CHECK(most == 2 && ta_data(tensor) == ta_data(first));
        ta_release(first);
        CHECK(runs == 0 && ta_is_read_only(tensor) == (form == READ_ONLY));
        ta_release(tensor);
        CHECK(runs == 1);
    }
}

static void *delete_elsewhere(void *loan)
{
    ((struct DLManagedTensorVersioned *)loan)->deleter(loan);
    return NULL;
}

static void a_deleter_runs_on_any_thread(void)
{
    int runs;
    pthread_t thread;
    ta_tensor *tensor = held(&runs);
    struct DLManagedTensorVersioned *loan = NULL;
    EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
    ta_release(tensor);

    CHECK(pthread_create(&thread, NULL, delete_elsewhere, loan) == 0);
    pthread_join(thread, NULL);
    CHECK(runs == 1);
}

static void odd_shapes_are_lent_too(void)
{
    static const int64_t empty[] = {0, 3};
    int64_t ones[TA_MAX_NDIM];
    float value = 7;
    const ta_memory memories[] = {memory_of(&value, ta_float32(), 0, NULL),
                                  memory_of(NULL, ta_float32(), 2, empty),
                                  memory_of(&value, ta_float32(), TA_MAX_NDIM, ones)};
    size_t k;
    for (k = 0; k < TA_MAX_NDIM; k++)
        ones[k] = 1;
    for (k = 0; k < 3; k++) {
        ta_tensor *tensor = NULL;
        struct DLManagedTensorVersioned *loan = NULL;
        EXPECT(TA_OK, ta_from_array(&memories[k], &tensor, &error));
        EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
        CHECK(loan->dl_tensor.ndim == memories[k].ndim);
        CHECK(loan->dl_tensor.ndim == 0 ||
              (loan->dl_tensor.shape != NULL && loan->dl_tensor.strides != NULL));
        CHECK(loan->dl_tensor.data == memories[k].data);
        loan->deleter(loan);
        ta_release(tensor);
    }
}

int main(void)
{
    a_loan_is_the_same_memory();
    flags_survive_the_round_trip();
    read_only_cannot_be_said_in_the_old_struct();
    padded_elements_cannot_be_said_either();
    packed_elements_are_counted_in_bits();
    lent_read_only_on_request();
    a_copy_says_so();
    options_are_obeyed_or_refused();
    loans_outlive_the_handle();
    a_chain_of_loans_ends_once();
    a_chain_of_loans_does_not_grow();
    a_deleter_runs_on_any_thread();
    odd_shapes_are_lent_too();
    return check_end("export");
}
