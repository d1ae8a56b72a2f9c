// What the language itself says of arrays and buffers: a class of a program's own may have a `length`
// of its own, which is nowhere in memory.

import { types } from 'node:util';

const getter = (prototype, name) => {
    const { get } = Object.getOwnPropertyDescriptor(prototype, name);
    return (object) => get.call(object);
};

const TypedArray = Object.getPrototypeOf(Uint8Array).prototype;
const extentOf = (prototype) => ({
    buffer: getter(prototype, 'buffer'),
    begin: getter(prototype, 'byteOffset'),
    size: getter(prototype, 'byteLength'),
});
const ofTypedArray = extentOf(TypedArray);
const ofDataView = extentOf(DataView.prototype);

/** What kind of typed array it is, or undefined. */
export const tagOf = getter(TypedArray, Symbol.toStringTag);

/** How many elements a typed array has. */
export const lengthOf = getter(TypedArray, 'length');

/** The buffer of a typed array. */
export const bufferOf = ofTypedArray.buffer;

/** Whether a value has bytes without a dtype. */
export const isBytes = (value) => types.isAnyArrayBuffer(value) || types.isDataView(value);

/** The memory of a typed array, of a DataView or of a buffer. */
export function bytesOf(value) {
    if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
    const { buffer, begin, size } = types.isDataView(value) ? ofDataView : ofTypedArray;
    return new Uint8Array(buffer(value), begin(value), size(value));
}

/** Whether a buffer is one that threads share. */
export const isShared = types.isSharedArrayBuffer;

const sizeOfOwn = getter(ArrayBuffer.prototype, 'byteLength');
const sizeOfShared = getter(SharedArrayBuffer.prototype, 'byteLength');

/** How many bytes a buffer has. */
export const sizeOf = (buffer) => (isShared(buffer) ? sizeOfShared : sizeOfOwn)(buffer);

const isResizable = getter(ArrayBuffer.prototype, 'resizable');

/** Whether a buffer may shrink; one that threads share may only grow. */
export const mayShrink = (buffer) => !isShared(buffer) && isResizable(buffer);
