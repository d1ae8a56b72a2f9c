/* The table of cases, through the C ABI. */
#include "check.h"
#include "facts.h"
#include "list.h"
#include "make.h"

#include "../cases/table.h"
#include "tarray_dlpack.h"

/* How many of the cases are known to run here; a language without big integers lacks two. */
#define FEWEST 277

/* What a call is made of, and has to be freed after it. */
struct given {
    ta_source source;
    unsigned char *block;
    size_t size;
    int64_t shape[TA_MAX_NDIM], strides[TA_MAX_NDIM];
    struct list list;
    ta_source *items;
    ta_tensor *tensor;
};

static ta_options options_of(const char *request)
{
    ta_options options = TA_OPTIONS_INIT;
    char word[64];
    if (request_value(request, "dtype", word, sizeof word))
        options.dtype = dtype_named(word);
    if (request_value(request, "default_dtype", word, sizeof word))
        options.default_dtype = dtype_named(word);
    if (request_value(request, "device", word, sizeof word))
        CHECK(ta_device_parse(word, &options.device, NULL) == TA_OK);
    if (request_value(request, "copy", word, sizeof word))
        options.copy = strcmp(word, "always") == 0 ? TA_COPY_ALWAYS : TA_COPY_NEVER;
    if (request_value(request, "requires_grad", word, sizeof word))
        options.requires_grad = strcmp(word, "yes") == 0 ? TA_GRAD_YES : TA_GRAD_AS_SOURCE;
    if (request_value(request, "accept", word, sizeof word)) {
        int32_t origin;
        for (origin = TA_ORIGIN_TENSOR; origin <= TA_ORIGIN_SEQUENCE; origin++)
            if (has_word(word, ",", ta_origin_name(origin)))
                options.accept |= (uint64_t)1 << origin;
    }
    if (has_word(request, " ", "writable"))
        options.flags |= TA_WANT_WRITABLE;
    if (has_word(request, " ", "contiguous"))
        options.flags |= TA_WANT_CONTIGUOUS;
    return options;
}

/* Sources of the items of the list at `*text`, which is moved behind it. */
static void read_list(const char **text, struct list *list)
{
    size_t room = 0;
    ta_source *items = NULL;
    list->len = 0;
    for (++*text; **text != ']'; *text += strspn(*text, ", ")) {
        if (list->len == room) {
            room = 2 * room + 4;
            items = realloc(items, room * sizeof *items);
            if (items == NULL)
                table_broken("out of memory");
        }
        if (**text == '[') {
            struct list *inner = table_room(sizeof *inner);
            read_list(text, inner);
            items[list->len++] = from_list(&LIST_WITH_READ, inner);
        } else {
            items[list->len++] = ta_source_scalar(number_at(*text, text));
        }
    }
    ++*text;
    list->items = items;
}

static void free_list(const struct list *list)
{
    size_t k;
    for (k = 0; k < list->len; k++)
        if (list->items[k].kind == TA_SOURCE_SEQUENCE) {
            struct list *inner = list->items[k].value.sequence.user_data;
            free_list(inner);
            free(inner);
        }
    free((ta_source *)list->items);
}

static ta_memory memory_in(struct given *given, const struct one_case *row)
{
    const int32_t ndim = integers_of(row->field[SOURCE_SHAPE], given->shape);
    ta_memory memory =
        memory_of(given->block, dtype_named(row->field[SOURCE_DTYPE]), ndim, given->shape);
    memory.byte_offset = strtoull(row->field[START], NULL, 10);
    if (is_given(row->field[STRIDES])) {
        integers_of(row->field[STRIDES], given->strides);
        memory.strides_bytes = given->strides;
    }
    if (has_word(row->field[TRAITS], " ", "read_only"))
        memory.flags |= TA_MEMORY_READ_ONLY;
    if (has_word(row->field[TRAITS], " ", "swapped"))
        memory.flags |= TA_MEMORY_BYTE_SWAPPED;
    return memory;
}

/* The rows of the block, each a source. */
static void cut_rows(struct given *given, ta_memory whole)
{
    const size_t count = (size_t)given->shape[0], bytes = given->size / count;
    size_t k;
    given->items = table_room(count * sizeof *given->items);
    for (k = 0; k < count; k++)
        given->items[k] = ta_source_memory(
            memory_of(given->block + k * bytes, whole.dtype, whole.ndim - 1, given->shape + 1));
    given->list.len = count;
    given->list.items = given->items;
    given->source = from_list(&LIST, &given->list);
}

/* Lends the tensor as DLPack of either version. */
static ta_status lend_it(struct given *given, int legacy)
{
    DLManagedTensor *old = NULL;
    DLManagedTensorVersioned *new = NULL;
    const ta_status status = legacy ? ta_to_dlpack_legacy(given->tensor, NULL, &old, &error)
                                    : ta_to_dlpack(given->tensor, NULL, &new, &error);
    if (status == TA_OK)
        given->source = legacy ? ta_source_dlpack_legacy(old) : ta_source_dlpack(new);
    return status;
}

/* Makes what the case gives; the status is that of making it. */
static ta_status give(struct given *given, const struct one_case *row)
{
    const char *kind = row->field[KIND], *text = row->field[VALUE];
    ta_memory memory;
    memset(given, 0, sizeof *given);
    if (strcmp(kind, "scalar") == 0 || strcmp(kind, "complex") == 0) {
        given->source = ta_source_scalar(number_at(text, &text));
        return TA_OK;
    }
    if (strcmp(kind, "list") == 0 || strcmp(kind, "complex_list") == 0) {
        read_list(&text, &given->list);
        given->source = from_list(&LIST_WITH_READ, &given->list);
        return TA_OK;
    }
    given->block = bytes_of(text, &given->size);
    memory = memory_in(given, row);
    if (strcmp(kind, "buffer") == 0) {
        ta_buffer buffer = buffer_of(given->block, given->size);
        buffer.flags = memory.flags;
        given->source = ta_source_buffer(buffer);
    } else if (strcmp(kind, "typed_scalar") == 0) {
        given->source = ta_source_typed_scalar(given->block, memory.dtype);
    } else if (strcmp(kind, "rows") == 0) {
        cut_rows(given, memory);
    } else {
        given->source = ta_source_memory(memory);
    }
    if (strcmp(kind, "tensor") != 0 && strncmp(kind, "dlpack", 6) != 0)
        return TA_OK;
    EXPECT(TA_OK, ta_asarray(&given->source, NULL, &given->tensor, &error));
    given->source = ta_source_tensor(given->tensor);
    return *kind == 't' ? TA_OK : lend_it(given, strcmp(kind, "dlpack_legacy") == 0);
}

/* A loan that no call took is still ours. */
static void take_back(struct given *given, ta_status status)
{
    if (status != TA_OK && given->source.kind == TA_SOURCE_DLPACK)
        given->source.value.dlpack->deleter(given->source.value.dlpack);
    if (status != TA_OK && given->source.kind == TA_SOURCE_DLPACK_LEGACY)
        given->source.value.dlpack_legacy->deleter(given->source.value.dlpack_legacy);
    ta_release(given->tensor);
    if (given->items == NULL)
        free_list(&given->list);
    free(given->items);
    free(given->block);
}

static int same_elements(const ta_tensor *tensor, const char *hex)
{
    size_t size;
    unsigned char *want = bytes_of(hex, &size);
    ta_options contiguous = want_flags(TA_WANT_CONTIGUOUS);
    ta_tensor *copy = NULL;
    ta_info info;
    int same;
    EXPECT(TA_OK, ta_copy(tensor, &contiguous, &copy, &error));
    info = info_of(copy);
    same = info.nbytes == size && (size == 0 || memcmp(info.data, want, size) == 0);
    ta_release(copy);
    free(want);
    return same;
}

static void right(const ta_tensor *tensor, const struct given *given, const struct one_case *row)
{
    const ta_info info = info_of(tensor);
    const char *name = row->field[NAME], *flags = row->field[FLAGS];
    const unsigned char *data = info.data;
    int64_t shape[TA_MAX_NDIM];
    const int32_t ndim = integers_of(row->field[SHAPE], shape);
    const int aliased = row->field[ALIASED][0] == '1';
    const char *reason = is_given(row->field[REASON]) ? row->field[REASON] : "";
    size_t start = strtoull(row->field[START], NULL, 10);

    CHECK_ROW(ta_dtype_equal(info.dtype, dtype_named(row->field[DTYPE])), name);
    CHECK_ROW(has_shape(tensor, ndim, shape), name);
    CHECK_ROW(same_elements(tensor, row->field[DATA]), name);
    CHECK_ROW(!(info.flags & TA_TENSOR_READ_ONLY) == !has_word(flags, " ", "read_only"), name);
    CHECK_ROW(!(info.flags & TA_TENSOR_CONTIGUOUS) == !has_word(flags, " ", "contiguous"), name);
    CHECK_ROW(!(info.flags & TA_TENSOR_REQUIRES_GRAD) == !has_word(flags, " ", "requires_grad"), name);
    CHECK_ROW(strcmp(ta_origin_name(info.provenance.origin), row->field[ORIGIN]) == 0, name);
    CHECK_ROW(info.provenance.aliased == aliased, name);
    CHECK_ROW(strcmp(ta_reason_name(info.provenance.reason), reason) == 0, name);
    if (aliased && info.numel > 0)
        CHECK_ROW(data == given->block + start, name);
    else if (!aliased && given->block != NULL)
        CHECK_ROW(data < given->block || data >= given->block + given->size, name);
}

static void run(const struct one_case *row)
{
    const ta_status want = status_named(row->field[STATUS]);
    const ta_options options = options_of(row->field[REQUEST]);
    struct given given;
    ta_tensor *out = NULL;
    ta_status got;
    check_reset();
    got = give(&given, row);
    if (got == TA_OK)
        got = ta_asarray(&given.source, &options, &out, &error);
    if (CHECK_ROW(got == want, row->field[NAME]) && got == TA_OK)
        right(out, &given, row);
    if (got != TA_OK && is_given(row->field[SAYS]))
        CHECK_ROW(strstr(error.message, row->field[SAYS]) != NULL, row->field[NAME]);
    ta_release(out);
    take_back(&given, got);
    CHECK_ROW(ta_live_tensors() == 0, row->field[NAME]);
}

int main(void)
{
    struct table table = table_read("tests/cases/cases.tsv");
    size_t k, ran = 0;
    for (k = 0; k < table.count; k++) {
        if (strcmp(table.cases[k].field[KIND], "big") == 0)
            continue;
        run(&table.cases[k]);
        ran++;
    }
    printf("%d of %d cases ran\n", (int)ran, (int)table.count);
    CHECK(ran >= FEWEST);
    table_free(&table);
    return check_end("cases");
}
