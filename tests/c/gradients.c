/* Who requires a gradient, who has one, and what that forbids. */
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
    EXPECT(TA_ERR_GRAD, ta_fill(tensor, &nine, &error));
    EXPECT(TA_ERR_GRAD, ta_copy_into(tensor, tensor, &error));
    EXPECT(TA_OK, ta_view(tensor, 1, TWO, NULL, 0, &view, &error));
    CHECK(requires_grad(view) && strcmp(ta_grad_fn_name(view), "AsStridedBackward0") == 0);
    EXPECT(TA_ERR_EXPORT, ta_to_dlpack(view, NULL, &loan, &error));
    EXPECT(TA_ERR_GRAD, ta_fill(view, &nine, &error));
    CHECK(element(tensor, 0) == 1);
    ta_release(view);
    ta_release(tensor);
    CHECK(runs == 1);
}

/* While nothing is recorded, a leaf may be written, but not what has a history already. */
static void a_leaf_is_written_while_nothing_is_recorded(void)
{
    static float data[] = {1, 2};
    const ta_source source = ta_source_memory(memory_of(data, ta_float32(), 1, TWO));
    const ta_options options = want_grad(TA_GRAD_YES);
    const ta_scalar nine = ta_scalar_int(9);
    ta_tensor *tensor = NULL, *negative = NULL, *view = NULL;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    EXPECT(TA_OK, ta_neg(tensor, &negative, &error));

    CHECK(ta_set_grad_enabled(0) == 1 && ta_grad_enabled() == 0);
    EXPECT(TA_OK, ta_fill(tensor, &nine, &error));
    EXPECT(TA_ERR_GRAD, ta_fill(negative, &nine, &error));
    EXPECT(TA_OK, ta_view(tensor, 1, TWO, NULL, 0, &view, &error));
    CHECK(!requires_grad(view) && ta_is_leaf(view));
    EXPECT(TA_OK, ta_copy_into(view, negative, &error));
    CHECK(ta_set_grad_enabled(1) == 0 && ta_grad_enabled() == 1);

    CHECK(data[0] == -1 && data[1] == -2);
    EXPECT(TA_ERR_GRAD, ta_fill(tensor, &nine, &error));
    ta_release(view);
    ta_release(negative);
    ta_release(tensor);
}

static void the_flag_of_a_leaf_can_be_changed(void)
{
    ta_tensor *tensor = NULL, *negative = NULL, *integers = NULL, *detached = NULL;
    const ta_source value = ta_source_float(1.5), integer = ta_source_int(1);
    EXPECT(TA_OK, ta_asarray(&value, NULL, &tensor, &error));
    EXPECT(TA_OK, ta_asarray(&integer, NULL, &integers, &error));
    CHECK(!ta_requires_grad(tensor) && ta_is_leaf(tensor) && ta_grad_fn_name(tensor) == NULL);

    EXPECT(TA_OK, ta_set_requires_grad(tensor, 0, &error));
    EXPECT(TA_OK, ta_set_requires_grad(tensor, 1, &error));
    CHECK(ta_requires_grad(tensor) && requires_grad(tensor) && ta_is_leaf(tensor));
    CHECK((info_of(tensor).flags & TA_TENSOR_LEAF) != 0);
    EXPECT(TA_OK, ta_neg(tensor, &negative, &error));
    CHECK(ta_requires_grad(negative) && !ta_is_leaf(negative));
    CHECK((info_of(negative).flags & TA_TENSOR_LEAF) == 0);
    CHECK(info_of(negative).provenance.reason == TA_REASON_COMPUTED);
    EXPECT(TA_OK, ta_set_requires_grad(negative, 1, &error));
    EXPECT(TA_ERR_GRAD, ta_set_requires_grad(negative, 0, &error));
    CHECK(message_has("leaf"));
    EXPECT(TA_ERR_GRAD, ta_set_requires_grad(integers, 1, &error));
    EXPECT(TA_OK, ta_set_requires_grad(integers, 0, &error));
    EXPECT(TA_OK, ta_detach(negative, &detached, &error));
    CHECK(!ta_requires_grad(detached) && ta_is_leaf(detached) &&
          ta_data(detached) == ta_data(negative));

    ta_release(detached);
    ta_release(negative);
    ta_release(integers);
    ta_release(tensor);
}

static ta_tensor *scalar(double value, ta_dtype dtype)
{
    const ta_source source = ta_source_float(value);
    const ta_options options = want_dtype(dtype);
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    return tensor;
}

/* What is set must be able to be the gradient; the one that was there goes. */
static void a_gradient_can_be_set_and_cleared(void)
{
    int runs;
    ta_tensor *tensor = scalar(1, ta_float32()), *grad = scalar(2, ta_float32()), *negative = NULL;
    ta_tensor *wide = scalar(2, ta_float64()), *vector = leaf(&runs), *got;
    EXPECT(TA_OK, ta_set_requires_grad(tensor, 1, &error));
    EXPECT(TA_OK, ta_neg(tensor, &negative, &error));

    CHECK(ta_grad(tensor) == NULL);
    EXPECT(TA_OK, ta_set_grad(tensor, NULL, &error));
    EXPECT(TA_ERR_GRAD, ta_set_grad(tensor, wide, &error));
    EXPECT(TA_ERR_GRAD, ta_set_grad(tensor, vector, &error));
    EXPECT(TA_ERR_GRAD, ta_set_grad(tensor, tensor, &error));
    EXPECT(TA_ERR_GRAD, ta_set_grad(tensor, negative, &error));
    EXPECT(TA_ERR_GRAD, ta_set_grad(negative, grad, &error));
    CHECK(ta_grad(tensor) == NULL);
    EXPECT(TA_OK, ta_set_grad(tensor, grad, &error));
    got = ta_grad(tensor);
    CHECK(got == grad);
    ta_release(got);
    EXPECT(TA_OK, ta_backward(negative, NULL, 0, &error));
    CHECK(element(grad, 0) == 2);
    got = ta_grad(tensor);
    CHECK(got != grad && element(got, 0) == 1);
    ta_release(got);
    EXPECT(TA_OK, ta_set_grad(negative, NULL, &error));
    EXPECT(TA_OK, ta_set_grad(tensor, NULL, &error));
    CHECK(ta_grad(tensor) == NULL);

    ta_release(negative);
    ta_release(vector);
    ta_release(wide);
    ta_release(grad);
    ta_release(tensor);
    CHECK(runs == 1);
}

int main(void)
{
    the_callers_own_tensor_never_changes();
    only_floats_and_complex_numbers_can();
    it_is_neither_lent_nor_written();
    a_leaf_is_written_while_nothing_is_recorded();
    the_flag_of_a_leaf_can_be_changed();
    a_gradient_can_be_set_and_cleared();
    return check_end("gradients");
}
