/* For the calls of POSIX beside C11. */
#define _POSIX_C_SOURCE 200809L

#include "safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    char name[256];
    ta_dtype dtype;
    int32_t ndim;
    int64_t shape[TA_MAX_NDIM];
    uint64_t begin, end;
};

struct st_file {
    /* Shares: of who opened it, and of each tensor over it. They are dropped on any thread. */
    int shares;
    unsigned char *base;
    size_t size;
    /* What offsets count from, and how many bytes follow. */
    unsigned char *data;
    size_t data_size;
    size_t count;
    struct entry *entries;
};

static ta_status fail(ta_error *err, ta_status status, const char *format, ...)
{
    va_list arguments;
    if (err != NULL && err->struct_size >= sizeof *err) {
        err->status = status;
        va_start(arguments, format);
        vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

/* ---- The header: JSON, as far as the format uses it. Each reader returns 0 if it cannot. ---- */

struct cursor {
    const char *at, *end;
};

static char peek(struct cursor *text)
{
    while (text->at < text->end && strchr(" \t\r\n", *text->at) != NULL)
        text->at++;
    return text->at < text->end ? *text->at : 0;
}

static int take(struct cursor *text, char wanted)
{
    const int is_there = peek(text) == wanted;
    text->at += is_there;
    return is_there;
}

/* A string without escapes other than of a quote, a backslash and a slash. */
static int read_string(struct cursor *text, char *out, size_t room)
{
    size_t length = 0;
    if (!take(text, '"'))
        return 0;
    for (; text->at < text->end && *text->at != '"'; text->at++) {
        if (*text->at == '\\' && (++text->at == text->end || strchr("\"\\/", *text->at) == NULL))
            return 0;
        if (length + 1 >= room)
            return 0;
        out[length++] = *text->at;
    }
    out[length] = 0;
    return take(text, '"');
}

static int read_integer(struct cursor *text, uint64_t *out)
{
    const uint64_t most = INT64_MAX;
    if (peek(text) < '0' || peek(text) > '9')
        return 0;
    for (*out = 0; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++) {
        const uint64_t digit = (uint64_t)(*text->at - '0');
        if (*out > (most - digit) / 10)
            return 0;
        *out = 10 * *out + digit;
    }
    return 1;
}

/* At most `room` integers in brackets. */
static int read_integers(struct cursor *text, uint64_t *out, int32_t room, int32_t *count)
{
    *count = 0;
    if (!take(text, '['))
        return 0;
    if (take(text, ']'))
        return 1;
    do {
        if (*count == room || !read_integer(text, &out[(*count)++]))
            return 0;
    } while (take(text, ','));
    return take(text, ']');
}

/* `"__metadata__": {"key": "value", …}` is not looked at. */
static int skip_strings(struct cursor *text)
{
    int depth = 0, quoted = 0;
    for (; text->at < text->end; text->at++) {
        if (quoted && *text->at == '\\')
            text->at++;
        else if (*text->at == '"')
            quoted = !quoted;
        else if (!quoted && *text->at == '{')
            depth++;
        else if (!quoted && *text->at == '}' && --depth == 0)
            return ++text->at, 1;
    }
    return 0;
}

static int dtype_named(const char *name, ta_dtype *out)
{
    static const struct {
        const char *name;
        uint8_t code, bits;
    } known[] = {
        {"BOOL", TA_BOOL, 8},   {"U8", TA_UINT, 8},     {"I8", TA_INT, 8},
        {"U16", TA_UINT, 16},   {"I16", TA_INT, 16},    {"U32", TA_UINT, 32},
        {"I32", TA_INT, 32},    {"U64", TA_UINT, 64},   {"I64", TA_INT, 64},
        {"F16", TA_FLOAT, 16},  {"BF16", TA_BFLOAT, 16}, {"F32", TA_FLOAT, 32},
        {"F64", TA_FLOAT, 64},  {"F8_E4M3", TA_FLOAT8_E4M3FN, 8},
        {"F8_E5M2", TA_FLOAT8_E5M2, 8},
    };
    size_t k;
    for (k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(known[k].name, name) == 0) {
            *out = ta_dtype_make(known[k].code, known[k].bits);
            return 1;
        }
    return 0;
}

/* `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, in any order. */
static int read_entry(struct cursor *text, struct entry *entry)
{
    uint64_t numbers[TA_MAX_NDIM];
    char key[32], dtype[32];
    int32_t count, k;
    int dtypes = 0, shapes = 0, offsets = 0;
    if (!take(text, '{'))
        return 0;
    do {
        if (!read_string(text, key, sizeof key) || !take(text, ':'))
            return 0;
        if (strcmp(key, "dtype") == 0) {
            dtypes += read_string(text, dtype, sizeof dtype) && dtype_named(dtype, &entry->dtype);
        } else if (strcmp(key, "shape") == 0) {
            shapes += read_integers(text, numbers, TA_MAX_NDIM, &entry->ndim);
            for (k = 0; shapes && k < entry->ndim; k++)
                entry->shape[k] = (int64_t)numbers[k];
        } else if (strcmp(key, "data_offsets") == 0) {
            offsets += read_integers(text, numbers, 2, &count) && count == 2;
            entry->begin = numbers[0];
            entry->end = numbers[1];
        } else {
            return 0;
        }
    } while (take(text, ','));
    return dtypes == 1 && shapes == 1 && offsets == 1 && take(text, '}');
}

/* Whether the elements lie in the data, and need as many bytes as the offsets say. */
static int fits(const struct st_file *file, const struct entry *entry)
{
    uint64_t bytes = entry->dtype.bits / 8;
    int32_t k;
    if (entry->begin > entry->end || entry->end > file->data_size)
        return 0;
    for (k = 0; k < entry->ndim; k++) {
        if (entry->shape[k] != 0 && bytes > UINT64_MAX / (uint64_t)entry->shape[k])
            return 0;
        bytes *= (uint64_t)entry->shape[k];
    }
    return bytes == entry->end - entry->begin;
}

static ta_status read_header(struct st_file *file, struct cursor *text, ta_error *err)
{
    if (!take(text, '{'))
        return fail(err, TA_ERR_INVALID_ARGUMENT, "the header is no JSON object");
    if (take(text, '}'))
        return TA_OK;
    do {
        struct entry *more = realloc(file->entries, (file->count + 1) * sizeof *more);
        if (more == NULL)
            return fail(err, TA_ERR_OUT_OF_MEMORY, "out of memory for %zu entries", file->count);
        file->entries = more;
        more += file->count;
        if (!read_string(text, more->name, sizeof more->name) || !take(text, ':'))
            return fail(err, TA_ERR_INVALID_ARGUMENT, "the header has no name at entry %zu", file->count);
        if (strcmp(more->name, "__metadata__") == 0) {
            if (!skip_strings(text))
                return fail(err, TA_ERR_INVALID_ARGUMENT, "the metadata does not end");
            continue;
        }
        if (!read_entry(text, more))
            return fail(err, TA_ERR_INVALID_ARGUMENT, "the entry of %s cannot be read", more->name);
        if (!fits(file, more))
            return fail(err, TA_ERR_LAYOUT, "%s does not fit its offsets, or these the file", more->name);
        file->count++;
    } while (take(text, ','));
    if (!take(text, '}'))
        return fail(err, TA_ERR_INVALID_ARGUMENT, "the header does not end");
    return TA_OK;
}

/* ---- The file ---- */

static void drop(void *owner)
{
    struct st_file *file = owner;
    if (__atomic_sub_fetch(&file->shares, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (file->base != NULL)
        munmap(file->base, file->size);
    free(file->entries);
    free(file);
}

static ta_status map(struct st_file *file, const char *path, ta_error *err)
{
    struct stat about;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    void *base;
    if (descriptor < 0 || fstat(descriptor, &about) != 0) {
        const int reason = errno;
        if (descriptor >= 0)
            close(descriptor);
        return fail(err, TA_ERR_INVALID_ARGUMENT, "%s: %s", path, strerror(reason));
    }
    base = about.st_size > 0
               ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, descriptor, 0)
               : MAP_FAILED;
    close(descriptor);
    if (base == MAP_FAILED)
        return fail(err, TA_ERR_INVALID_ARGUMENT, "%s cannot be mapped", path);
    file->base = base;
    file->size = (size_t)about.st_size;
    return TA_OK;
}

static ta_status read_file(struct st_file *file, const char *path, ta_error *err)
{
    uint64_t length = 0;
    struct cursor text;
    size_t k;
    if (file->size >= 8)
        for (k = 8; k-- > 0;)
            length = length << 8 | file->base[k];
    if (file->size < 8 || length > file->size - 8)
        return fail(err, TA_ERR_INVALID_ARGUMENT, "%s is no safetensors file", path);
    file->data = file->base + 8 + length;
    file->data_size = file->size - 8 - (size_t)length;
    text.at = (const char *)file->base + 8;
    text.end = text.at + length;
    return read_header(file, &text, err);
}

ta_status st_open(const char *path, st_file **out, ta_error *err)
{
    struct st_file *file = calloc(1, sizeof *file);
    ta_status status;
    if (file == NULL)
        return fail(err, TA_ERR_OUT_OF_MEMORY, "out of memory for a file");
    file->shares = 1;
    status = map(file, path, err);
    if (status == TA_OK)
        status = read_file(file, path, err);
    if (status == TA_OK)
        *out = file;
    else
        drop(file);
    return status;
}

void st_close(st_file *file)
{
    if (file != NULL)
        drop(file);
}

size_t st_count(const st_file *file)
{
    return file->count;
}

const char *st_name(const st_file *file, size_t index)
{
    return index < file->count ? file->entries[index].name : NULL;
}

const void *st_base(const st_file *file)
{
    return file->base;
}

ta_status st_source(st_file *file, const char *name, ta_source *out, ta_error *err)
{
    ta_memory memory = TA_MEMORY_INIT;
    size_t k;
    for (k = 0; k < file->count && strcmp(file->entries[k].name, name) != 0; k++)
        continue;
    if (k == file->count)
        return fail(err, TA_ERR_INVALID_ARGUMENT, "there is no tensor called %s", name);
    memory.data = file->data + file->entries[k].begin;
    memory.dtype = file->entries[k].dtype;
    memory.ndim = file->entries[k].ndim;
    memory.shape = file->entries[k].shape;
    memory.flags = TA_MEMORY_READ_ONLY;
    memory.owner = file;
    memory.release = drop;
    __atomic_add_fetch(&file->shares, 1, __ATOMIC_RELAXED);
    *out = ta_source_memory(memory);
    return TA_OK;
}

ta_status st_tensor(st_file *file, const char *name, const ta_options *options, ta_tensor **out,
                    ta_error *err)
{
    ta_source source;
    ta_status status = st_source(file, name, &source, err);
    if (status != TA_OK)
        return status;
    status = ta_asarray(&source, options, out, err);
    if (status != TA_OK)
        drop(file);
    return status;
}
