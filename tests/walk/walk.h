/*
 * One walk, in every language: an array that somebody else made comes in as DLPack, its memory
 * is shared, read, written and converted, and both results go on as DLPack.
 *
 * walk.c, walk.cpp, walk.zig, walk_ctypes.py and walk_cffi.py all take the steps below, on the
 * same memory and with the same lines; run.py makes the arrays, compares and counts.
 *
 * "Element 0" is the element at index (0, ..., 0). It exists if ta_numel() > 0. TARGET is the
 * dtype that step 4 converts to, always another one than the source's:
 *
 *     source complex128 -> complex64     any other complex -> complex128
 *     source float64    -> float32       anything else     -> float64
 *
 * NAME is what ta_dtype_name() gives for a tensor's dtype, ORIGIN what ta_origin_name() gives
 * for its provenance.origin, REASON what ta_reason_name() gives for its provenance.reason, and
 * REPR the first WALK_REPR_SIZE - 1 bytes of what ta_repr() prints with NULL options (it may
 * hold line feeds).
 *
 * 1  Take. ta_from_dlpack(lent) with copy = TA_COPY_NEVER and everything else default: TA_OK.
 *
 * 2  Look. With EXPECTED = (char *)lent->dl_tensor.data + lent->dl_tensor.byte_offset and
 *    WRITABLE = (lent->flags & 1) == 0, both read before step 1: where element 0 exists,
 *    ta_data() == EXPECTED; ta_describe() says provenance origin TA_ORIGIN_DLPACK, aliased 1,
 *    reason TA_REASON_NONE; ta_is_read_only() == !WRITABLE.
 *        say "shared: NAME from ORIGIN, writable"   or   "shared: NAME from ORIGIN, read-only"
 *        say REPR
 *
 * 3  Touch. Where element 0 exists, ta_item() of it is TA_OK. Then
 *    a) WRITABLE, element 0 exists: make a 0-d tensor of the integer WALK_VALUE (ta_asarray of
 *       a TA_SOURCE_SCALAR, TA_SCALAR_INT, with options.dtype = the source's dtype), copy the
 *       bytes of its element from ta_data() to ta_mutable_data() of the shared tensor, release
 *       it. ta_item() of element 0 then gives WALK_VALUE (for TA_SCALAR_BOOL: 1).
 *        say "element 0: written"
 *    b) not WRITABLE: ta_mutable_data() == NULL.
 *        say "element 0: read-only"
 *    c) WRITABLE without elements:
 *        say "element 0: there is none"
 *
 * 4  Convert. ta_asarray of the shared tensor (TA_SOURCE_TENSOR) with dtype = TARGET and
 *    copy = TA_COPY_IF_NEEDED. TA_OK; ta_dtype_of() is TARGET; where element 0 exists, ta_data()
 *    is another address than EXPECTED; provenance says origin TA_ORIGIN_TENSOR, aliased 0,
 *    reason TA_REASON_DTYPE; not read-only.
 *        say "converted: NAME from ORIGIN, copied because REASON"
 *        say REPR
 *
 * 5  Refuse. The same request as in 4, but with copy = TA_COPY_NEVER: TA_ERR_CANNOT_ALIAS, the
 *    output still NULL, error.status the same code.
 *        say "refused: MESSAGE"        (error.message)
 *
 * 6  Lend. ta_to_dlpack() of both, with NULL options. Where element 0 exists, data + byte_offset
 *    of the shared loan is EXPECTED; READ_ONLY (1) is set in its flags if and only if not
 *    WRITABLE. Then release both handles and write *shared and *converted.
 *        say "lent: both"
 *
 * A walker returns 0, or the number of the step that failed. After 1, `lent` is still the
 * caller's, untouched. After 2 to 6, everything that the walker held has been let go, and `lent`
 * with it. Outputs are written only with a 0.
 */
#ifndef WALK_H
#define WALK_H

#ifdef __cplusplus
extern "C" {
#endif

struct DLManagedTensorVersioned;

/* What step 3 writes: an integer that every dtype down to float4 has. */
#define WALK_VALUE 4

/* Bytes of the buffer that a walker prints into, the terminating NUL included. */
#define WALK_REPR_SIZE 4096

/* Hears one line of the walk; `line` is NUL-terminated UTF-8, valid during the call only. */
typedef void (*walk_say)(void *ctx, const char *line);

/* In C. `ctx` goes to `say` and is never looked at. No argument but `ctx` is NULL. */
int walk_c(struct DLManagedTensorVersioned *lent, struct DLManagedTensorVersioned **shared,
           struct DLManagedTensorVersioned **converted, walk_say say, void *ctx);

/* In C++, with tarray.hpp. */
int walk_cpp(struct DLManagedTensorVersioned *lent, struct DLManagedTensorVersioned **shared,
             struct DLManagedTensorVersioned **converted, walk_say say, void *ctx);

/* In Zig, with the Zig package. */
int walk_zig(struct DLManagedTensorVersioned *lent, struct DLManagedTensorVersioned **shared,
             struct DLManagedTensorVersioned **converted, walk_say say, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
