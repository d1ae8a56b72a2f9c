// A tensor: a handle of the library, let go by `release` or by the collector.

import { inspect } from 'node:util';

import koffi from 'koffi';

import { Block, Pool, answers } from './block.js';
import { arrayClass, hasArrayClass, isBigInteger } from './dtype.js';
import { nameOf, TarrayError } from './error.js';
import { writeExport } from './export.js';
import { readFacts } from './facts.js';
import { shareOf } from './handle.js';
import * as histories from './histories.js';
import * as layout from './layout.js';
import * as library from './library.js';
import { checkNames } from './options.js';
import { readScalar, writeScalar } from './source.js';
import * as status from './status.js';
import { borrow, Share, take } from './take.js';
import { integers, strided } from './values.js';

const READ_ONLY = 1;
const CONTIGUOUS = 2;
const ALIGNED = 4;

/** Room for a shape or an index, for strides, and for a scalar. */
class Numbers extends Block {
    constructor() {
        super(2 * MAX_BYTES + layout.scalar.size);
    }

    /** Writes a list where `address` is; returns the address. */
    list(at, numbers) {
        numbers.forEach((n, axis) => this.i64(at + 8 * axis, n));
        return this.address + BigInt(at);
    }
}

const MAX_NDIM = 64;
const MAX_BYTES = 8 * MAX_NDIM;
const SHAPE = 0;
const STRIDES = MAX_BYTES;
const SCALAR = 2 * MAX_BYTES;
const numbers = new Pool(() => new Numbers());
const exports = new Pool(() => new Block(layout.exportOptions.size));

const MOST = 2 ** 32 - 1;
const VIEW_NAMES = new Set(['strides', 'offset']);

/** Lets go the shares of what the collector has found: tensors, and views of their memory. */
const collected = new FinalizationRegistry((share) => share.release());

const key = Symbol('made by the package');

/** Every index into a shape, in C order. */
function* positions([extent, ...rest]) {
    if (extent === undefined) {
        yield [];
        return;
    }
    for (let at = 0; at < extent; at++) {
        for (const index of positions(rest)) yield [at, ...index];
    }
}

/** The tensor that takes over a share. */
export const tensorOf = (share) => new Tensor(key, share);

export class Tensor {
    #share;
    #facts = null;
    #bytes = null;

    constructor(caller, share) {
        if (caller !== key) throw new TypeError('tensors are made by asarray');
        this.#share = share;
        collected.register(this, share, this);
    }

    [shareOf]() {
        if (this.#share !== null) return this.#share;
        throw new TarrayError(status.INVALID_ARGUMENT, 'the tensor has been released');
    }

    get #handle() {
        return this[shareOf]().handle;
    }

    get #known() {
        this.#facts ??= readFacts(this.#handle);
        return this.#facts;
    }

    get dtype() {
        return this.#known.dtype;
    }

    get shape() {
        return this.#known.shape;
    }

    get strides() {
        return this.#known.strides;
    }

    get ndim() {
        return this.#known.shape.length;
    }

    get numel() {
        return this.#known.numel;
    }

    get nbytes() {
        return this.#known.nbytes;
    }

    get device() {
        return this.#known.device;
    }

    get provenance() {
        return this.#known.provenance;
    }

    get data() {
        return this.#known.data;
    }

    get isReadOnly() {
        return this.#has(READ_ONLY);
    }

    get isContiguous() {
        return this.#has(CONTIGUOUS);
    }

    get requiresGrad() {
        return histories.requiresGrad(this[shareOf]());
    }

    set requiresGrad(wanted) {
        histories.setRequiresGrad(this[shareOf](), wanted);
    }

    get isLeaf() {
        return histories.isLeaf(this[shareOf]());
    }

    get gradFnName() {
        return histories.gradFnName(this[shareOf]());
    }

    get grad() {
        const share = histories.grad(this[shareOf]());
        return share === null ? null : tensorOf(share);
    }

    set grad(gradient) {
        histories.setGrad(this[shareOf](), gradient);
    }

    detach() {
        return tensorOf(histories.detach(this[shareOf]()));
    }

    backward(gradient, options) {
        histories.backward(this[shareOf](), gradient, options);
    }

    add(other) {
        return tensorOf(histories.add(this[shareOf](), other));
    }

    sub(other) {
        return tensorOf(histories.sub(this[shareOf](), other));
    }

    mul(other) {
        return tensorOf(histories.mul(this[shareOf](), other));
    }

    neg() {
        return tensorOf(histories.neg(this[shareOf]()));
    }

    sum(axes, options) {
        return tensorOf(histories.sum(this[shareOf](), axes, options));
    }

    #has(flag) {
        return (this.#known.flags & flag) !== 0;
    }

    item(...index) {
        const isOnlyOne = index.length === 0 && this.numel === 1;
        const position = this.#position(isOnlyOne ? this.shape.map(() => 0) : index);
        return this.#call(numbers, (block, answer) => {
            const out = block.address + BigInt(SCALAR);
            const at = block.list(SHAPE, position);
            answer.check(library.ta_item(this.#handle, at, out, answer.error));
            const value = readScalar(block, SCALAR);
            const isSmall = typeof value === 'bigint' && !isBigInteger(this.#known.dtypeBits);
            return isSmall ? Number(value) : value;
        });
    }

    #position(index) {
        if (index.length === this.ndim) return integers('index', index);
        const message = `an index of ${index.length} numbers into ${this.ndim} axes`;
        throw new TarrayError(status.OUT_OF_BOUNDS, message);
    }

    set(index, value) {
        const { shape, strides } = this;
        const position = this.#position(index);
        const outside = position.findIndex((at, axis) => at < 0 || at >= shape[axis]);
        if (outside >= 0) {
            const message = `index ${position[outside]} on axis ${outside} of ${shape[outside]}`;
            throw new TarrayError(status.OUT_OF_BOUNDS, message);
        }
        const offset = position.reduce((sum, at, axis) => sum + at * strides[axis], 0);
        const element = this.view([], { offset });
        try {
            element.fill(value);
        } finally {
            element.release();
        }
        return this;
    }

    fill(value) {
        return this.#call(numbers, (block, answer) => {
            if (!writeScalar(block, SCALAR, value)) {
                throw new TarrayError(status.KIND, `can't fill with ${nameOf(value)}`);
            }
            const scalar = block.address + BigInt(SCALAR);
            answer.check(library.ta_fill(this.#handle, scalar, answer.error));
            return this;
        });
    }

    copyFrom(value) {
        const source = take(value);
        try {
            return answers.lend((answer) => {
                const code = library.ta_copy_into(this.#handle, source.handle, answer.error);
                answer.check(code);
                return this;
            });
        } finally {
            source.release();
        }
    }

    view(shape, where = {}) {
        checkNames(where, VIEW_NAMES);
        const { strides, offset = 0 } = where;
        const extents = integers('shape', shape);
        const steps = strides === undefined ? null : integers('strides', strides);
        const [start] = integers('offset', [offset]);
        if (extents.length > MAX_NDIM || (steps ?? extents).length !== extents.length) {
            const message = `shape [${extents}] with strides [${steps ?? ''}]`;
            throw new TarrayError(status.LAYOUT, message);
        }
        return this.#call(numbers, (block, answer) => {
            const shapeAt = block.list(SHAPE, extents);
            const stepsAt = steps === null ? 0n : block.list(STRIDES, steps);
            const code = library.ta_view(
                this.#handle, extents.length, shapeAt, stepsAt, start, answer.out, answer.error);
            answer.check(code);
            return tensorOf(new Share(answer.pointer(), this.#share.pin));
        });
    }

    arrayBuffer() {
        this.#mayBeShared();
        const { data, nbytes } = this.#known;
        this.#bytes ??= nbytes === 0 ? new ArrayBuffer(0) : this.#lend(data, nbytes);
        return this.#bytes;
    }

    /** JavaScript cannot be told of strides, of read-only memory, or of other devices. */
    #mayBeShared() {
        const refuse = (code, what) => {
            const message = `an ArrayBuffer can't share ${what}: use toTypedArray or asarray`;
            throw new TarrayError(code, message);
        };
        if (this.device !== 'cpu') refuse(status.DEVICE, `memory of ${this.device}`);
        if (this.requiresGrad) refuse(status.EXPORT, 'a tensor that requires grad');
        if (this.isReadOnly) refuse(status.NOT_WRITABLE, 'a read-only tensor');
        if (!this.isContiguous) refuse(status.LAYOUT, 'a tensor that is not contiguous');
    }

    /** The ArrayBuffer gets a share of its own, which goes when it is collected. */
    #lend(data, nbytes) {
        const buffer = koffi.view(data, nbytes);
        const handle = library.ta_retain(this.#handle);
        collected.register(buffer, new Share(handle, this.#share.pin));
        return buffer;
    }

    typedArray() {
        const ArrayClass = arrayClass(this.dtype);
        if (!this.#has(ALIGNED)) {
            const message = "a typed array can't share unaligned elements: use toTypedArray";
            throw new TarrayError(status.LAYOUT, message);
        }
        return new ArrayClass(this.arrayBuffer());
    }

    toTypedArray() {
        const ArrayClass = arrayClass(this.dtype);
        const copy = this.#room(ArrayClass);
        borrow(strided(copy, { shape: this.shape }), (target) => this.#copyTo(target));
        return copy;
    }

    #room(ArrayClass) {
        try {
            return new ArrayClass(this.numel);
        } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            const message = `no ${ArrayClass.name} of ${this.numel} elements: ${error.message}`;
            throw new TarrayError(status.OUT_OF_MEMORY, message);
        }
    }

    #copyTo(target) {
        answers.lend((answer) => {
            answer.check(library.ta_copy_into(target, this.#handle, answer.error));
        });
    }

    toArray() {
        this.#mustNotBeEndless();
        const elements = this.#elements();
        const nest = (axis) =>
            axis === this.ndim
                ? elements.next().value
                : Array.from({ length: this.shape[axis] }, () => nest(axis + 1));
        return nest(0);
    }

    /** For more arrays and elements than an array can have there is no memory, but V8 would try. */
    #mustNotBeEndless() {
        let many = 1;
        if (this.shape.every((extent) => (many *= extent) <= MOST)) return;
        const message = `an array of shape [${this.shape}] would have more than ${MOST} items`;
        throw new TarrayError(status.OUT_OF_MEMORY, message);
    }

    /** In C order. */
    *#elements() {
        if (!hasArrayClass(this.dtype)) {
            for (const index of positions(this.shape)) yield this.item(...index);
        } else if (this.dtype === 'bool') {
            for (const byte of this.toTypedArray()) yield byte !== 0;
        } else {
            yield* this.toTypedArray();
        }
    }

    toDLPack(options) {
        return this.#lendAs(library.ta_to_dlpack, options);
    }

    toDLPackLegacy(options) {
        return this.#lendAs(library.ta_to_dlpack_legacy, options);
    }

    #lendAs(lend, options) {
        return this.#call(exports, (block, answer) => {
            writeExport(block, options);
            answer.check(lend(this.#handle, block.address, answer.out, answer.error));
            return answer.pointer();
        });
    }

    /** A share for whoever takes the address over. */
    retainHandle() {
        return BigInt(library.ta_retain(this.#handle));
    }

    toString() {
        return answers.lend((answer) => {
            let text = Buffer.alloc(1024);
            let length = this.#print(answer, text);
            if (length >= text.length) {
                text = Buffer.alloc(length + 1);
                length = this.#print(answer, text);
            }
            return text.toString('utf8', 0, length);
        });
    }

    #print(answer, text) {
        const { out, error } = answer;
        const into = koffi.address(text);
        answer.check(library.ta_repr(this.#handle, 0n, into, text.length, out, error));
        return Number(answer.pointer());
    }

    [inspect.custom]() {
        return this.released ? 'Tensor (released)' : this.toString();
    }

    get released() {
        return this.#share === null;
    }

    release() {
        if (this.#share === null) return;
        collected.unregister(this);
        const share = this.#share;
        this.#share = this.#facts = this.#bytes = null;
        share.release();
    }

    [Symbol.dispose]() {
        this.release();
    }

    #call(pool, use) {
        return pool.lend((block) => answers.lend((answer) => use(block, answer)));
    }
}
