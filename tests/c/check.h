/* CHECK, EXPECT and the closing line of a test program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tarray.h"

static int check_count;
static int check_failures;

/* What the call under EXPECT writes its reason to. */
static ta_error error;

/* A program with a planted fault is built with FIRST_FAILURE_ENDS: what it does next is anybody's guess. */
static inline int check_that(int holds, const char *what, const char *row, const char *file,
                             int line)
{
    check_count++;
    if (!holds) {
        check_failures++;
        fprintf(stderr, "%s:%d: %s%s%s\n", file, line, what, row[0] ? " in row: " : "", row);
#ifdef FIRST_FAILURE_ENDS
        _Exit(1);
#endif
    }
    return holds;
}

/* Counts, and says so if `condition` does not hold. Its value: whether it does. */
#define CHECK(condition) check_that((condition) != 0, #condition, "", __FILE__, __LINE__)

/* CHECK in one row of a table. */
#define CHECK_ROW(condition, row) check_that((condition) != 0, #condition, row, __FILE__, __LINE__)

static inline void check_reset(void)
{
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
}

static inline int check_status(ta_status want, ta_status got, const char *call, const char *row,
                               const char *file, int line)
{
    char what[1024];
    const int reported = got == TA_OK ? error.status == 0 && error.message[0] == '\0'
                                      : error.status == got && error.message[0] != '\0';
    snprintf(what, sizeof what, "%s: %s instead of %s (%s)%s", call, ta_status_name(got),
             ta_status_name(want), error.message, reported ? "" : ", and ta_error disagrees");
    return check_that(got == want && reported, what, row, file, line);
}

/* That `call`, which passes &error, returns `want` and reports a failure, and only a failure, in
 * it. */
#define EXPECT(want, call) \
    (check_reset(), check_status((want), (call), #call, "", __FILE__, __LINE__))

/* EXPECT in one row of a table. */
#define EXPECT_ROW(want, call, row) \
    (check_reset(), check_status((want), (call), #call, row, __FILE__, __LINE__))

/* Whether the last message contains `text`. */
static inline int message_has(const char *text) { return strstr(error.message, text) != NULL; }

/* What main returns: 0 if everything held and nothing leaked. */
static inline int check_end(const char *program)
{
    CHECK(ta_live_tensors() == 0 && ta_live_nodes() == 0);
    printf("%s: %d checks, %d failed\n", program, check_count, check_failures);
    return check_failures != 0;
}

#endif
