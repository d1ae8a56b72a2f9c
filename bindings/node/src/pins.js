// JavaScript's memory, held for as long as a tensor shares it.
//
// The last share of a tensor may go on any thread, and JavaScript runs on one: a callback into it
// from another thread would wait for an event loop that may be waiting for that thread. So the
// `release` that the library gets is no JavaScript: it is sem_post, which may be called anywhere,
// and each pin has a semaphore of its own. Here they are asked now and then whether they were
// posted, and the memory of those is let go.

import { markAsUntransferable } from 'node:worker_threads';

import koffi from 'koffi';

const libc = koffi.load(null);
const sem_init = libc.func('int sem_init(uintptr_t, int, unsigned int)');
const sem_trywait = libc.func('int sem_trywait(uintptr_t)');

/** The `release` for memory whose `owner` is the semaphore of a pin. */
export const release = libc.symbol('sem_post');

/** At least what a sem_t needs on every platform. */
const SEMAPHORE_SIZE = 64;
const SEMAPHORES_AT_ONCE = 64;
const unused = [];

/** Memory for semaphores outlives everything: a tensor on another thread may post them late. */
function semaphore() {
    if (unused.length === 0) {
        const size = SEMAPHORE_SIZE * SEMAPHORES_AT_ONCE;
        const begin = koffi.address(koffi.alloc('char', size));
        for (let at = 0; at < size; at += SEMAPHORE_SIZE) {
            const one = begin + BigInt(at);
            sem_init(one, 0, 0);
            unused.push(one);
        }
    }
    return unused.pop();
}

class Pin {
    constructor(buffer, bytes) {
        this.owner = semaphore();
        this.buffer = buffer;
        this.bytes = bytes;
    }
}

const pins = new Set();
let bytesPinned = 0;
const LEAST = { pins: 64, bytes: 1 << 20 };
let limit = { ...LEAST };

/** Holds the memory of `array` until the library posts `owner` or `unpin` gives it back. */
export function pin(array) {
    if (pins.size >= limit.pins || bytesPinned >= limit.bytes) sweep();
    const buffer = array.buffer ?? array;
    // A transferred buffer takes its memory along, tensors or not.
    if (!(buffer instanceof SharedArrayBuffer)) markAsUntransferable(buffer);
    const made = new Pin(buffer, buffer.byteLength);
    pins.add(made);
    bytesPinned += made.bytes;
    return made;
}

/** Lets go what is no longer shared; what is left may double before the next look. */
export function sweep() {
    for (const pin of pins) letGoIfPosted(pin);
    limit = {
        pins: Math.max(LEAST.pins, 2 * pins.size),
        bytes: Math.max(LEAST.bytes, 2 * bytesPinned),
    };
}

/** Lets the memory go if the library has posted that it needs it no more. */
export function letGoIfPosted(pin) {
    if (pins.has(pin) && sem_trywait(pin.owner) === 0) unpin(pin);
}

/** Lets the memory go: the library has never taken it, or has posted. */
export function unpin(pin) {
    if (!pins.delete(pin)) return;
    bytesPinned -= pin.bytes;
    pin.buffer = null;
    unused.push(pin.owner);
}

/** How many arrays are held at the moment. */
export function pinned() {
    sweep();
    return pins.size;
}
