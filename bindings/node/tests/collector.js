// The collector, run until nothing is alive.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { liveTensors, pinned } from 'tarray';

/** Runs the collector, and what it calls afterwards. */
export async function collect() {
    globalThis.gc();
    await setTimeout(1);
}

/** No tensor is alive and no array is held, once the collector has been round. */
export async function nothingAlive() {
    for (let round = 0; round < 50 && liveTensors() + pinned() > 0; round++) await collect();
    assert.equal(liveTensors(), 0, 'tensors are alive');
    assert.equal(pinned(), 0, 'arrays are held');
}
