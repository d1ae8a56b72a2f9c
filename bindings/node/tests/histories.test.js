// Operations, and gradients back through them.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { asarray, isGradEnabled, liveNodes, noGrad } from 'tarray';

import { collect, nothingAlive } from './collector.js';

afterEach(nothingAlive);

const leaf = (values) => asarray(values, { requiresGrad: true });

test('operations are those of PyTorch, with numbers and lists too', () => {
    const x = asarray([[1, 2], [3, 4]]);
    assert.deepEqual(x.add(x.mul(2)).sub([1, 1]).toArray(), [[2, 5], [8, 11]]);
    assert.deepEqual(x.neg().sum(0).toArray(), [-4, -6]);
    assert.deepEqual(x.sum([0, -1], { keep: true }).toArray(), [[10]]);
    assert.equal(x.sum().item(), 10);
    assert.equal(asarray([1n]).mul(2n).dtype, 'int64');
    assert.equal(asarray([1n]).mul(0.5).dtype, 'float32');
    assert.throws(() => x.add([1, 2, 3]), { code: 'TA_ERR_INVALID_ARGUMENT' });
    assert.throws(() => x.sum(2), { code: 'TA_ERR_OUT_OF_BOUNDS', message: /2/ });
    assert.throws(() => x.sum(0.5), { code: 'TA_ERR_INVALID_ARGUMENT', message: /0\.5/ });
    assert.throws(() => x.sum(new Array(65).fill(0)), { code: 'TA_ERR_LAYOUT', message: /65/ });
    assert.throws(() => x.add('1'), { code: 'TA_ERR_KIND', message: /string/ });
});

test('gradients arrive at the leaves', () => {
    const x = leaf(new Float32Array([1, 2, 3]));
    const y = x.mul(x).mul(2);
    assert.deepEqual([x.isLeaf, y.isLeaf, y.requiresGrad, x.grad], [true, false, true, null]);
    assert.deepEqual([x.gradFnName, y.gradFnName], [null, 'MulBackward0']);
    y.sum().backward();
    assert.deepEqual(x.grad.toArray(), [4, 8, 12]);
    x.grad = null;
    assert.equal(x.grad, null);
    x.grad = asarray([1, 1, 1]);
    x.add(x).backward(asarray([1, 2, 3]));
    assert.deepEqual(x.grad.toArray(), [3, 5, 7]);
    x.grad = null;
    leaf([1, 2, 3]).mul([x, x]).sum().backward();
    assert.deepEqual(x.grad.toArray(), [2, 4, 6]);
});

test('a graph serves one pass, or more if it is retained', () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    assert.deepEqual(x.grad.toArray(), [4, 8]);
    assert.throws(() => y.backward(), { code: 'TA_ERR_GRAD' });
    assert.throws(() => x.backward(1), { code: 'TA_ERR_KIND', message: /gradient: number/ });
    assert.deepEqual(x.grad.toArray(), [4, 8]);
});

test('nothing is recorded where nobody wants it', () => {
    const x = leaf([1, 2]);
    assert.deepEqual(noGrad(() => [x.mul(x).requiresGrad, isGradEnabled()]), [false, false]);
    assert.throws(() => noGrad(() => { throw new RangeError('lost'); }), RangeError);
    assert.ok(isGradEnabled());
    assert.ok(!x.mul(x).detach().requiresGrad);
    x.requiresGrad = false;
    assert.ok(!x.requiresGrad);
    x.requiresGrad = true;
    assert.throws(() => { x.requiresGrad = 1; }, { code: 'TA_ERR_INVALID_ARGUMENT' });
    assert.throws(() => x.fill(0), { code: 'TA_ERR_GRAD' });
    noGrad(() => x.fill(7));
    assert.deepEqual(x.toArray(), [7, 7]);
});

/** A graph that nobody releases, with a pass through some. */
function strew(round) {
    const x = leaf(new Float32Array(64));
    let y = x;
    for (let k = 0; k < round % 20; k++) y = y.mul(x).add(1);
    if (round % 3 === 0) y.sum().backward();
}

test('the collector gives graphs up, in any order', async () => {
    for (let round = 0; round < 200; round++) {
        strew(round);
        if (round % 50 === 0) await collect();
    }
    await nothingAlive();
    assert.equal(liveNodes(), 0);
});
