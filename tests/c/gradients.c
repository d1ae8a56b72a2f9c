/* What can be said about gradients without a history: who requires one, and what that forbids. */
#include "check.h"
#include "facts.h"
#include "hold.h"
#include "make.h"
#include "tarray_dlpack.h"

static const int64_t TWO[] = {2};

static ta_options want_grad(int32_t requires_grad)
{
    ta_options options = TA_OPTIONS_INIT;
    options.requires_grad = requires_grad;
    return options;
}

static int requires_grad(const ta_tensor *tensor)
{
    return (info_of(tensor).flags & TA_TENSOR_REQUIRES_GRAD) != 0;
}

static ta_tensor *of_tensor(const ta_tensor *tensor, int32_t grad)
{
    const ta_source source = ta_source_tensor(tensor);
    const ta_options options = want_grad(grad);
    ta_tensor *out = NULL;
    EXPECT(TA_OK, ta_asarray(&source, &options, &out, &error));
    return out;
}

static ta_tensor *leaf(int *runs)
{
    static const float data[] = {1, 2};
    const ta_source source =
        ta_source_memory(hold_memory(data, sizeof data, ta_float32(), 1, TWO, runs));
    const ta_options options = want_grad(TA_GRAD_YES);
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    CHECK(requires_grad(tensor) && aliases(tensor, TA_ORIGIN_MEMORY));
    return tensor;
}

/* Where the flag must differ, the result is another handle over the same memory. */
static void the_callers_own_tensor_never_changes(void)
{
    int runs;
    ta_tensor *tensor = leaf(&runs);
    ta_tensor *same = of_tensor(tensor, TA_GRAD_YES), *kept = of_tensor(tensor, TA_GRAD_AS_SOURCE);
    ta_tensor *without = of_tensor(tensor, TA_GRAD_NO);

    CHECK(same == tensor && kept == tensor && requires_grad(tensor));
    CHECK(without != tensor && !requires_grad(without) && ta_data(without) == ta_data(tensor));
    ta_release(tensor);
    ta_release(same);
    ta_release(kept);
    CHECK(runs == 0);
    ta_release(without);
    CHECK(runs == 1);
}

static void only_floats_and_complex_numbers_can(void)
{
    const struct {
        ta_dtype dtype;
        ta_status want;
    } rows[] = {{ta_float32(), TA_OK},     {ta_bfloat16(), TA_OK},     {ta_complex128(), TA_OK},
                {ta_float8_e5m2(), TA_OK}, {ta_int64(), TA_ERR_GRAD}, {ta_bool(), TA_ERR_GRAD},
                {ta_uint8(), TA_ERR_GRAD}};
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        const ta_source source = ta_source_int(1);
        ta_options options = want_grad(TA_GRAD_YES);
        ta_tensor *tensor = NULL;
        options.dtype = rows[k].dtype;
        EXPECT(rows[k].want, ta_asarray(&source, &options, &tensor, &error));
        CHECK((tensor != NULL) == (rows[k].want == TA_OK));
        CHECK(tensor == NULL || requires_grad(tensor));
        ta_release(tensor);
    }
}

static void it_is_neither_lent_nor_written(void)
{
    int runs;
    const ta_scalar nine = ta_scalar_int(9);
    ta_tensor *tensor = leaf(&runs), *view = NULL;
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *legacy = NULL;

    EXPECT(TA_ERR_EXPORT, ta_to_dlpack(tensor, NULL, &loan, &error));
    EXPECT(TA_ERR_EXPORT, ta_to_dlpack_legacy(tensor, NULL, &legacy, &error));
    CHECK(loan == NULL && legacy == NULL);
    EXPECT(TA_ERR_NOT_WRITABLE, ta_fill(tensor, &nine, &error));
    EXPECT(TA_ERR_NOT_WRITABLE, ta_copy_into(tensor, tensor, &error));
    CHECK(element(tensor, 0) == 1);
    EXPECT(TA_OK, ta_view(tensor, 1, TWO, NULL, 0, &view, &error));
    CHECK(!requires_grad(view));
    ta_release(view);
    ta_release(tensor);
    CHECK(runs == 1);
}

int main(void)
{
    the_callers_own_tensor_never_changes();
    only_floats_and_complex_numbers_can();
    it_is_neither_lent_nor_written();
    return check_end("gradients");
}
