// What a tensor tells and does, and how calls fail.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { inspect } from 'node:util';

import { asarray, Complex, fromDLPack, scalar, strided, Tensor, TarrayError } from 'tarray';

import { nothingAlive } from './collector.js';

afterEach(nothingAlive);

const fails = (call, code, says) => {
    assert.throws(call, (error) => {
        assert.ok(error instanceof TarrayError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, says);
        return true;
    });
};

test('facts', () => {
    const tensor = asarray(strided(new Int16Array(6), { shape: [2, 3] }), { readOnly: true });
    assert.equal(tensor.dtype, 'int16');
    assert.deepEqual(tensor.shape, [2, 3]);
    assert.deepEqual(tensor.strides, [3, 1]);
    assert.equal(tensor.ndim, 2);
    assert.equal(tensor.numel, 6);
    assert.equal(tensor.nbytes, 12);
    assert.equal(tensor.device, 'cpu');
    assert.equal(tensor.isReadOnly, true);
    assert.equal(String(tensor), 'tensor([[0, 0, 0],\n        [0, 0, 0]], dtype=tarray.int16)');
    assert.equal(inspect(tensor), String(tensor));
    tensor.release();
    assert.equal(inspect(tensor), 'Tensor (released)');
});

test('a long text is printed whole', () => {
    const tensor = asarray(new Float64Array(900).map((_, k) => k / 7));
    assert.ok(String(tensor).length > 1024);
    assert.ok(String(tensor).endsWith('dtype=tarray.float64)'));
    tensor.release();
});

test('elements come as what JavaScript has for them', () => {
    const rows = [
        [asarray([true, false]), 0, true],
        [asarray(new Int8Array([-5])), 0, -5],
        [asarray(new BigInt64Array([-(2n ** 63n)])), 0, -(2n ** 63n)],
        [asarray(new BigUint64Array([2n ** 64n - 1n])), 0, 2n ** 64n - 1n],
        [asarray([1.5], { dtype: 'bfloat16' }), 0, 1.5],
        [asarray([new Complex(1, -2)]), 0, new Complex(1, -2)],
    ];
    for (const [tensor, index, want] of rows) {
        assert.deepEqual(tensor.item(index), want);
        assert.deepEqual(tensor.toArray()[index], want);
        tensor.release();
    }
});

test('a tensor of one element needs no index', () => {
    const tensor = asarray([[2.5]]);
    assert.equal(tensor.item(), 2.5);
    tensor.release();
});

test('arrays are nested as deep as there are axes', () => {
    const scalar = asarray(4);
    const empty = asarray([[], []]);
    const swapped = asarray(new Float32Array([1, 2])).view([2], { strides: [0] });
    assert.equal(scalar.toArray(), 4);
    assert.deepEqual(empty.toArray(), [[], []]);
    assert.deepEqual(swapped.toTypedArray(), new Float32Array([1, 1]));
    for (const tensor of [scalar, empty, swapped]) tensor.release();
});

test('more elements than there is memory for are refused', () => {
    const one = asarray([1], { dtype: 'bfloat16' });
    const byte = asarray(new Uint8Array(1));
    for (const shape of [[2 ** 52], [2 ** 31, 2 ** 21], [2 ** 40, 0]]) {
        const many = one.view(shape, { strides: shape.map(() => 0) });
        fails(() => many.toArray(), 'TA_ERR_OUT_OF_MEMORY', /more than 4294967295 items/);
        many.release();
    }
    const many = byte.view([2 ** 52], { strides: [0] });
    fails(() => many.toTypedArray(), 'TA_ERR_OUT_OF_MEMORY', /Uint8Array of 4503599627370496/);
    for (const tensor of [one, byte, many]) tensor.release();
});

test('writes reach the array', () => {
    const array = new Float32Array(4);
    const tensor = asarray(strided(array, { shape: [2, 2] }));
    tensor.fill(1).set([1, 0], 7);
    tensor.view([2], { offset: 2 }).copyFrom([8n, 9n]);
    tensor.typedArray()[0] = -1;
    assert.deepEqual(array, new Float32Array([-1, 1, 8, 9]));
    tensor.release();
});

test('a typed array shares the memory, and cannot be told of what it does not know', () => {
    const matrix = asarray(new Float32Array(6)).view([3, 2], { strides: [1, 3] });
    const half = asarray([1.5], { dtype: 'float16' });
    const unaligned = asarray(strided(new Uint8Array(9), {
        dtype: 'float64', shape: [1], offsetBytes: 1,
    }));
    const constant = asarray([1], { readOnly: true, copy: true });
    const leaf = asarray([1], { requiresGrad: true });
    fails(() => matrix.typedArray(), 'TA_ERR_LAYOUT', /not contiguous/);
    fails(() => unaligned.typedArray(), 'TA_ERR_LAYOUT', /unaligned/);
    fails(() => constant.typedArray(), 'TA_ERR_NOT_WRITABLE', /read-only/);
    fails(() => leaf.typedArray(), 'TA_ERR_EXPORT', /requires grad/);
    if (typeof Float16Array === 'undefined') {
        fails(() => half.typedArray(), 'TA_ERR_DTYPE', /float16/);
    }
    assert.deepEqual(new Uint8Array(half.arrayBuffer()), new Uint8Array([0x00, 0x3e]));
    for (const tensor of [matrix, half, unaligned, constant, leaf]) tensor.release();
});

test('wrong kinds of things are refused by name', () => {
    for (const [value, name] of [
        ['text', /string/], [null, /null/], [undefined, /undefined/], [new Map(), /Map/],
        [() => 1, /function/], [Symbol('s'), /symbol/], [{}, /Object/],
    ]) {
        fails(() => asarray(value), 'TA_ERR_KIND', name);
        fails(() => asarray([1, value]), 'TA_ERR_KIND', /item 1 of a list/);
    }
});

test('wrong options are refused by name', () => {
    const rows = [
        [{ dtpye: 'int8' }, 'TA_ERR_INVALID_ARGUMENT', /dtpye/],
        [{ dtype: 'int7' }, 'TA_ERR_DTYPE', /int7/],
        [{ copy: 'never' }, 'TA_ERR_INVALID_ARGUMENT', /copy: never/],
        [{ device: 'cpu:x' }, 'TA_ERR_DEVICE', /cpu:x/],
        [{ device: 1 }, 'TA_ERR_INVALID_ARGUMENT', /device: number/],
        [{ writable: 1 }, 'TA_ERR_INVALID_ARGUMENT', /writable: 1/],
        [{ accept: ['tensors'] }, 'TA_ERR_INVALID_ARGUMENT', /tensors/],
        [{ accept: [] }, 'TA_ERR_INVALID_ARGUMENT', /accept/],
        [null, 'TA_ERR_INVALID_ARGUMENT', /null/],
    ];
    for (const [options, code, says] of rows) fails(() => asarray(1, options), code, says);
});

test('wrong options of methods are refused by name', () => {
    const tensor = asarray([1, 2]);
    for (const [call, says] of [
        [() => tensor.toDLPack({ readonly: true }), /readonly/],
        [() => tensor.toDLPack({ readOnly: 'no' }), /readOnly: no/],
        [() => tensor.toDLPack({ copy: 'always' }), /copy: always/],
        [() => tensor.toDLPack(null), /null/],
        [() => tensor.toDLPackLegacy({ stream: 5 }), /stream/],
        [() => tensor.toDLPack({ maxVersion: ['a', 0] }), /maxVersion: a/],
        [() => tensor.toDLPack({ maxVersion: [1] }), /maxVersion: \[1\]/],
        [() => tensor.toDLPack({ maxVersion: [-1, 0] }), /maxVersion: \[-1,0\]/],
        [() => tensor.toDLPack({ maxVersion: [1, 2 ** 32] }), /4294967296/],
        [() => tensor.toDLPack({ maxVersion: 5 }), /maxVersion: number/],
        [() => tensor.view([2], { stride: [0] }), /stride/],
        [() => tensor.sum(0, { keepdim: true }), /keepdim/],
        [() => tensor.sum(0, { keep: 1 }), /keep: 1/],
        [() => tensor.backward(null, { retain: true }), /retain/],
        [() => strided(new Uint8Array(2), { shape: [2], readOnly: 'no' }), /readOnly: no/],
    ]) fails(call, 'TA_ERR_INVALID_ARGUMENT', says);
    const back = fromDLPack(tensor.toDLPack({ maxVersion: [1, 0] }));
    assert.deepEqual(back.toArray(), [1, 2]);
    for (const one of [tensor, back]) one.release();
});

test('memory that is not in the array is not described', () => {
    const array = new Float32Array(4);
    const rows = [
        [{ shape: [5] }, 'TA_ERR_OUT_OF_BOUNDS', /bytes 0 to 20/],
        [{ shape: [2], offsetBytes: -4 }, 'TA_ERR_OUT_OF_BOUNDS', /bytes -4/],
        [{ shape: [2], stridesBytes: [-4] }, 'TA_ERR_OUT_OF_BOUNDS', /bytes -4/],
        [{ shape: [2], stridesBytes: [4, 4] }, 'TA_ERR_INVALID_ARGUMENT', /2 strides/],
        [{ shape: [1.5] }, 'TA_ERR_INVALID_ARGUMENT', /1.5/],
        [{ shape: [NaN] }, 'TA_ERR_INVALID_ARGUMENT', /NaN/],
        [{ shape: [null] }, 'TA_ERR_INVALID_ARGUMENT', /null/],
        [{ shape: ['2'] }, 'TA_ERR_INVALID_ARGUMENT', /2/],
        [{ shape: new Set([0.5]) }, 'TA_ERR_INVALID_ARGUMENT', /0.5/],
        [{ shape: 3 }, 'TA_ERR_INVALID_ARGUMENT', /shape: number/],
        [{ shape: [2n ** 64n] }, 'TA_ERR_INVALID_ARGUMENT', /18446744073709551616/],
        [undefined, 'TA_ERR_INVALID_ARGUMENT', /undefined/],
        [{ shape: [2 ** 52, 2 ** 52, 2 ** 52] }, 'TA_ERR_OUT_OF_BOUNDS', /bytes/],
        [{ shape: [1], readonly: true }, 'TA_ERR_INVALID_ARGUMENT', /readonly/],
        [{ shape: [-1] }, 'TA_ERR_LAYOUT', /-1/],
        [{ shape: new Array(65).fill(1) }, 'TA_ERR_LAYOUT', /65/],
    ];
    for (const [how, code, says] of rows) fails(() => asarray(strided(array, how)), code, says);
    fails(() => strided([1, 2], { shape: [2] }), 'TA_ERR_KIND', /typed array/);
    fails(() => strided(new ArrayBuffer(4), { shape: [1] }), 'TA_ERR_KIND', /dtype/);
});

test('indices and views that are outside are refused', () => {
    const tensor = asarray([[1, 2], [3, 4]]);
    fails(() => tensor.item(2, 0), 'TA_ERR_OUT_OF_BOUNDS', /2/);
    fails(() => tensor.item(0), 'TA_ERR_OUT_OF_BOUNDS', /1 numbers into 2 axes/);
    fails(() => tensor.item(0, 0.5), 'TA_ERR_INVALID_ARGUMENT', /0.5/);
    fails(() => tensor.set([0, -1], 1), 'TA_ERR_OUT_OF_BOUNDS', /-1/);
    fails(() => tensor.fill('x'), 'TA_ERR_KIND', /string/);
    fails(() => tensor.view([5]), 'TA_ERR_OUT_OF_BOUNDS', /./);
    fails(() => tensor.view([2], { strides: [1, 1] }), 'TA_ERR_LAYOUT', /strides/);
    fails(() => tensor.copyFrom([1, 2, 3]), 'TA_ERR_INVALID_ARGUMENT', /./);
    assert.throws(() => new Tensor(), TypeError);
    tensor.release();
});

test('what a list throws is thrown', () => {
    const wrong = new RangeError('not today');
    const list = [1, 2, 3];
    Object.defineProperty(list, 1, { get() { throw wrong; } });
    assert.throws(() => asarray([[1, 2, 3], list]), (error) => error === wrong);
});

test('a list may call the library while it is read', () => {
    const list = [1, 2];
    Object.defineProperty(list, 1, {
        get() {
            const inner = asarray([[5], [6]]);
            const value = inner.item(1, 0);
            inner.release();
            return value;
        },
    });
    const tensor = asarray([[0, 0], list]);
    assert.deepEqual(tensor.toArray(), [[0, 0], [1, 6]]);
    tensor.release();
});

test('a list that gives more than it says is read as far as it says', () => {
    class More extends Array {
        slice() {
            return [1, 2].concat(new Array(100).fill(9));
        }
    }
    const tensor = asarray(More.of(0, 0));
    assert.deepEqual(tensor.toArray(), [1, 2]);
    tensor.release();
});

test('a list that never ends is refused', () => {
    const endless = [];
    endless.push(endless);
    fails(() => asarray(endless), 'TA_ERR_LAYOUT', /64/);
});

test('an array that was transferred is refused', () => {
    const array = new Float32Array(4);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    assert.throws(() => asarray(array), TypeError);
});

test('a number may have a dtype, which it keeps', () => {
    for (const [value, dtype, want] of [
        [0.5, 'float64', 0.5], [3, 'int8', 3], [2n ** 63n, 'uint64', 2n ** 63n], [1.5, 'bfloat16', 1.5],
        [true, 'float32', 1], [new Complex(1, 2), 'complex64', new Complex(1, 2)],
    ]) {
        const [one, list] = [asarray(scalar(value, dtype)), asarray([scalar(value, dtype)])];
        assert.deepEqual([one.dtype, list.dtype], [dtype, dtype]);
        assert.deepEqual([one.item(), list.item(0)], [want, want]);
        one.release();
        list.release();
    }
    fails(() => scalar(300, 'uint8'), 'TA_ERR_OVERFLOW', /300/);
    fails(() => scalar([1], 'uint8'), 'TA_ERR_KIND', /./);
    fails(() => scalar(1, 'int7'), 'TA_ERR_DTYPE', /int7/);
});

/** A class whose arrays say of themselves that they are where they are not. */
const lying = (Class, claims) => {
    const Lying = class extends Class {};
    for (const [name, claim] of Object.entries(claims)) {
        Object.defineProperty(Lying.prototype, name, { get: () => claim });
    }
    return Lying;
};

test('an array is as long as it is, whatever its class says', () => {
    const claims = { length: 4096, byteLength: 16384, byteOffset: 64, buffer: new ArrayBuffer(16) };
    const Floats = lying(Float32Array, claims);
    const View = lying(DataView, claims);
    const Bytes = lying(ArrayBuffer, { byteLength: 16384 });
    const array = new Floats([1, 2]);
    const shared = asarray(array);
    assert.deepEqual(shared.shape, [2]);
    shared.set([1], 7);
    assert.equal(array[1], 7);
    for (const value of [new View(new ArrayBuffer(8)), new Bytes(8)]) {
        const tensor = asarray(value);
        assert.deepEqual(tensor.toArray(), [0, 0]);
        tensor.release();
    }
    fails(() => strided(array, { shape: [3] }), 'TA_ERR_OUT_OF_BOUNDS', /array of 8 bytes/);
    const rows = asarray([strided(array, { shape: [2] }), array]);
    assert.deepEqual(rows.toArray(), [[1, 7], [1, 7]]);
    for (const tensor of [shared, rows]) tensor.release();
    const shrinking = new (lying(ArrayBuffer, { resizable: false }))(8, { maxByteLength: 16 });
    fails(() => asarray(shrinking), 'TA_ERR_CANNOT_ALIAS', /resizable/);
});

test('views of bytes, of Node\'s pool and of one another are where they are', () => {
    const bytes = new Uint8Array([0, 0, 0, 1, 2, 0, 0, 0]);
    const view = asarray(new DataView(bytes.buffer, 3, 4), { dtype: 'int16', copy: true });
    const pooled = asarray(Buffer.from('abc'));
    const inner = asarray(bytes.subarray(3, 5));
    assert.deepEqual(view.toArray(), [513, 0]);
    assert.deepEqual(pooled.toArray(), [97, 98, 99]);
    assert.deepEqual([inner.toArray(), inner.provenance.aliased], [[1, 2], true]);
    for (const tensor of [view, pooled, inner]) tensor.release();
});
