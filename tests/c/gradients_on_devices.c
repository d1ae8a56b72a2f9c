/* Gradients of what is on a host's device: they arrive there, whatever is done with them on the way. */
#include "test_device.h"

#include <unistd.h>

#include "check.h"
#include "list.h"
#include "make.h"

enum { PLAIN = 60, KERNELS = 61 };

static const int64_t FOUR[] = {4};
static const double VALUES[] = {1, 2, 3, 4};

/* VALUES on a device. */
static ta_tensor *four_on(ta_device device, ta_dtype dtype, int32_t requires_grad)
{
    ta_options options = TA_OPTIONS_INIT;
    options.device = device;
    options.dtype = dtype;
    options.copy = TA_COPY_ALWAYS;
    options.requires_grad = requires_grad;
    return made(ta_source_memory(memory_of(VALUES, ta_float64(), 1, FOUR)), options);
}

/* That the gradient of a leaf is on its device, in its dtype, and has these elements; it is cleared. */
static int arrived(ta_tensor *leaf, const double *want)
{
    ta_tensor *grad = ta_grad(leaf), *host;
    ta_options options = TA_OPTIONS_INIT;
    int same;
    if (grad == NULL)
        return 0;
    options.device = ta_device_cpu();
    options.dtype = ta_float64();
    host = derived(grad, options);
    same = ta_device_of(grad).device_type == ta_device_of(leaf).device_type &&
           ta_device_of(grad).index == ta_device_of(leaf).index &&
           ta_dtype_equal(ta_dtype_of(grad), ta_dtype_of(leaf)) && ta_numel(host) == 4 &&
           memcmp(ta_data(host), want, sizeof VALUES) == 0;
    ta_release(host);
    ta_release(grad);
    EXPECT(TA_OK, ta_set_grad(leaf, NULL, &error));
    return same;
}

/* What a callback says the gradient of its input is. */
static ta_status says(void *user, const ta_tensor *gradient, const int32_t *needed, ta_tensor **out,
                      size_t count, ta_error *err)
{
    (void)gradient, (void)needed, (void)count, (void)err;
    out[0] = ta_retain(user);
    return TA_OK;
}

/* An operation of the host's on a leaf, whose gradient is `answer`. */
static ta_tensor *recorded(const ta_tensor *leaf, ta_tensor *answer)
{
    ta_operation operation = TA_OPERATION_INIT;
    ta_tensor *result = four_on(ta_device_of(leaf), ta_float32(), TA_GRAD_NO), *out = NULL;
    const ta_source source = ta_source_tensor(result);
    operation.name = "ToldBackward0";
    operation.inputs = &leaf;
    operation.num_inputs = 1;
    operation.backward = says;
    operation.user_data = answer;
    EXPECT(TA_OK, ta_record(&operation, &source, NULL, &out, &error));
    ta_release(result);
    return out;
}

/* Gradients that somebody holds, of another dtype, or that are broadcast; and two that meet. */
static void what_a_callback_gives(ta_device device)
{
    static const double twice[] = {2, 4, 6, 8}, thrice[] = {3, 6, 9, 12};
    static const int64_t rows[] = {3, 4}, repeated[] = {0, 1};
    ta_tensor *leaf = four_on(device, ta_float32(), TA_GRAD_YES);
    ta_tensor *seed = four_on(device, ta_float32(), TA_GRAD_NO), *broadcast = NULL;
    ta_tensor *answers[4], *elsewhere;
    ta_tensor *result;
    int k;
    answers[0] = four_on(device, ta_float32(), TA_GRAD_NO);
    answers[1] = four_on(device, ta_float64(), TA_GRAD_NO);
    answers[2] = four_on(device, ta_float16(), TA_GRAD_NO);
    EXPECT(TA_OK, ta_view(answers[0], 2, rows, repeated, 0, &broadcast, &error));
    answers[3] = broadcast;
    for (k = 0; k < 4; k++) {
        result = recorded(leaf, answers[k]);
        EXPECT(TA_OK, ta_backward(result, seed, 1, &error));
        CHECK(arrived(leaf, k == 3 ? thrice : VALUES));
        EXPECT(TA_OK, ta_backward(result, seed, 1, &error));
        if (k < 3) {
            EXPECT(TA_OK, ta_backward(result, seed, 0, &error));
            CHECK(arrived(leaf, twice));
        } else {
            CHECK(arrived(leaf, thrice));
        }
        ta_release(result);
    }
    /* A callback is to know where its input is. */
    elsewhere = four_on(ta_device_cpu(), ta_float32(), TA_GRAD_NO);
    result = recorded(leaf, elsewhere);
    EXPECT(TA_ERR_GRAD, ta_backward(result, seed, 0, &error));
    CHECK(message_has("it is on cpu, but the input on device6"));
    EXPECT(TA_ERR_GRAD, ta_backward(result, elsewhere, 0, &error));
    EXPECT(TA_ERR_GRAD, ta_backward(result, NULL, 0, &error));
    CHECK(ta_grad(leaf) == NULL);
    ta_release(result);
    ta_release(elsewhere);
    for (k = 0; k < 4; k++)
        ta_release(answers[k]);
    ta_release(seed);
    ta_release(leaf);
}

/* Copies to another dtype or device, views and stacks: of a leaf on a device, back to it. */
static void what_is_recorded_by_itself(ta_device device)
{
    static const double spread[] = {0, 1, 0, 2}, ones[] = {0, 0, 1, 0};
    static const int64_t two[] = {2}, second[] = {2};
    ta_tensor *leaf = four_on(device, ta_float32(), TA_GRAD_YES), *view = NULL, *part, *seed;
    const ta_device places[] = {{PLAIN, 0}, {KERNELS, 1}, {TA_DEVICE_CPU, 0}};
    size_t k;
    for (k = 0; k < 3; k++) {
        ta_options options = TA_OPTIONS_INIT;
        ta_tensor *copy;
        options.device = places[k];
        options.dtype = ta_float64();
        options.copy = TA_COPY_ALWAYS;
        options.requires_grad = TA_GRAD_AS_SOURCE;
        copy = derived(leaf, options);
        seed = four_on(places[k], ta_float64(), TA_GRAD_NO);
        EXPECT(TA_OK, ta_backward(copy, seed, 0, &error));
        CHECK(arrived(leaf, VALUES));
        ta_release(seed);
        ta_release(copy);
    }
    EXPECT(TA_OK, ta_view(leaf, 1, two, second, 1, &view, &error));
    seed = NULL;
    part = four_on(device, ta_float32(), TA_GRAD_NO);
    EXPECT(TA_OK, ta_view(part, 1, two, NULL, 0, &seed, &error));
    EXPECT(TA_OK, ta_backward(view, seed, 0, &error));
    CHECK(arrived(leaf, spread));
    ta_release(seed);
    ta_release(part);
    ta_release(view);

    /* Of one element the gradient is 1, on the device. */
    EXPECT(TA_OK, ta_view(leaf, 0, NULL, NULL, 2, &view, &error));
    EXPECT(TA_OK, ta_backward(view, NULL, 0, &error));
    CHECK(arrived(leaf, ones));
    ta_release(view);
    ta_release(leaf);
}

/* A result on the CPU, of parts that are not. */
static void stacked_from_devices(ta_device device)
{
    static const double sums[] = {2, 2, 2, 2};
    ta_tensor *leaf = four_on(device, ta_float32(), TA_GRAD_YES), *whole, *sum = NULL;
    ta_source items[2];
    struct list list = {2, items};
    ta_options options = TA_OPTIONS_INIT;
    items[0] = items[1] = ta_source_tensor(leaf);
    options.requires_grad = TA_GRAD_AS_SOURCE;
    whole = made(from_list(&LIST, &list), options);
    EXPECT(TA_OK, ta_sum(whole, NULL, 0, 0, &sum, &error));
    EXPECT(TA_OK, ta_backward(sum, NULL, 0, &error));
    CHECK(arrived(leaf, sums));
    ta_release(sum);
    ta_release(whole);
    ta_release(leaf);
}

/* A leaf whose gradient is asked for by every copy that the plain device makes, and how often that was. */
static ta_tensor *asked_for;
static int times_asked;
static ta_status (*copy)(void *, const ta_place *, const ta_place *, size_t, int64_t, ta_error *);

static ta_status copy_and_ask(void *user, const ta_place *target, const ta_place *source, size_t bytes,
                              int64_t stream, ta_error *err)
{
    if (asked_for != NULL) {
        ta_tensor *grad = ta_grad(asked_for);
        times_asked++;
        if (grad != NULL)
            ta_release(grad);
    }
    return copy(user, target, source, bytes, stream, err);
}

/* No lock is held while a function of a device runs: it may ask about the very leaf that a gradient comes to. */
static void asked_meanwhile(void)
{
    static const double twice[] = {2, 4, 6, 8};
    const ta_device device = {PLAIN, 0};
    ta_tensor *leaf = four_on(device, ta_float32(), TA_GRAD_YES), *seed = four_on(device, ta_float32(), TA_GRAD_NO);
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *alias;
    options.requires_grad = TA_GRAD_AS_SOURCE;
    options.copy = TA_COPY_ALWAYS;
    alias = derived(leaf, options);
    /* Who waits for a lock that this thread holds waits for ever. */
    alarm(60);
    asked_for = leaf;
    EXPECT(TA_OK, ta_backward(alias, seed, 1, &error));
    EXPECT(TA_OK, ta_backward(alias, seed, 1, &error));
    asked_for = NULL;
    alarm(0);
    CHECK(times_asked > 0 && arrived(leaf, twice));
    ta_release(alias);
    ta_release(seed);
    ta_release(leaf);
}

int main(void)
{
    const ta_device devices[] = {{PLAIN, 1}, {KERNELS, 0}};
    struct test_device *plain = device_start(), *able = device_start();
    int k;
    plain->api.convert = NULL;
    copy = plain->api.copy;
    plain->api.copy = copy_and_ask;
    EXPECT(TA_OK, ta_device_register(PLAIN, &plain->api, plain, &error));
    EXPECT(TA_OK, ta_device_register(KERNELS, &able->api, able, &error));
    for (k = 0; k < 2; k++) {
        what_a_callback_gives(devices[k]);
        what_is_recorded_by_itself(devices[k]);
        stacked_from_devices(devices[k]);
    }
    asked_meanwhile();
    EXPECT(TA_OK, ta_device_unregister(PLAIN, &error));
    EXPECT(TA_OK, ta_device_unregister(KERNELS, &error));
    CHECK(plain->released == 1 && able->released == 1 && ta_live_nodes() == 0);
    drain_all(plain);
    drain_all(able);
    CHECK(plain->live == 0 && able->live == 0 && ta_live_tensors() == 0);
    device_stop(plain);
    device_stop(able);
    return check_end("gradients_on_devices");
}
