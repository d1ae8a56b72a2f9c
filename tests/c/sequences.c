/* Sequences through the vtable, above all those that lie: an error that says where, and no leak. */
#include "check.h"
#include "facts.h"
#include "list.h"
#include "make.h"

#include <stdint.h>

#define HOST_STATUS TA_ERR_OUT_OF_MEMORY

/* A sequence of the integers 0, 1, 2, ... that misbehaves as `lie` says from call number `from` on.
 */
struct liar {
    enum {
        HONEST,
        SHRINKS,
        GROWS,
        LEN_FAILS,
        ITEM_FAILS,
        ITEM_FAILS_SILENTLY,
        STRANGE_STATUS,
        GARBAGE_KIND,
        TURNS_TO_LIST,
        TURNS_TO_REAL,
        READS_TOO_MUCH,
        READS_NOTHING,
        READ_FAILS,
        READS_GARBAGE
    } lie;
    size_t len;
    int from;
    int len_calls;
    int item_calls;
};

static ta_status say(ta_error *err, ta_status status, const char *message)
{
    if (err != NULL) {
        err->status = status;
        strcpy(err->message, message);
    }
    return status;
}

static ta_status liar_len(void *user_data, size_t *out, ta_error *err)
{
    struct liar *liar = user_data;
    const int lies = liar->len_calls++ >= liar->from;
    if (lies && liar->lie == LEN_FAILS)
        return say(err, HOST_STATUS, "the host has no length today");
    *out = liar->len + (lies && liar->lie == GROWS) - (lies && liar->lie == SHRINKS);
    return TA_OK;
}

static ta_status liar_item(void *user_data, size_t index, ta_source *out, ta_error *err)
{
    static struct list empty = {0, NULL};
    struct liar *liar = user_data;
    const int lies = liar->item_calls++ >= liar->from;
    *out = ta_source_int((int64_t)index);
    if (!lies)
        return TA_OK;
    switch (liar->lie) {
    case ITEM_FAILS:
        return say(err, HOST_STATUS, "the host cannot fetch it");
    case ITEM_FAILS_SILENTLY:
        return HOST_STATUS;
    case STRANGE_STATUS:
        return say(err, -7, "a number from elsewhere");
    case GARBAGE_KIND:
        out->kind = 0x5a5a;
        return TA_OK;
    case TURNS_TO_LIST:
        *out = from_list(&LIST, &empty);
        return TA_OK;
    case TURNS_TO_REAL:
        *out = ta_source_float((double)index + 0.5);
        return TA_OK;
    default:
        return TA_OK;
    }
}

static ta_status liar_read(void *user_data, size_t start, size_t count, ta_scalar *out,
                           size_t *written, ta_error *err)
{
    const struct liar *liar = user_data;
    size_t k;
    if (liar->lie == READ_FAILS)
        return say(err, HOST_STATUS, "the host cannot read in bulk");
    for (k = 0; k < count && start + k < liar->len; k++) {
        out[k] = ta_scalar_int((int64_t)(start + k));
        if (liar->lie == READS_GARBAGE)
            out[k].kind = 0x5a5a;
    }
    *written = liar->lie == READS_TOO_MUCH ? count + 1 : liar->lie == READS_NOTHING ? 0 : k;
    return TA_OK;
}

static const ta_sequence_vtable SLOW = {sizeof(ta_sequence_vtable), liar_len, liar_item, NULL};
static const ta_sequence_vtable FAST = {sizeof(ta_sequence_vtable), liar_len, liar_item, liar_read};

static struct liar liar_of(int lie, int from)
{
    struct liar liar = {HONEST, 5, 0, 0, 0};
    liar.lie = lie;
    liar.from = from;
    return liar;
}

/* That a sequence is refused with `want`, also as the second of two, and nothing is written. */
static void refused(ta_status want, const ta_sequence_vtable *vtable, struct liar liar,
                    const char *row)
{
    struct liar again = liar, honest = liar_of(HONEST, 0);
    const ta_source items[] = {ta_source_sequence(vtable, &honest),
                               ta_source_sequence(vtable, &again)};
    struct list pair = {2, items};
    const ta_source alone = ta_source_sequence(vtable, &liar), nested = from_list(&LIST, &pair);
    ta_tensor *out = NULL;

    EXPECT_ROW(want, ta_asarray(&alone, NULL, &out, &error), row);
    EXPECT_ROW(want, ta_asarray(&nested, NULL, &out, &error), row);
    CHECK_ROW(out == NULL, row);
}

static void honest_sequences_are_read_either_way(void)
{
    static const double values[] = {0, 1, 2, 3, 4};
    struct liar slow = liar_of(HONEST, 0), fast = liar_of(HONEST, 0),
                stingy = liar_of(READS_NOTHING, 0);
    const ta_source sources[] = {ta_source_sequence(&SLOW, &slow), ta_source_sequence(&FAST, &fast),
                                 ta_source_sequence(&FAST, &stingy)};
    size_t row;
    for (row = 0; row < 3; row++) {
        ta_tensor *tensor = NULL;
        EXPECT(TA_OK, ta_asarray(&sources[row], NULL, &tensor, &error));
        CHECK(ta_numel(tensor) == 5 && ta_dtype_equal(ta_dtype_of(tensor), ta_int64()));
        CHECK(holds(tensor, values));
        ta_release(tensor);
    }
}

/* That the result is right or an error, whatever the liar says and whenever. */
static void survives(const ta_source *source)
{
    ta_tensor *tensor = NULL;
    const ta_status status = ta_asarray(source, NULL, &tensor, NULL);
    CHECK((status == TA_OK) == (tensor != NULL));
    CHECK(status == TA_OK || status == TA_ERR_RAGGED || status == TA_ERR_DTYPE);
    ta_release(tensor);
}

static void changes_of_mind_are_errors(void)
{
    static const int lies[] = {SHRINKS, GROWS, TURNS_TO_LIST, TURNS_TO_REAL};
    const ta_source reals[] = {ta_source_float(0.5), ta_source_float(1.5), ta_source_float(2.5),
                               ta_source_float(3.5), ta_source_float(4.5)};
    struct list real = {5, reals};
    int from;
    /* Whichever call the lie begins at, the result is right or an error, and never a wild read. */
    for (from = 0; from < 12; from++) {
        size_t k;
        for (k = 0; k < sizeof lies / sizeof *lies; k++) {
            struct liar once = liar_of(lies[k], from), twice = once;
            /* Integers above reals are read a second time, when it is known that all are reals. */
            const ta_source rows[] = {ta_source_sequence(&SLOW, &twice), from_list(&LIST, &real)};
            struct list both = {2, rows};
            const ta_source alone = ta_source_sequence(&SLOW, &once),
                            above = from_list(&LIST, &both);
            survives(&alone);
            survives(&above);
        }
    }
    refused(TA_ERR_RAGGED, &SLOW, liar_of(TURNS_TO_LIST, 3), "an integer that is a list");
}

/* Seen as five integers, then found to be something else when they are read again. */
static void what_changes_between_two_walks_is_ragged(void)
{
    static const struct {
        const char *row;
        int lie, from;
    } rows[] = {{"an integer that becomes a list", TURNS_TO_LIST, 7},
                {"a length that shrinks", SHRINKS, 1},
                {"a length that grows", GROWS, 1}};
    const ta_source reals[] = {ta_source_float(0.5), ta_source_float(1.5), ta_source_float(2.5),
                               ta_source_float(3.5), ta_source_float(4.5)};
    struct list real = {5, reals};
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct liar liar = liar_of(rows[k].lie, rows[k].from);
        const ta_source both[] = {ta_source_sequence(&SLOW, &liar), from_list(&LIST, &real)};
        struct list list = {2, both};
        const ta_source source = from_list(&LIST, &list);
        ta_tensor *out = NULL;
        EXPECT_ROW(TA_ERR_RAGGED, ta_asarray(&source, NULL, &out, &error), rows[k].row);
        CHECK_ROW(out == NULL, rows[k].row);
    }
}

static void failures_of_the_host_are_passed_on(void)
{
    struct liar liar = liar_of(ITEM_FAILS, 2);
    ta_source source = ta_source_sequence(&SLOW, &liar);
    ta_tensor *out = NULL;

    EXPECT(HOST_STATUS, ta_asarray(&source, NULL, &out, &error));
    CHECK(message_has("the host cannot fetch it") && message_has("[2]"));
    refused(HOST_STATUS, &SLOW, liar_of(LEN_FAILS, 0), "len fails");
    refused(HOST_STATUS, &SLOW, liar_of(ITEM_FAILS, 0), "item 0 fails");
    refused(HOST_STATUS, &SLOW, liar_of(ITEM_FAILS, 4), "item 4 fails");
    refused(HOST_STATUS, &SLOW, liar_of(ITEM_FAILS_SILENTLY, 1), "item fails silently");
    refused(HOST_STATUS, &FAST, liar_of(READ_FAILS, 0), "read fails");
    refused(TA_ERR_CALLBACK, &SLOW, liar_of(STRANGE_STATUS, 1), "a status of nobody");
    CHECK(message_has("a number from elsewhere"));
}

static void garbage_is_refused(void)
{
    refused(TA_ERR_UNSUPPORTED, &SLOW, liar_of(GARBAGE_KIND, 0), "garbage kind at once");
    refused(TA_ERR_UNSUPPORTED, &SLOW, liar_of(GARBAGE_KIND, 3), "garbage kind later");
    refused(TA_ERR_INVALID_ARGUMENT, &FAST, liar_of(READS_GARBAGE, 0), "garbage scalars");
    refused(TA_ERR_CALLBACK, &FAST, liar_of(READS_TOO_MUCH, 0), "more read than asked");
}

static void ragged_input_names_the_place(void)
{
    const ta_source three[] = {ta_source_int(1), ta_source_int(2), ta_source_int(3)};
    struct list full = {3, three}, shorter = {2, three}, none = {0, NULL};
    const struct {
        const char *row;
        ta_source first, second;
        const char *path;
    } rows[] = {
        {"shorter", from_list(&LIST, &full), from_list(&LIST, &shorter), "[1]"},
        {"longer", from_list(&LIST, &shorter), from_list(&LIST, &full), "[1]"},
        {"empty first", from_list(&LIST, &none), from_list(&LIST, &full), "[1]"},
        {"number after list", from_list(&LIST, &full), ta_source_int(5), "[1]"},
        {"list after number", ta_source_int(5), from_list(&LIST, &full), "[1]"},
        {"bulk", from_list(&LIST_WITH_READ, &full), from_list(&LIST_WITH_READ, &shorter), "[1]"},
    };
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        const ta_source items[] = {rows[k].first, rows[k].second};
        struct list outer = {2, items};
        const ta_source nested_items[] = {from_list(&LIST, &outer)};
        struct list outermost = {1, nested_items};
        const ta_source source = from_list(&LIST, &outer), nested = from_list(&LIST, &outermost);
        char path[32];
        ta_tensor *out = NULL;
        EXPECT_ROW(TA_ERR_RAGGED, ta_asarray(&source, NULL, &out, &error), rows[k].row);
        CHECK_ROW(message_has(rows[k].path), rows[k].row);
        snprintf(path, sizeof path, "[0]%s", rows[k].path);
        EXPECT_ROW(TA_ERR_RAGGED, ta_asarray(&nested, NULL, &out, &error), rows[k].row);
        CHECK_ROW(message_has(path), rows[k].row);
        CHECK_ROW(out == NULL, rows[k].row);
    }
}

static void values_that_do_not_fit_name_the_place(void)
{
    const ta_source items[] = {ta_source_int(1), ta_source_int(300)};
    struct list list = {2, items};
    const ta_source source = from_list(&LIST, &list), bulk = from_list(&LIST_WITH_READ, &list);
    const ta_options options = want_dtype(ta_uint8());
    ta_tensor *out = NULL;

    EXPECT(TA_ERR_OVERFLOW, ta_asarray(&source, &options, &out, &error));
    CHECK(message_has("[1]") && message_has("300"));
    EXPECT(TA_ERR_OVERFLOW, ta_asarray(&bulk, &options, &out, &error));
    CHECK(message_has("[1]") && message_has("300") && out == NULL);
}

static void a_list_of_itself_is_too_deep(void)
{
    ta_source items[1];
    struct list list = {1, items};
    const ta_source source = from_list(&LIST, &list);
    ta_tensor *out = NULL;
    items[0] = source;

    EXPECT(TA_ERR_LAYOUT, ta_asarray(&source, NULL, &out, &error));
    CHECK(out == NULL);
}

static void sixty_four_levels_are_the_most(void)
{
    struct list lists[TA_MAX_NDIM + 1];
    ta_source items[TA_MAX_NDIM + 1], source;
    ta_tensor *tensor = NULL;
    int level;
    items[0] = ta_source_int(9);
    for (level = 0; level <= TA_MAX_NDIM; level++) {
        lists[level].len = 1;
        lists[level].items = &items[level];
        if (level < TA_MAX_NDIM)
            items[level + 1] = from_list(&LIST, &lists[level]);
    }

    source = from_list(&LIST, &lists[TA_MAX_NDIM - 1]);
    EXPECT(TA_OK, ta_asarray(&source, NULL, &tensor, &error));
    CHECK(ta_ndim(tensor) == TA_MAX_NDIM && element(tensor, 0) == 9);
    ta_release(tensor);
    tensor = NULL;
    source = from_list(&LIST, &lists[TA_MAX_NDIM]);
    EXPECT(TA_ERR_LAYOUT, ta_asarray(&source, NULL, &tensor, &error));
    CHECK(tensor == NULL);
}

/* A length that no memory has is found out before it is walked to its end. */
static void huge_lengths_are_refused(void)
{
    static const size_t lengths[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 62};
    size_t k;
    for (k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        struct liar liar = liar_of(ITEM_FAILS, 2), fast = liar_of(READ_FAILS, 0);
        const ta_source sources[] = {ta_source_sequence(&SLOW, &liar),
                                     ta_source_sequence(&FAST, &fast)};
        size_t way;
        liar.len = fast.len = lengths[k];
        for (way = 0; way < 2; way++) {
            ta_tensor *out = NULL;
            const ta_status status = ta_asarray(&sources[way], NULL, &out, NULL);
            CHECK(out == NULL);
            CHECK(status == TA_ERR_LAYOUT || status == TA_ERR_OUT_OF_MEMORY ||
                  status == HOST_STATUS);
        }
    }
}

static void null_callbacks_are_refused(void)
{
    struct liar liar = liar_of(HONEST, 0);
    ta_sequence_vtable vtable = SLOW;
    ta_source source = ta_source_sequence(&vtable, &liar);
    ta_tensor *out = NULL;

    vtable.len = NULL;
    EXPECT(TA_ERR_NULL_ARGUMENT, ta_asarray(&source, NULL, &out, &error));
    vtable = SLOW;
    vtable.item = NULL;
    EXPECT(TA_ERR_NULL_ARGUMENT, ta_asarray(&source, NULL, &out, &error));
    vtable = SLOW;
    vtable.struct_size = sizeof(size_t);
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_asarray(&source, NULL, &out, &error));
    source.value.sequence.vtable = NULL;
    EXPECT(TA_ERR_NULL_ARGUMENT, ta_asarray(&source, NULL, &out, &error));
    CHECK(out == NULL && liar.item_calls == 0);
}

int main(void)
{
    honest_sequences_are_read_either_way();
    changes_of_mind_are_errors();
    what_changes_between_two_walks_is_ragged();
    failures_of_the_host_are_passed_on();
    garbage_is_refused();
    ragged_input_names_the_place();
    values_that_do_not_fit_name_the_place();
    a_list_of_itself_is_too_deep();
    sixty_four_levels_are_the_most();
    huge_lengths_are_refused();
    null_callbacks_are_refused();
    return check_end("sequences");
}
