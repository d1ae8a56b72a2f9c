// JavaScript's memory, held for as long as a tensor shares it.
//
// The last share of a tensor may go on any thread, and JavaScript runs on one: a callback into it
// from another thread would wait for an event loop that may be waiting for that thread. So the
// `release` that the library gets is its own ta_mark_released, which sets a flag, and each pin has
// a flag of its own. Here they are looked at now and then, and memory whose flag is set is let go.

import { markAsUntransferable } from 'node:worker_threads';

import koffi from 'koffi';

import { bufferOf, isShared, sizeOf } from './intrinsics.js';
import { ta_mark_released } from './library.js';

/** The `release` for memory whose `owner` is the flag of a pin. */
export const release = ta_mark_released;

const FLAG_SIZE = 4;
const FLAGS_AT_ONCE = 1024;
const unused = [];

/** Flags outlive everything: a tensor on another thread may set them late. */
function takeFlag() {
    if (unused.length === 0) {
        const begin = koffi.address(koffi.alloc('int32_t', FLAGS_AT_ONCE));
        const flags = new Int32Array(koffi.view(begin, FLAG_SIZE * FLAGS_AT_ONCE));
        for (let index = FLAGS_AT_ONCE - 1; index >= 0; index--) {
            unused.push({ flags, index, address: begin + BigInt(FLAG_SIZE * index) });
        }
    }
    return unused.pop();
}

class Pin {
    #flag = takeFlag();

    constructor(buffer) {
        this.buffer = buffer;
        this.bytes = sizeOf(buffer);
    }

    get owner() {
        return this.#flag.address;
    }

    get isReleased() {
        return Atomics.load(this.#flag.flags, this.#flag.index) === 1;
    }

    /** The memory is the collector's again, and the flag another pin's. */
    end() {
        Atomics.store(this.#flag.flags, this.#flag.index, 0);
        unused.push(this.#flag);
        this.buffer = null;
    }
}

const pins = new Set();
let bytesPinned = 0;
const LEAST = { pins: 64, bytes: 1 << 20 };
let limit = { ...LEAST };

/** Holds the memory of `array` until the library sets the flag or `unpin` gives it back. */
export function pin(array) {
    if (pins.size >= limit.pins || bytesPinned >= limit.bytes) sweep();
    const buffer = bufferOf(array);
    // A transferred buffer takes its memory along, tensors or not.
    if (!isShared(buffer)) markAsUntransferable(buffer);
    const made = new Pin(buffer);
    pins.add(made);
    bytesPinned += made.bytes;
    return made;
}

/** Lets go what is no longer shared; what is left may double before the next look. */
export function sweep() {
    for (const pin of pins) letGoIfReleased(pin);
    limit = {
        pins: Math.max(LEAST.pins, 2 * pins.size),
        bytes: Math.max(LEAST.bytes, 2 * bytesPinned),
    };
}

/** Lets the memory go if the library needs it no more. */
export function letGoIfReleased(pin) {
    if (pins.has(pin) && pin.isReleased) unpin(pin);
}

/** Lets the memory go: the library has never taken it, or needs it no more. */
export function unpin(pin) {
    if (!pins.delete(pin)) return;
    bytesPinned -= pin.bytes;
    pin.end();
}

/** How many arrays are held at the moment. */
export function pinned() {
    sweep();
    return pins.size;
}
