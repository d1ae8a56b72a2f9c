// Who lives how long: tensors over JavaScript's memory, and JavaScript's views of tensors.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { adopt, asarray, deleteDLPack, fromDLPack, liveTensors, pinned, strided } from 'tarray';

import { collect, nothingAlive } from './collector.js';

afterEach(nothingAlive);

test('an array lives as long as a tensor shares it', async () => {
    const tensor = asarray(new Float64Array(1000).fill(7));
    for (let round = 0; round < 5; round++) await collect();
    // Whatever the collector gave back is written over.
    Array.from({ length: 100 }, () => new Float64Array(1000).fill(-1));

    assert.equal(tensor.item(999), 7);
    assert.equal(pinned(), 1);

    tensor.release();
    assert.equal(pinned(), 0);
});

test('an array lives as long as a view or a loan does', () => {
    const tensor = asarray(new Int32Array([1, 2, 3]));
    const view = tensor.view([2], { offset: 1 });
    const loan = view.toDLPack();
    tensor.release();
    view.release();
    assert.equal(pinned(), 1);

    const back = fromDLPack(loan);
    assert.deepEqual(back.toArray(), [2, 3]);
    back.release();
    assert.equal(pinned(), 0);
});

test('a call that copies or fails holds nothing', () => {
    const array = new Float32Array(4);
    const converted = asarray(array, { dtype: 'float64' });
    assert.equal(pinned(), 0);
    assert.throws(() => asarray(array, { dtype: 'int8', copy: false }));
    assert.equal(pinned(), 0);
    converted.release();
});

test('a view of a tensor lives on without it', async () => {
    const array = asarray([1, 2, 3]).typedArray();
    for (let round = 0; round < 5; round++) await collect();
    assert.deepEqual(Array.from(array), [1, 2, 3]);
    assert.equal(liveTensors(), 1);
});

test('a view lives on when its tensor is released', () => {
    const tensor = asarray([1, 2, 3]);
    const array = tensor.typedArray();
    tensor.release();
    array[0] = 5;
    assert.deepEqual(Array.from(array), [5, 2, 3]);
});

test('release is for once, and what is released says so', () => {
    const tensor = asarray(1);
    tensor.release();
    tensor.release();
    assert.ok(tensor.released);
    for (const use of [() => tensor.dtype, () => tensor.item(), () => asarray(tensor)]) {
        assert.throws(use, { code: 'TA_ERR_INVALID_ARGUMENT', message: /released/ });
    }
});

test('a handle passes to whoever adopts it', () => {
    const tensor = asarray([1, 2]);
    const again = adopt(tensor.retainHandle());
    tensor.release();
    assert.deepEqual(again.toArray(), [1, 2]);
    again.release();
    assert.equal(liveTensors(), 0);
    assert.throws(() => adopt(0n), { code: 'TA_ERR_INVALID_ARGUMENT', message: /bigint/ });
});

test('a block disposes of its tensor', () => {
    const tensor = asarray(new Float32Array(2));
    tensor[Symbol.dispose]();
    assert.equal(liveTensors(), 0);
});

const DELETES = `
    import { workerData } from 'node:worker_threads';
    const { deleteDLPack } = await import(workerData.tarray);
    deleteDLPack(workerData.loan);
    Atomics.store(workerData.done, 0, 1);
    Atomics.notify(workerData.done, 0);
`;

test('another thread may drop the last share while this one waits for it', async () => {
    const tensor = asarray(new Float32Array([1, 2, 3]));
    const loan = tensor.toDLPack();
    tensor.release();
    const done = new Int32Array(new SharedArrayBuffer(4));
    const url = new URL(`data:text/javascript,${encodeURIComponent(DELETES)}`);
    const index = new URL('../src/index.js', import.meta.url).href;
    const worker = new Worker(url, { workerData: { loan, done, tarray: index } });
    assert.equal(pinned(), 1);

    assert.equal(Atomics.wait(done, 0, 0, 60_000), 'ok');

    assert.equal(liveTensors(), 0);
    assert.equal(pinned(), 0);
    await worker.terminate();
});

const FORGETS = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { asarray } = await import(workerData.tarray);
    const x = asarray(new Float32Array([1, 2, 3]), { requiresGrad: true });
    x.mul(x).sum().backward();
    process.on('exit', () => x.release());
    parentPort.postMessage(x.grad.toArray());
`;

test('a worker that ends gives up what it did not release', async () => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(FORGETS)}`);
    const index = new URL('../src/index.js', import.meta.url).href;
    const worker = new Worker(url, { workerData: { tarray: index } });
    const [[gradient]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    assert.deepEqual(gradient, [2, 4, 6]);
    assert.equal(liveTensors(), 0);
});

test('an array that a tensor shares is cloned, not transferred', () => {
    const array = new Float32Array([1, 2]);
    const tensor = asarray(array);
    try {
        structuredClone(array.buffer, { transfer: [array.buffer] });
    } catch (error) {
        assert.equal(error.name, 'DataCloneError');
    }
    assert.equal(array.length, 2);
    tensor.release();
});

test('a buffer that may shrink is not shared', () => {
    const array = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }));
    assert.throws(() => asarray(array), { code: 'TA_ERR_CANNOT_ALIAS', message: /resizable/ });
    const copied = asarray(array, { copy: true });
    assert.equal(copied.numel, 8);
    copied.release();
});

test('shared memory is shared', () => {
    const array = new Int32Array(new SharedArrayBuffer(8));
    const tensor = asarray(array);
    Atomics.store(array, 1, 9);
    assert.deepEqual(tensor.toArray(), [0, 9]);
    tensor.release();
});

test('a list may take tensors and arrays, and let them go', () => {
    const row = asarray([3, 4]);
    const both = asarray([new Float32Array([1, 2]), row]);
    assert.deepEqual(both.toArray(), [[1, 2], [3, 4]]);
    both.release();
    row.release();
});

test('the collector lets go what nobody released', async () => {
    let most = 0;
    for (let round = 0; round < 200; round++) {
        for (let k = 0; k < 100; k++) {
            const array = new Float32Array(64).fill(k);
            const tensor = asarray(array);
            if (k % 3 === 0) tensor.view([8], { offset: 8 });
            if (k % 5 === 0) asarray(tensor, { dtype: 'float64' }).typedArray();
            if (k % 7 === 0) fromDLPack(tensor.toDLPack());
            if (k % 11 === 0) deleteDLPack(tensor.toDLPack());
            if (k % 2 === 0) tensor.release();
        }
        most = Math.max(most, liveTensors());
        if (round % 10 === 0) await collect();
    }
    assert.ok(most > 100, 'the collector had nothing to do');
});

test('a strided view of an array holds the array', async () => {
    const columns = strided(new Int16Array([1, 2, 3, 4, 5, 6]), {
        shape: [3, 2],
        stridesBytes: [2, 6],
    });
    const tensor = asarray(columns);
    assert.deepEqual(tensor.toArray(), [[1, 4], [2, 5], [3, 6]]);
    tensor.release();
});
