// What calls cost: rows for `cargo xtask bench runtimes`, a line of JSON each.

import { asarray, fromDLPack, strided } from '../src/index.js';
import { ta_grad_enabled } from '../src/library.js';

const IS_QUICK = process.argv[2] === '--quick';
const TURN_SECONDS = IS_QUICK ? 0.001 : 0.01;
const TURNS = IS_QUICK ? 3 : 9;

/** A loop for each call, so that none is compiled for another; the last result is kept. */
const loopOf = (call) =>
    new Function('call', 'return (count) => { let kept; while (count-- > 0) kept = call(); return kept; }')(call);

let kept = null;

function seconds(loop, count) {
    const begin = process.hrtime.bigint();
    kept = loop(count);
    return Number(process.hrtime.bigint() - begin) / 1e9 / count;
}

function countFor(loop) {
    let count = 1;
    while (seconds(loop, count) * count < TURN_SECONDS) count *= 2;
    return count;
}

function row(name, calls) {
    const contenders = Object.entries(calls).map(([who, call]) => {
        const loop = loopOf(call);
        return { who, loop, count: countFor(loop), times: [] };
    });
    for (let turn = 0; turn < TURNS; turn++) {
        for (const { loop, count, times } of contenders) times.push(seconds(loop, count));
    }
    const figures = contenders.map(({ who, times }) => {
        times.sort((a, b) => a - b);
        return [who, [times[0], times[(TURNS - 1) / 2]]];
    });
    const title = `Node ${process.versions.node}: ${name}`;
    console.log(JSON.stringify({ row: title, seconds: Object.fromEntries(figures) }));
}

const array = new Float32Array(12);
const matrix = strided(array, { shape: [3, 4] });
const list = [[1, 2, 3], [4, 5, 6]];
const tensor = asarray(matrix);

row('a bare call', { tarray: ta_grad_enabled });
row('asarray of its array of 3 × 4, and release', {
    tarray: () => asarray(matrix).release(),
    'its own': () => array.slice(),
});
row('asarray of a number, and release', { tarray: () => asarray(0.5).release() });
row('asarray of a list of 2 × 3, and release', {
    tarray: () => asarray(list).release(),
    'its own': () => Float32Array.from(list.flat()),
});
row('an element', { tarray: () => tensor.item(1, 2), 'its own': () => array[6] });
row('DLPack out and in, and release', { tarray: () => fromDLPack(tensor.toDLPack()).release() });
