/* What the mock driver tells of itself. */
#ifndef LIBCUDA_H
#define LIBCUDA_H

/* Bytes of each of its devices. */
enum { MOCK_MEMORY = 1 << 26 };

/* Lets the call of this number from now on fail; 0: none. */
void mock_fail_in(int call);
/* Whether that call has come. */
int mock_has_failed(void);
int mock_calls(void);
/* Its name. */
const char *mock_failed(void);
/* What has been taken and not given back. */
int mock_blocks(void);
int mock_events(void);
int mock_modules(void);
/* Contexts that the calling thread is in. */
int mock_depth(void);
void mock_clear(void);
/* The calls since then, each followed by a space; with @, the stream. */
const char *mock_log(void);

#endif
