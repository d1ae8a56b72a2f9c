// What JavaScript lacks, to be made into tensors: complex numbers, and arrays with axes.

import { nameOf, TarrayError } from './error.js';
import * as status from './status.js';
import { dtypeBits, dtypeBytes, dtypeOfArray } from './dtype.js';
import { bytesOf, isBytes } from './intrinsics.js';
import { flag } from './options.js';

/** A complex number. */
export class Complex {
    constructor(re, im) {
        this.re = Number(re);
        this.im = Number(im);
        Object.freeze(this);
    }

    toString() {
        const sign = this.im < 0 || Object.is(this.im, -0) ? '-' : '+';
        return `${this.re}${sign}${Math.abs(this.im)}i`;
    }
}

/** A number that has a dtype: made by `scalar`, for `asarray`. */
export class TypedScalar {
    constructor(bytes, dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
        Object.freeze(this);
    }
}

/** Memory seen with axes: made by `strided`, for `asarray`. */
export class Strided {
    constructor(fields) {
        Object.assign(this, fields);
        Object.freeze(this);
    }
}

/**
 * Describes the memory of a typed array or buffer with axes. Without strides it is in C order;
 * all that it can reach must lie in the array.
 */
export function strided(array, how) {
    if (typeof how !== 'object' || how === null) {
        const message = `strided: ${nameOf(how)} does not say how`;
        throw new TarrayError(status.INVALID_ARGUMENT, message);
    }
    const { dtype, shape, stridesBytes, offsetBytes = 0, ...traits } = how;
    const bits = dtype === undefined ? dtypeOfArray(array) : dtypeBits(dtype);
    if (bits === undefined || (dtypeOfArray(array) === undefined && !isBytes(array))) {
        throw new TarrayError(status.KIND, 'strided takes a typed array, or a buffer and a dtype');
    }
    const extents = integers('shape', shape);
    const steps = stridesBytes === undefined ? null : integers('stridesBytes', stridesBytes);
    const [offset] = integers('offsetBytes', [offsetBytes]);
    if (steps !== null && steps.length !== extents.length) {
        const message = `${steps.length} strides for ${extents.length} axes`;
        throw new TarrayError(status.INVALID_ARGUMENT, message);
    }
    const size = dtypeBytes(bits);
    const bytes = bytesOf(array);
    staysInside(bytes.length, extents, steps ?? inOrder(extents, size), offset, size);
    return new Strided({ bytes, dtype: bits, shape: extents, steps, offset, flags: flags(traits) });
}

const READ_ONLY = 1;
const BYTE_SWAPPED = 2;

function flags({ readOnly, byteSwapped, ...unknown }) {
    for (const name of Object.keys(unknown)) {
        throw new TarrayError(status.INVALID_ARGUMENT, `strided: there is no option ${name}`);
    }
    return flag('readOnly', readOnly, READ_ONLY) | flag('byteSwapped', byteSwapped, BYTE_SWAPPED);
}

/** A list of integers, checked: none is made of something else. */
export function integers(name, list) {
    if (typeof list?.[Symbol.iterator] !== 'function') {
        const message = `${name}: ${nameOf(list)} is no list of integers`;
        throw new TarrayError(status.INVALID_ARGUMENT, message);
    }
    return Array.from(list, (value) => integer(name, value));
}

function integer(name, value) {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (Number.isSafeInteger(number)) return number;
    throw new TarrayError(status.INVALID_ARGUMENT, `${name}: ${String(value)} is no integer`);
}

function inOrder(shape, size) {
    const steps = new Array(shape.length);
    let step = size;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
        steps[axis] = step;
        step *= shape[axis];
    }
    return steps;
}

/** The library trusts a description of memory. What no memory can have it refuses itself. */
function staysInside(length, shape, steps, offset, size) {
    if (shape.some((extent) => extent <= 0)) return;
    let low = offset;
    let high = offset + size;
    shape.forEach((extent, axis) => {
        const reach = steps[axis] * (extent - 1);
        if (reach < 0) low += reach;
        else high += reach;
    });
    if (low >= 0 && high <= length) return;
    const message = `bytes ${low} to ${high} of an array of ${length} bytes`;
    throw new TarrayError(status.OUT_OF_BOUNDS, message);
}
