// Element types: their names, their numbers, and the typed arrays that hold them.

import koffi from 'koffi';

import { TarrayError } from './error.js';
import { tagOf } from './intrinsics.js';
import { ta_dtype_name } from './library.js';
import * as status from './status.js';

const INT = 0;
const UINT = 1;
const FLOAT = 2;
const BFLOAT = 4;
const COMPLEX = 5;
const BOOL = 6;

/** name → [code, bits], as in tarray.h. */
const NUMBERS = {
    bool: [BOOL, 8],
    int8: [INT, 8],
    int16: [INT, 16],
    int32: [INT, 32],
    int64: [INT, 64],
    uint8: [UINT, 8],
    uint16: [UINT, 16],
    uint32: [UINT, 32],
    uint64: [UINT, 64],
    float16: [FLOAT, 16],
    float32: [FLOAT, 32],
    float64: [FLOAT, 64],
    bfloat16: [BFLOAT, 16],
    complex32: [COMPLEX, 32],
    complex64: [COMPLEX, 64],
    complex128: [COMPLEX, 128],
    float8_e3m4: [7, 8],
    float8_e4m3: [8, 8],
    float8_e4m3b11fnuz: [9, 8],
    float8_e4m3fn: [10, 8],
    float8_e4m3fnuz: [11, 8],
    float8_e5m2: [12, 8],
    float8_e5m2fnuz: [13, 8],
    float8_e8m0fnu: [14, 8],
    float6_e2m3fn: [15, 6],
    float6_e3m2fn: [16, 6],
    float4_e2m1fn: [17, 4],
};

/** The 32 bits of a `ta_dtype` as it lies in memory, little endian. */
const pack = (code, bits, lanes) => (code | (bits << 8) | (lanes << 16)) >>> 0;

const packed = new Map(Object.entries(NUMBERS).map(([name, [c, b]]) => [name, pack(c, b, 1)]));
const names = new Map(Array.from(packed, ([name, bits]) => [bits, name]));

/** The bits of the dtype called `name`. */
export function dtypeBits(name) {
    const bits = packed.get(name);
    if (bits === undefined) throw new TarrayError(status.DTYPE, `there is no dtype ${String(name)}`);
    return bits;
}

/** The name of a dtype by its bits. */
export function dtypeName(bits) {
    let name = names.get(bits);
    if (name === undefined) {
        name = nameOfUncommon(bits);
        names.set(bits, name);
    }
    return name;
}

function nameOfUncommon(bits) {
    const dtype = { code: bits & 0xff, bits: (bits >> 8) & 0xff, lanes: bits >>> 16 };
    const buffer = Buffer.alloc(64);
    const length = ta_dtype_name(dtype, koffi.address(buffer), buffer.length);
    return buffer.toString('utf8', 0, length);
}

/** How many bytes an element of a named dtype takes; one that is packed, a whole one. */
export const dtypeBytes = (bits) => Math.ceil(((bits >> 8) & 0xff) / 8);

/** Whether `item` gives a bigint. */
export const isBigInteger = (bits) => {
    const code = bits & 0xff;
    return (code === INT || code === UINT) && ((bits >> 8) & 0xff) === 64;
};

const CLASSES = new Map([
    ['int8', Int8Array],
    ['int16', Int16Array],
    ['int32', Int32Array],
    ['int64', BigInt64Array],
    ['uint8', Uint8Array],
    ['uint16', Uint16Array],
    ['uint32', Uint32Array],
    ['uint64', BigUint64Array],
    ['float32', Float32Array],
    ['float64', Float64Array],
]);
if (typeof globalThis.Float16Array === 'function') CLASSES.set('float16', globalThis.Float16Array);

const BY_TAG = new Map(Array.from(CLASSES, ([name, { name: tag }]) => [tag, dtypeBits(name)]));
BY_TAG.set('Uint8ClampedArray', dtypeBits('uint8'));

/** The dtype of a typed array's elements, or undefined if it is none. */
export const dtypeOfArray = (value) => BY_TAG.get(tagOf(value));

/** Whether a typed array can hold elements of a dtype. */
export const hasArrayClass = (name) => name === 'bool' || CLASSES.has(name);

/** The typed array that holds elements of a dtype: a bool is a byte. */
export function arrayClass(name) {
    if (hasArrayClass(name)) return name === 'bool' ? Uint8Array : CLASSES.get(name);
    const message = `no typed array has elements of ${name}: take arrayBuffer(), or convert it`;
    throw new TarrayError(status.DTYPE, message);
}
