/* Reads tests/cases/cases.tsv, for C and C++: fields by column, and what is written in them. */
#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tarray.h"

enum column {
    NAME,
    KIND,
    VALUE,
    SOURCE_DTYPE,
    SOURCE_SHAPE,
    STRIDES,
    START,
    TRAITS,
    REQUEST,
    STATUS,
    DTYPE,
    SHAPE,
    DATA,
    FLAGS,
    ORIGIN,
    ALIASED,
    REASON,
    SAYS,
    COLUMNS
};

static const char TABLE_HEADER[] =
    "name\tkind\tvalue\tsource_dtype\tsource_shape\tstrides\tstart\ttraits\trequest\tstatus\tdtype\t"
    "shape\tdata\tflags\torigin\taliased\treason\tsays";

struct one_case {
    char *field[COLUMNS];
};

struct table {
    char *text;
    size_t count;
    struct one_case *cases;
};

/* A table that cannot be read is no test. */
static void table_broken(const char *what)
{
    fprintf(stderr, "the table of cases: %s\n", what);
    exit(2);
}

static void *table_room(size_t size)
{
    void *room = malloc(size ? size : 1);
    if (room == NULL)
        table_broken("out of memory");
    return room;
}

static char *table_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = 0;
    char *text;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        table_broken(path);
    rewind(file);
    text = (char *)table_room((size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size)
        table_broken(path);
    text[size] = 0;
    fclose(file);
    return text;
}

static struct one_case table_line(char *line)
{
    struct one_case made;
    int column;
    for (column = 0; column < COLUMNS; column++) {
        char *end = strchr(line, '\t');
        if ((end == NULL) != (column == COLUMNS - 1))
            table_broken(line);
        made.field[column] = line;
        if (end != NULL) {
            *end = 0;
            line = end + 1;
        }
    }
    return made;
}

static inline struct table table_read(const char *path)
{
    struct table table;
    char *line, *end;
    table.text = table_text(path);
    table.count = 0;
    table.cases = (struct one_case *)table_room(strlen(table.text) * sizeof(struct one_case) / COLUMNS);
    for (line = table.text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        if (line != table.text)
            table.cases[table.count++] = table_line(line);
        else if (strcmp(line, TABLE_HEADER) != 0)
            table_broken("other columns than are known here");
    }
    return table;
}

static inline void table_free(struct table *table)
{
    free(table->cases);
    free(table->text);
}

static inline int is_given(const char *field)
{
    return strcmp(field, "-") != 0;
}

/* Whether a list of words, separated by any of `between`, has `word`. */
static inline int has_word(const char *words, const char *between, const char *word)
{
    const size_t length = strlen(word);
    while (*words) {
        const size_t here = strcspn(words, between);
        if (here == length && memcmp(words, word, length) == 0)
            return 1;
        words += here;
        words += *words != 0;
    }
    return 0;
}

/* What stands behind `key=` in a request, copied to `to`; 0 if it is not there. */
static inline int request_value(const char *request, const char *key, char *to, size_t room)
{
    const size_t length = strlen(key);
    while (*request) {
        const size_t here = strcspn(request, " ");
        if (here > length && memcmp(request, key, length) == 0 && request[length] == '=') {
            if (here - length > room)
                table_broken(request);
            memcpy(to, request + length + 1, here - length - 1);
            to[here - length - 1] = 0;
            return 1;
        }
        request += here;
        request += *request != 0;
    }
    return 0;
}

/* The bytes of a block; `*size` of them, on the heap, so that reading past them is found. */
static inline unsigned char *bytes_of(const char *hex, size_t *size)
{
    const size_t digits = is_given(hex) ? strlen(hex) : 0;
    unsigned char *bytes = (unsigned char *)table_room(digits / 2);
    for (*size = 0; *size < digits / 2; ++*size) {
        unsigned byte;
        if (sscanf(hex + 2 * *size, "%2x", &byte) != 1)
            table_broken(hex);
        bytes[*size] = (unsigned char)byte;
    }
    return bytes;
}

/* The integers of `[2,3]`; returns how many. */
static inline int32_t integers_of(const char *list, int64_t *out)
{
    int32_t count = 0;
    while (is_given(list) && *list != ']' && list[1] != ']') {
        char *end;
        out[count++] = strtoll(list + 1, &end, 10);
        list = end;
        if (count > TA_MAX_NDIM || (*list != ',' && *list != ']'))
            table_broken(list);
    }
    return count;
}

static inline ta_dtype dtype_named(const char *name)
{
    static const unsigned char bits[] = {8, 16, 32, 64, 128};
    ta_dtype dtype = {0, 0, 0};
    char have[32];
    int code;
    size_t k;
    if (!is_given(name))
        return dtype;
    for (code = 0; code <= TA_FLOAT8_E8M0FNU; code++)
        for (k = 0; k < sizeof bits; k++) {
            dtype = ta_dtype_make((uint8_t)code, bits[k]);
            ta_dtype_name(dtype, have, sizeof have);
            if (strcmp(have, name) == 0)
                return dtype;
        }
    table_broken(name);
    return dtype;
}

static inline ta_status status_named(const char *name)
{
    ta_status status;
    for (status = 0; status < 1000; status++)
        if (strcmp(ta_status_name(status), name) == 0)
            return status;
    table_broken(name);
    return 0;
}

/* One number, and how far it goes. Real numbers have a point, an exponent or no digits. */
static inline ta_scalar number_at(const char *text, const char **end)
{
    const size_t length = strcspn(text, ",])");
    char *stop;
    ta_scalar made;
    *end = text + length;
    if (*text == '(') {
        const double real = strtod(text + 1, &stop);
        made = ta_scalar_complex(real, strtod(stop + 1, &stop));
        *end = stop + 1;
    } else if (strncmp(text, "true", 4) == 0 || strncmp(text, "false", 5) == 0) {
        made = ta_scalar_bool(*text == 't');
    } else if (strcspn(text, ".en") < length) {
        made = ta_scalar_float(strtod(text, NULL));
    } else if (*text == '-') {
        made = ta_scalar_int(strtoll(text, NULL, 10));
    } else {
        const uint64_t whole = strtoull(text, NULL, 10);
        made = whole <= INT64_MAX ? ta_scalar_int((int64_t)whole) : ta_scalar_uint(whole);
    }
    return made;
}

#endif
