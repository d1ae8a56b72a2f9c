/*
 * A safetensors file as tarray tensors: mapped once, never copied, unmapped with the last tensor.
 *
 * An example of a source of one's own: st_source() is all that a format needs. st_tensor() is for
 * languages that would rather get a handle than fill in a struct.
 */
#ifndef SAFETENSORS_H
#define SAFETENSORS_H

#include <tarray.h>

typedef struct st_file st_file;

/* Maps a file and reads its header. On TA_OK `*out` must reach st_close() once. */
ta_status st_open(const char *path, st_file **out, ta_error *err);

/* Gives the file up; tensors over it keep the mapping. */
void st_close(st_file *file);

/* How many tensors it has, the name of each, and where the mapping begins. */
size_t st_count(const st_file *file);
const char *st_name(const st_file *file, size_t index);
const void *st_base(const st_file *file);

/*
 * Describes a tensor for ta_asarray(): read-only memory with a share in the mapping. If the call
 * that gets it fails, run `out->value.memory.release` on its owner.
 */
ta_status st_source(st_file *file, const char *name, ta_source *out, ta_error *err);

/* A handle on a tensor, to be ta_release()d. `options` as of ta_asarray(), or NULL. */
ta_status st_tensor(st_file *file, const char *name, const ta_options *options, ta_tensor **out,
                    ta_error *err);

#endif
