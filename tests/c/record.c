/* Operations of the host: recorded, differentiated, found again and let go. */
#include <math.h>

#include "check.h"
#include "facts.h"
#include "hold.h"
#include "make.h"

static const int64_t TWO[] = {2}, THREE[] = {3};

static ta_tensor *tensor_of(const void *data, ta_dtype dtype, const int64_t *shape, int32_t grad)
{
    const ta_source source = ta_source_memory(memory_of(data, dtype, 1, shape));
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *tensor = NULL;
    options.copy = TA_COPY_ALWAYS;
    options.requires_grad = grad;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    return tensor;
}

static ta_tensor *leaf(float first, float second)
{
    float data[2];
    data[0] = first, data[1] = second;
    return tensor_of(data, ta_float32(), TWO, TA_GRAD_YES);
}

/* The gradient of a leaf of two elements is this. */
static int has_grad(const ta_tensor *leaf, double first, double second)
{
    ta_tensor *grad = ta_grad(leaf);
    const int has = grad != NULL && fabs(element(grad, 0) - first) < 1e-5 &&
                    fabs(element(grad, 1) - second) < 1e-5;
    ta_release(grad);
    return has;
}

/* --- exp, computed by the host: its gradient needs the result, which is kept without its history --- */

struct exp_data {
    ta_tensor *result;
    int *drops;
};

static ta_status exp_backward(void *user_data, const ta_tensor *grad_output, const int32_t *needed,
                              ta_tensor **grad_inputs, size_t num_inputs, ta_error *err)
{
    const struct exp_data *data = user_data;
    CHECK(num_inputs == 1 && needed[0] == 1 && grad_inputs[0] == NULL && !ta_grad_enabled());
    return ta_mul(grad_output, data->result, &grad_inputs[0], err);
}

static void exp_drop(void *user_data)
{
    struct exp_data *data = user_data;
    ++*data->drops;
    ta_release(data->result);
    free(data);
}

static ta_tensor *exp_of(const ta_tensor *x, int *drops)
{
    struct exp_data *data = malloc(sizeof *data);
    ta_operation operation = TA_OPERATION_INIT;
    const ta_options copy = want_copy(TA_COPY_ALWAYS);
    ta_tensor *out = NULL;
    ta_source source;
    float *values;
    int64_t k;

    EXPECT(TA_OK, ta_copy(x, &copy, &data->result, &error));
    values = ta_mutable_data(data->result);
    for (k = 0; k < ta_numel(data->result); k++)
        values[k] = expf(values[k]);
    data->drops = drops;
    operation.name = "ExpBackward0";
    operation.inputs = &x;
    operation.num_inputs = 1;
    operation.backward = exp_backward;
    operation.user_data = data;
    operation.drop = exp_drop;
    source = ta_source_tensor(data->result);
    EXPECT(TA_OK, ta_record(&operation, &source, NULL, &out, &error));
    return out;
}

static void an_operation_of_the_host_is_differentiated(void)
{
    int drops = 0;
    ta_tensor *x = leaf(0, 1), *y = exp_of(x, &drops), *squared = NULL, *loss = NULL;

    CHECK(ta_requires_grad(y) && !ta_is_leaf(y));
    CHECK(strcmp(ta_grad_fn_name(y), "ExpBackward0") == 0);
    CHECK(fabs(element(y, 1) - exp(1)) < 1e-6);
    EXPECT(TA_OK, ta_mul(y, y, &squared, &error));
    EXPECT(TA_OK, ta_sum(squared, NULL, 0, 0, &loss, &error));
    EXPECT(TA_OK, ta_backward(loss, NULL, 1, &error));
    CHECK(drops == 0 && has_grad(x, 2, 2 * exp(2)));
    EXPECT(TA_OK, ta_backward(loss, NULL, 0, &error));
    CHECK(drops == 1 && has_grad(x, 4, 4 * exp(2)));
    EXPECT(TA_ERR_GRAD, ta_backward(loss, NULL, 0, &error));
    CHECK(message_has("second time"));

    ta_release(loss);
    ta_release(squared);
    ta_release(y);
    ta_release(x);
    CHECK(drops == 1);
}

static void what_is_not_differentiated_is_let_go_with_the_last_tensor(void)
{
    int drops = 0;
    ta_tensor *x = leaf(0, 1), *y = exp_of(x, &drops), *z = NULL;
    EXPECT(TA_OK, ta_neg(y, &z, &error));
    ta_release(x);
    ta_release(y);
    CHECK(drops == 0 && ta_live_nodes() == 2);
    ta_release(z);
    CHECK(drops == 1 && ta_live_nodes() == 0);
}

static void what_is_not_recorded_is_let_go_inside_the_call(void)
{
    int drops = 0;
    static const float data[] = {1, 2};
    ta_tensor *plain = tensor_of(data, ta_float32(), TWO, TA_GRAD_NO), *x = leaf(1, 2);
    ta_tensor *y = exp_of(plain, &drops);
    CHECK(drops == 1 && ta_is_leaf(y) && !ta_requires_grad(y));
    ta_release(y);
    ta_set_grad_enabled(0);
    y = exp_of(x, &drops);
    ta_set_grad_enabled(1);
    CHECK(drops == 2 && ta_is_leaf(y) && !ta_requires_grad(y));
    ta_release(y);
    ta_release(x);
    ta_release(plain);
}

/* --- the rules --- */

struct counted {
    int runs, drops;
    ta_status answer;
    const char *message;
    ta_tensor *gradient;
    int32_t needed[4];
};

static ta_status counted_backward(void *user_data, const ta_tensor *grad_output,
                                  const int32_t *needed, ta_tensor **grad_inputs,
                                  size_t num_inputs, ta_error *err)
{
    struct counted *it = user_data;
    size_t k;
    (void)grad_output;
    it->runs++;
    for (k = 0; k < num_inputs; k++) {
        it->needed[k] = needed[k];
        grad_inputs[k] = ta_retain(it->gradient);
    }
    if (it->message != NULL)
        snprintf(err->message, sizeof err->message, "%s", it->message);
    return it->answer;
}

static void counted_drop(void *user_data) { ((struct counted *)user_data)->drops++; }

static ta_operation counted_operation(struct counted *it, const ta_tensor *const *inputs,
                                      size_t num_inputs)
{
    ta_operation operation = TA_OPERATION_INIT;
    operation.name = "CountedBackward0";
    operation.inputs = inputs;
    operation.num_inputs = num_inputs;
    operation.backward = counted_backward;
    operation.user_data = it;
    operation.drop = counted_drop;
    return operation;
}

/* Where ta_record fails, neither the output nor the operation has changed hands. */
static void a_failing_record_takes_nothing(void)
{
    static const float data[] = {1, 2};
    struct counted it = {0};
    int runs;
    ta_tensor *x = leaf(1, 2), *out = NULL;
    const ta_tensor *inputs[] = {x};
    const ta_operation operation = counted_operation(&it, inputs, 1);
    const ta_source output =
        ta_source_memory(hold_memory(data, sizeof data, ta_float32(), 1, TWO, &runs));
    const struct {
        const char *row;
        ta_options options;
        ta_status want;
    } rows[] = {{"integers", want_dtype(ta_int64()), TA_ERR_GRAD},
                {"never copied", {sizeof(ta_options), {TA_FLOAT, 64, 1}, {0, 0, 0}, {0, 0},
                                  TA_COPY_NEVER, 0, 0, 0, 0}, TA_ERR_CANNOT_ALIAS},
                {"asks for a gradient", {sizeof(ta_options), {0, 0, 0}, {0, 0, 0}, {0, 0},
                                         0, TA_GRAD_YES, 0, 0, 0}, TA_ERR_INVALID_ARGUMENT}};
    size_t k;
    ta_operation larger = operation;

    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        EXPECT_ROW(rows[k].want, ta_record(&operation, &output, &rows[k].options, &out, &error),
                   rows[k].row);
        CHECK_ROW(out == NULL && it.drops == 0 && runs == 0 && ta_live_nodes() == 0, rows[k].row);
    }
    larger.reserved = 1;
    EXPECT(TA_ERR_UNSUPPORTED, ta_record(&larger, &output, NULL, &out, &error));
    larger = operation;
    larger.struct_size = 8;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_record(&larger, &output, NULL, &out, &error));
    larger = operation;
    larger.num_inputs = (size_t)-1;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_record(&larger, &output, NULL, &out, &error));
    CHECK(out == NULL && it.drops == 0 && runs == 0);

    EXPECT(TA_OK, ta_record(&operation, &output, NULL, &out, &error));
    CHECK(aliases(out, TA_ORIGIN_MEMORY));
    ta_release(out);
    CHECK(it.drops == 1 && runs == 1 && it.runs == 0);
    ta_release(x);
}

static void what_a_callback_says_of_its_failure_is_passed_on(void)
{
    const struct {
        const char *row;
        ta_status answer;
        const char *message;
        ta_status want;
        const char *text;
    } rows[] = {
        {"a status of ours", TA_ERR_DEVICE, "no card", TA_ERR_DEVICE, "CountedBackward0: no card"},
        {"one of its own", 4711, "odd", TA_ERR_CALLBACK, "CountedBackward0: odd"},
        {"no message", -1, NULL, TA_ERR_CALLBACK, "failed with status -1"},
    };
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct counted it = {0};
        static const float data[] = {5, 6};
        ta_tensor *x = leaf(1, 2), *out = NULL, *loss = NULL;
        const ta_tensor *inputs[] = {x};
        const ta_operation operation = counted_operation(&it, inputs, 1);
        const ta_source output = ta_source_tensor(x);
        it.answer = rows[k].answer;
        it.message = rows[k].message;
        it.gradient = tensor_of(data, ta_float32(), TWO, TA_GRAD_NO);
        EXPECT(TA_OK, ta_record(&operation, &output, NULL, &out, &error));
        EXPECT(TA_OK, ta_sum(out, NULL, 0, 0, &loss, &error));

        EXPECT_ROW(rows[k].want, ta_backward(loss, NULL, 0, &error), rows[k].row);
        CHECK_ROW(message_has(rows[k].text), rows[k].row);
        CHECK_ROW(it.runs == 1 && it.drops == 0 && ta_grad(x) == NULL, rows[k].row);

        /* What had failed may work the next time: nothing was released. */
        it.answer = TA_OK;
        EXPECT_ROW(TA_OK, ta_backward(loss, NULL, 0, &error), rows[k].row);
        CHECK_ROW(it.runs == 2 && it.drops == 1 && has_grad(x, 5, 6), rows[k].row);
        ta_release(it.gradient);
        ta_release(loss);
        ta_release(out);
        ta_release(x);
    }
}

static void a_callback_knows_which_inputs_need_a_gradient(void)
{
    static const float data[] = {5, 6, 7};
    struct counted it = {0};
    ta_tensor *x = leaf(1, 2), *plain = tensor_of(data, ta_float32(), TWO, TA_GRAD_NO);
    ta_tensor *wrong, *out = NULL;
    const ta_tensor *inputs[3];
    const ta_source output = ta_source_tensor(x);
    ta_operation operation;
    inputs[0] = plain, inputs[1] = x, inputs[2] = x;
    operation = counted_operation(&it, inputs, 3);
    it.gradient = tensor_of(data, ta_float32(), TWO, TA_GRAD_NO);
    EXPECT(TA_OK, ta_record(&operation, &output, NULL, &out, &error));

    EXPECT(TA_OK, ta_backward(out, it.gradient, 1, &error));
    CHECK(it.needed[0] == 0 && it.needed[1] == 1 && it.needed[2] == 1);
    CHECK(has_grad(x, 10, 12));
    wrong = it.gradient;
    it.gradient = tensor_of(data, ta_float32(), THREE, TA_GRAD_NO);
    EXPECT(TA_ERR_GRAD, ta_backward(out, wrong, 1, &error));
    CHECK(message_has("CountedBackward0") && message_has("input 1") && message_has("(3,)"));
    CHECK(has_grad(x, 10, 12));

    ta_release(it.gradient);
    ta_release(wrong);
    ta_release(out);
    ta_release(plain);
    ta_release(x);
    CHECK(it.drops == 1);
}

/* --- the graph from outside --- */

static void remember(void *seen, void *user_data) { *(void **)seen = user_data; }

static void a_host_finds_its_operations(void)
{
    struct counted it = {0};
    void *seen = NULL;
    ta_tensor *x = leaf(1, 2), *mine = NULL, *sum = NULL, *loss = NULL;
    const ta_tensor *inputs[] = {x};
    const ta_operation operation = counted_operation(&it, inputs, 1);
    const ta_source output = ta_source_tensor(x);
    ta_node *node, *next = NULL, *none = NULL, *share;
    EXPECT(TA_OK, ta_record(&operation, &output, NULL, &mine, &error));
    EXPECT(TA_OK, ta_add(mine, x, &sum, &error));
    EXPECT(TA_OK, ta_sum(sum, NULL, 0, 0, &loss, &error));
    CHECK(ta_live_nodes() == 3);

    node = ta_grad_fn(sum);
    CHECK(strcmp(ta_node_name(node), "AddBackward0") == 0 && ta_node_num_inputs(node) == 2);
    CHECK(ta_node_user_data(node, counted_backward) == NULL);
    CHECK(ta_node_visit(node, counted_backward, remember, &seen) == 0 && seen == NULL);
    CHECK(ta_node_input(node, 0, &next) == TA_INPUT_NODE && next != NULL);
    CHECK(ta_node_input(node, 1, &none) == TA_INPUT_LEAF && none == NULL);
    CHECK(ta_node_input(node, 2, &none) == TA_INPUT_NONE && none == NULL);
    share = ta_grad_fn(mine);
    CHECK(share == next && strcmp(ta_node_name(next), "CountedBackward0") == 0);
    ta_node_release(share);
    CHECK(ta_node_user_data(next, counted_backward) == &it);
    CHECK(ta_node_visit(next, exp_backward, remember, &seen) == 0 && seen == NULL);
    CHECK(ta_node_visit(next, NULL, remember, &seen) == 0 && seen == NULL);
    CHECK(ta_node_visit(next, counted_backward, NULL, NULL) == 1);
    CHECK(ta_node_visit(next, counted_backward, remember, &seen) == 1 && seen == &it);
    CHECK(ta_node_user_data(next, exp_backward) == NULL && ta_node_user_data(next, NULL) == NULL);
    share = ta_node_retain(next);
    CHECK(share == next);
    ta_node_release(share);

    it.gradient = ta_retain(mine);
    EXPECT(TA_OK, ta_backward(loss, NULL, 0, &error));
    CHECK(it.drops == 1 && ta_node_user_data(next, counted_backward) == NULL);
    CHECK(ta_node_visit(next, counted_backward, remember, &seen) == 0);
    ta_release(it.gradient);
    ta_release(loss);
    ta_release(sum);
    ta_release(mine);
    CHECK(ta_live_nodes() == 2);
    ta_node_release(node);
    CHECK(strcmp(ta_node_name(next), "CountedBackward0") == 0 && ta_live_nodes() == 1);
    ta_node_release(next);
    ta_release(x);
}

/* A callback that keeps its own result lives as long as that, until a pass releases it. */
static void a_callback_that_keeps_its_result_is_a_cycle(void)
{
    static const float ones[] = {1, 1};
    struct counted it = {0};
    ta_tensor *x = leaf(1, 2), *out = NULL, *gradient = tensor_of(ones, ta_float32(), TWO, 0);
    const ta_tensor *inputs[] = {x};
    const ta_operation operation = counted_operation(&it, inputs, 1);
    const ta_source output = ta_source_tensor(x);
    EXPECT(TA_OK, ta_record(&operation, &output, NULL, &out, &error));
    it.gradient = ta_retain(out);
    ta_release(out);
    CHECK(it.drops == 0 && ta_live_nodes() == 1);

    EXPECT(TA_OK, ta_backward(it.gradient, gradient, 0, &error));
    CHECK(it.drops == 1 && ta_live_nodes() == 1);
    ta_release(it.gradient);
    CHECK(ta_live_nodes() == 0);
    ta_release(gradient);
    ta_release(x);
}

static void a_view_is_called_what_its_binding_calls_it(void)
{
    ta_tensor *x = leaf(1, 2), *view = NULL, *loss = NULL;
    char name[] = "SelectBackward0";
    EXPECT(TA_OK, ta_view_named(x, name, 0, NULL, NULL, 1, &view, &error));
    name[0] = '!';
    CHECK(strcmp(ta_grad_fn_name(view), "SelectBackward0") == 0 && element(view, 0) == 2);
    EXPECT(TA_OK, ta_mul(view, view, &loss, &error));
    EXPECT(TA_OK, ta_backward(loss, NULL, 0, &error));
    CHECK(has_grad(x, 0, 4));
    ta_release(loss);
    ta_release(view);
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_view_named(x, "Name", 0, NULL, NULL, 2, &view, &error));
    ta_release(x);
}

int main(void)
{
    an_operation_of_the_host_is_differentiated();
    what_is_not_differentiated_is_let_go_with_the_last_tensor();
    what_is_not_recorded_is_let_go_inside_the_call();
    a_failing_record_takes_nothing();
    what_a_callback_says_of_its_failure_is_passed_on();
    a_callback_knows_which_inputs_need_a_gradient();
    a_host_finds_its_operations();
    a_callback_that_keeps_its_result_is_a_cycle();
    a_view_is_called_what_its_binding_calls_it();
    return check_end("record");
}
