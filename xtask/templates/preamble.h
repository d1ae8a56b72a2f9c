/* tarray {{VERSION}}: any array in, one handle, DLPack out.
 *
 * Generated from the Rust source by `cargo xtask headers`. Do not edit: change the comments in
 * src/abi and src/ffi, or the templates in xtask/templates, and run that command again.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * How a value flows. A `ta_source` describes what the caller has: another tensor, strided
 * memory, a DLPack tensor, a buffer, a number, a nested sequence. ta_asarray() looks at it,
 * decides whether its memory can be shared or must be copied, and only then takes it. What comes
 * back is a `ta_tensor`, which says of itself whether it shares memory, and if not, why
 * (`ta_info.provenance`). ta_to_dlpack() hands it on.
 *
 * What holds for every function, unless its comment says otherwise:
 *
 * Failure. A failing call changes nothing: no ownership moves, no output is written. A function
 * that can fail returns a `ta_status`; TA_OK is 0. Codes come in blocks: 1 to 99 the caller's
 * fault, 100 to 199 the data cannot be exchanged as asked, 200 to 299 resources, from 900 a bug
 * of the library. New codes may appear: treat any that is not TA_OK as failure. A panic never
 * crosses into the caller; it becomes TA_ERR_INTERNAL.
 *
 * Messages. The last argument of a call that can fail is a `ta_error *` of the caller's own, or
 * NULL. It is written only on failure and never read, so that it needs no cleaning up and cannot
 * be stale. The library keeps no last error anywhere.
 *
 * Ownership. Arguments are borrowed for the duration of the call. What changes hands is named in
 * the comment, and changes hands only when the call returns TA_OK: from then on the library runs
 * the `release` callback or the DLPack deleter, exactly once, on whatever thread drops the last
 * share. A handle is a share: ta_retain() makes another, ta_release() gives one up.
 *
 * NULL. A pointer is not NULL unless its comment allows it; where it is all the same, the call
 * returns TA_ERR_NULL_ARGUMENT, or what the comment says.
 *
 * Threads. Any function may be called from any thread. Functions that take a `const ta_tensor *`
 * may run at the same time on one handle. ta_release() is the last use of the pointer it gets.
 * What a tensor says of itself never changes, but for its gradient; the elements may, and the
 * library does not guard them: who writes elements keeps others from them meanwhile.
 *
 * Units. Extents, strides and offsets are int64_t and count elements; where they count bytes,
 * their name ends in `_bytes`.
 *
 * Structs that grow. A struct whose first field is `struct_size` may get more fields behind its
 * last. The caller sets `struct_size` (each has a TA_…_INIT, or a function that makes it). Zero is
 * the default of every field, so a shorter struct means defaults for what it lacks. A longer one
 * than the library knows is fine as long as the rest of it is zero, else TA_ERR_UNSUPPORTED: the
 * library cannot tell what was asked. Fields called `reserved` are zero.
 */

#ifndef TARRAY_H
#define TARRAY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The version of the library that this header belongs to. */
#define TA_VERSION_MAJOR {{MAJOR}}
#define TA_VERSION_MINOR {{MINOR}}
#define TA_VERSION_PATCH {{PATCH}}
#define TA_VERSION_STRING "{{VERSION}}"

/* Before a function of the library. Define TA_STATIC on Windows when linking statically. */
#ifndef TA_API
#if defined(_WIN32) && !defined(TA_STATIC)
#define TA_API __declspec(dllimport)
#elif defined(__GNUC__)
#define TA_API __attribute__((visibility("default")))
#else
#define TA_API
#endif
#endif

/* Before a function whose result must not be dropped. Define it empty to be left alone. */
#ifndef TA_NODISCARD
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define TA_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define TA_NODISCARD __attribute__((warn_unused_result))
#else
#define TA_NODISCARD
#endif
#endif

/* Before a function that is defined in this header; no compiler minds if it is not used. */
#ifndef TA_INLINE
#if defined(__GNUC__)
#define TA_INLINE static __inline__ __attribute__((unused))
#elif defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define TA_INLINE static inline
#elif defined(_MSC_VER)
#define TA_INLINE static __inline
#else
#define TA_INLINE static
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Declarations. */

/* DLPack's structs: complete in tarray_dlpack.h, or in DLPack's own dlpack.h, which may be
 * included before or after this header. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;

