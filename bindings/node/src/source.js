// What a JavaScript value says it is: a `ta_source`.

import koffi from 'koffi';

import { Block } from './block.js';
import { dtypeOfArray } from './dtype.js';
import { TarrayError, wrongKind } from './error.js';
import { shareOf } from './handle.js';
import { bufferOf, bytesOf, isBytes, lengthOf } from './intrinsics.js';
import * as layout from './layout.js';
import * as status from './status.js';
import { Complex, Strided, TypedScalar } from './values.js';

const TENSOR = 1;
const MEMORY = 2;
const TYPED_SCALAR = 3;
const BUFFER = 6;
const SCALAR = 7;
const SEQUENCE = 8;

const BOOL = 1;
const INT = 2;
const UINT = 3;
const FLOAT = 4;
const COMPLEX = 5;

const MAX_NDIM = 64;
const { memory, typedScalar, buffer, scalar, sequence } = layout;
const VALUE = layout.source.value;
const SHAPE = layout.source.size;
const STRIDES = SHAPE + 8 * MAX_NDIM;

/** A `ta_source`, and room for the shape and the strides that it points to. */
export class SourceBlock extends Block {
    /** What has the memory that is described, or null; and where its `owner` is written. */
    array = null;
    ownerAt = 0;

    constructor() {
        super(STRIDES + 8 * MAX_NDIM);
    }

    /** Gives the library a share in the memory, to be let go by `release(owner)`. */
    give(owner, release) {
        this.u64(this.ownerAt, owner);
        this.u64(this.ownerAt + memory.release - memory.owner, release);
    }
}

/** Describes `value`; lists get a number from `walk`. What is described is borrowed. */
export function describe(block, value, walk) {
    block.bytes.fill(0, 0, layout.source.size);
    block.u64(layout.source.struct_size, layout.source.size);
    block.array = null;
    if (writeScalar(block, VALUE, value)) return kind(block, SCALAR);
    if (typeof value !== 'object' || value === null) throw wrongKind(value);
    if (Array.isArray(value)) return describeList(block, walk.numberOf(value), walk.vtable);
    if (typeof value[shareOf] === 'function') return describeTensor(block, value);
    if (value instanceof Strided) return describeStrided(block, value);
    if (value instanceof TypedScalar) return describeTypedScalar(block, value);
    const dtype = dtypeOfArray(value);
    if (dtype !== undefined) return describeMemory(block, value, dtype, [lengthOf(value)]);
    if (isBytes(value)) return describeBytes(block, value);
    throw wrongKind(value);
}

function kind(block, number) {
    block.i32(layout.source.kind, number);
}

const LOWEST = -(2n ** 63n);
const SIGNED_END = 2n ** 63n;
const UNSIGNED_END = 2n ** 64n;

/** Writes a `ta_scalar` if `value` is one. JavaScript's numbers are real, its bigints integers. */
export function writeScalar(block, at, value) {
    switch (typeof value) {
        case 'number':
            block.i32(at + scalar.kind, FLOAT);
            block.f64(at + scalar.value, value);
            return true;
        case 'boolean':
            block.i32(at + scalar.kind, BOOL);
            block.i64(at + scalar.value, value);
            return true;
        case 'bigint':
            writeInteger(block, at, value);
            return true;
        default:
            if (!(value instanceof Complex)) return false;
            block.i32(at + scalar.kind, COMPLEX);
            block.f64(at + scalar.value, value.re);
            block.f64(at + scalar.value + 8, value.im);
            return true;
    }
}

function writeInteger(block, at, value) {
    if (value < LOWEST || value >= UNSIGNED_END) {
        throw new TarrayError(status.OVERFLOW, `${value} does not fit into 64 bits`);
    }
    const isSigned = value < SIGNED_END;
    block.i32(at + scalar.kind, isSigned ? INT : UINT);
    if (isSigned) block.i64(at + scalar.value, value);
    else block.u64(at + scalar.value, value);
}

/** What a `ta_scalar` says. Integers come as bigints. */
export function readScalar({ view }, at) {
    const value = at + scalar.value;
    switch (view.getInt32(at + scalar.kind, true)) {
        case BOOL:
            return view.getBigInt64(value, true) !== 0n;
        case INT:
            return view.getBigInt64(value, true);
        case UINT:
            return view.getBigUint64(value, true);
        case FLOAT:
            return view.getFloat64(value, true);
        default:
            return new Complex(view.getFloat64(value, true), view.getFloat64(value + 8, true));
    }
}

function describeTensor(block, tensor) {
    kind(block, TENSOR);
    block.u64(VALUE, tensor[shareOf]().handle);
}

function describeList(block, number, vtable) {
    kind(block, SEQUENCE);
    block.u64(VALUE + sequence.vtable, vtable);
    block.u64(VALUE + sequence.user_data, number);
}

function describeTypedScalar(block, { bytes, dtype }) {
    kind(block, TYPED_SCALAR);
    block.bytes.set(bytes, SHAPE);
    block.u64(VALUE + typedScalar.data, block.address + BigInt(SHAPE));
    block.u32(VALUE + typedScalar.dtype, dtype);
}

function describeStrided(block, { bytes, dtype, shape, steps, offset, flags }) {
    if (shape.length > MAX_NDIM) {
        throw new TarrayError(status.LAYOUT, `${shape.length} axes: at most ${MAX_NDIM}`);
    }
    describeMemory(block, bytes, dtype, shape);
    block.u64(VALUE + memory.byte_offset, offset);
    block.u64(VALUE + memory.flags, flags);
    if (steps === null) return;
    steps.forEach((step, axis) => block.i64(STRIDES + 8 * axis, step));
    block.u64(VALUE + memory.strides_bytes, block.address + BigInt(STRIDES));
}

function describeMemory(block, array, dtype, shape) {
    kind(block, MEMORY);
    shape.forEach((extent, axis) => block.i64(SHAPE + 8 * axis, extent));
    block.u64(VALUE + memory.data, addressOf(array));
    block.u64(VALUE + memory.shape, block.address + BigInt(SHAPE));
    block.u32(VALUE + memory.dtype, dtype);
    block.i32(VALUE + memory.ndim, shape.length);
    block.array = array;
    block.ownerAt = VALUE + memory.owner;
}

function describeBytes(block, value) {
    const bytes = bytesOf(value);
    kind(block, BUFFER);
    block.u64(VALUE + buffer.data, addressOf(bytes));
    block.u64(VALUE + buffer.size_bytes, bytes.length);
    block.array = bytes;
    block.ownerAt = VALUE + buffer.owner;
}

function addressOf(array) {
    // An array whose buffer was transferred looks empty; a view of such a buffer cannot be made.
    return lengthOf(array) === 0 ? new Uint8Array(bufferOf(array)) && 0n : koffi.address(array);
}
