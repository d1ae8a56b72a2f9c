// What a call costs: nanoseconds, the best of several rounds.

import * as tarray from 'tarray';

const CALLS = 20_000;
const ROUNDS = 15;

function nanoseconds(call) {
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
        const begin = process.hrtime.bigint();
        for (let k = 0; k < CALLS; k++) call();
        best = Math.min(best, Number(process.hrtime.bigint() - begin) / CALLS);
    }
    return best;
}

const array = new Float32Array(16);
const tensor = tarray.asarray(array);
const list = Array.from({ length: 1000 }, (_, k) => k);

const CALLED = {
    'the cheapest call': () => tarray.liveTensors(),
    'asarray of a typed array, and release': () => tarray.asarray(array).release(),
    'asarray of a tensor, and release': () => tarray.asarray(tensor).release(),
    'DLPack out and back, and release': () => tarray.fromDLPack(tensor.toDLPack()).release(),
    'one element': () => tensor.item(3),
    'a list of 1000 numbers, and release': () => tarray.asarray(list).release(),
};

for (const [name, call] of Object.entries(CALLED)) {
    console.log(`node\t${name}\t${nanoseconds(call).toFixed(0)} ns`);
}
