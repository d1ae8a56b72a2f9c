/* What is easier said in C: sources that hold addresses of Go's pinned memory, which Go hands over
 * as numbers, and the table of callbacks. */
#ifndef TARRAY_GO_BRIDGE_H
#define TARRAY_GO_BRIDGE_H

#include <stdint.h>
#include <tarray.h>
#include <tarray_dlpack.h>

/* `memory` without its pointers, which come as numbers; `owner` 0: nothing is to be let go. */
ta_source bridge_memory(ta_memory memory, uintptr_t data, const int64_t *shape,
                        const int64_t *strides_bytes, uintptr_t owner);
ta_source bridge_buffer(uintptr_t data, size_t size_bytes, uint64_t flags, uintptr_t owner);
ta_source bridge_sequence(uintptr_t list);

ta_status bridge_asarray_memory(ta_memory memory, uintptr_t data, const int64_t *shape,
                                const int64_t *strides_bytes, uintptr_t owner,
                                const ta_options *options, ta_tensor **out, ta_error *err);
ta_status bridge_asarray_buffer(uintptr_t data, size_t size_bytes, uint64_t flags, uintptr_t owner,
                                const ta_options *options, ta_tensor **out, ta_error *err);
ta_status bridge_asarray_scalar(ta_scalar scalar, const ta_options *options, ta_tensor **out,
                                ta_error *err);
ta_status bridge_asarray_typed_scalar(const void *data, ta_dtype dtype, const ta_options *options,
                                      ta_tensor **out, ta_error *err);
ta_status bridge_asarray_tensor(const ta_tensor *tensor, const ta_options *options,
                                ta_tensor **out, ta_error *err);
ta_status bridge_asarray_sequence(uintptr_t list, const ta_options *options, ta_tensor **out,
                                  ta_error *err);

/* ta_backward as a part of `pass`, which operations of Go's on this thread are told. */
ta_status bridge_backward(const ta_tensor *tensor, const ta_tensor *gradient, int32_t retain_graph,
                          uintptr_t pass, ta_error *err);

/* ta_record of an operation of Go's; on TA_OK it is let go once. */
ta_status bridge_record(const char *name, const ta_tensor *const *inputs, size_t num_inputs,
                        uintptr_t operation, const ta_tensor *output, ta_tensor **out, ta_error *err);

/* Writes what went wrong, cut to the room that there is; returns the status. */
ta_status bridge_fail(ta_error *err, ta_status status, const char *message, size_t length);

/* Whether the machine can give so many bytes. */
int bridge_has_room(size_t size_bytes);

/* Runs the deleter of a DLPack tensor, if it has one. */
void bridge_delete(struct DLManagedTensorVersioned *managed);
void bridge_delete_legacy(struct DLManagedTensor *managed);

#endif
