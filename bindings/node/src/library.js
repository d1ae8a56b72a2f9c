// The library and its functions. Pointers are bigints on this side.

import koffi from 'koffi';

import { types } from './layout.js';

const ABI = 0;

const library = koffi.load(process.env.TARRAY_LIBRARY ?? `libtarray.so.${ABI}`);

const pointer = 'uintptr_t';
const status = 'int32_t';
const bind = (result, name, ...parameters) => library.func(name, result, parameters);

const abiVersion = bind('int32_t', 'ta_abi_version');
if (abiVersion() !== ABI) {
    throw new Error(`libtarray has ABI ${abiVersion()}, and this package is for ABI ${ABI}`);
}

export const ta_asarray = bind(status, 'ta_asarray', pointer, pointer, pointer, pointer);
export const ta_from_dlpack = bind(status, 'ta_from_dlpack', pointer, pointer, pointer, pointer);
export const ta_from_dlpack_legacy = bind(
    status, 'ta_from_dlpack_legacy', pointer, pointer, pointer, pointer);
export const ta_to_dlpack = bind(status, 'ta_to_dlpack', pointer, pointer, pointer, pointer);
export const ta_to_dlpack_legacy = bind(
    status, 'ta_to_dlpack_legacy', pointer, pointer, pointer, pointer);
export const ta_retain = bind(pointer, 'ta_retain', pointer);
export const ta_release = bind('void', 'ta_release', pointer);
/** Its address: only the library calls it. */
export const ta_mark_released = library.symbol('ta_mark_released');
export const ta_describe = bind(status, 'ta_describe', pointer, pointer, pointer);
export const ta_item = bind(status, 'ta_item', pointer, pointer, pointer, pointer);
export const ta_view = bind(
    status, 'ta_view', pointer, 'int32_t', pointer, pointer, 'int64_t', pointer, pointer);
export const ta_copy_into = bind(status, 'ta_copy_into', pointer, pointer, pointer);
export const ta_fill = bind(status, 'ta_fill', pointer, pointer, pointer);
export const ta_repr = bind(
    status, 'ta_repr', pointer, pointer, pointer, 'size_t', pointer, pointer);
export const ta_dtype_name = bind('size_t', 'ta_dtype_name', types.ta_dtype, pointer, 'size_t');
export const ta_device_parse = bind(status, 'ta_device_parse', 'str', pointer, pointer);
export const ta_device_name = bind('size_t', 'ta_device_name', types.ta_device, pointer, 'size_t');
export const ta_requires_grad = bind('int32_t', 'ta_requires_grad', pointer);
export const ta_set_requires_grad = bind(
    status, 'ta_set_requires_grad', pointer, 'int32_t', pointer);
export const ta_is_leaf = bind('int32_t', 'ta_is_leaf', pointer);
export const ta_grad_fn_name = bind('str', 'ta_grad_fn_name', pointer);
export const ta_grad = bind(pointer, 'ta_grad', pointer);
export const ta_set_grad = bind(status, 'ta_set_grad', pointer, pointer, pointer);
export const ta_detach = bind(status, 'ta_detach', pointer, pointer, pointer);
export const ta_backward = bind(status, 'ta_backward', pointer, pointer, 'int32_t', pointer);
export const ta_add = bind(status, 'ta_add', pointer, pointer, pointer, pointer);
export const ta_sub = bind(status, 'ta_sub', pointer, pointer, pointer, pointer);
export const ta_mul = bind(status, 'ta_mul', pointer, pointer, pointer, pointer);
export const ta_neg = bind(status, 'ta_neg', pointer, pointer, pointer);
export const ta_sum = bind(
    status, 'ta_sum', pointer, pointer, 'size_t', 'int32_t', pointer, pointer);
export const ta_set_grad_enabled = bind('int32_t', 'ta_set_grad_enabled', 'int32_t');
export const ta_grad_enabled = bind('int32_t', 'ta_grad_enabled');
export const ta_live_nodes = bind('size_t', 'ta_live_nodes');
export const ta_version = bind('str', 'ta_version');
export const ta_status_name = bind('str', 'ta_status_name', 'int32_t');
export const ta_origin_name = bind('str', 'ta_origin_name', 'int32_t');
export const ta_reason_name = bind('str', 'ta_reason_name', 'int32_t');
export const ta_live_tensors = bind('size_t', 'ta_live_tensors');
