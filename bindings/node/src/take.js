// Calls that take something and give a handle.

import { isMainThread } from 'node:worker_threads';

import koffi from 'koffi';

import { Block, Pool, answers } from './block.js';
import { nameOf, TarrayError } from './error.js';
import { managedAddress } from './export.js';
import { readFacts } from './facts.js';
import { shareOf } from './handle.js';
import { bufferOf, mayShrink } from './intrinsics.js';
import * as layout from './layout.js';
import * as library from './library.js';
import { writeOptions } from './options.js';
import * as pins from './pins.js';
import { describe, SourceBlock } from './source.js';
import * as status from './status.js';
import { TypedScalar } from './values.js';
import { Walk } from './walk.js';

/** Those of a worker's shares that are open: no collector runs when a worker ends. */
const open = isMainThread ? null : new Set();
if (!isMainThread) process.on('exit', () => open.forEach((share) => share.release()));

/** A share in a tensor, and the pin that may go when the share has gone. */
export class Share {
    constructor(handle, pin) {
        this.handle = handle;
        this.pin = pin;
        open?.add(this);
    }

    release() {
        if (open?.delete(this) === false) return;
        library.ta_release(this.handle);
        if (this.pin !== null) pins.letGoIfReleased(this.pin);
    }
}

const requests = new Pool(() => new Block(layout.options.size));
const sources = new Pool(() => new SourceBlock());

/** `ta_asarray`. */
export function take(value, options) {
    return sources.lend((source) =>
        withOptions(options, (asked, answer) => {
            const walk = Array.isArray(value) ? new Walk() : null;
            describe(source, value, walk);
            const call = () =>
                library.ta_asarray(source.address, asked, answer.out, answer.error);
            if (walk !== null) answer.check(walk.during(call));
            else if (source.array === null) answer.check(call());
            else return takeMemory(source, options, call, answer);
            return new Share(answer.pointer(), value?.[shareOf]?.().pin ?? null);
        }));
}

function takeMemory(source, options, call, answer) {
    const { array } = source;
    source.array = null;
    if (options?.copy === true) {
        answer.check(call());
        return new Share(answer.pointer(), null);
    }
    mayBeShared(bufferOf(array));
    const pin = pins.pin(array);
    source.give(pin.owner, pins.release);
    try {
        answer.check(call());
    } catch (error) {
        pins.unpin(pin);
        throw error;
    }
    // A call that has copied needs it no more.
    pins.letGoIfReleased(pin);
    return new Share(answer.pointer(), pin);
}

function mayBeShared(buffer) {
    if (!mayShrink(buffer)) return;
    const message = "can't alias a resizable ArrayBuffer, which may shrink: use copy: true";
    throw new TarrayError(status.CANNOT_ALIAS, message);
}

/** Runs `use` with the handle of a tensor over an array's memory, which lives only that long. */
export function borrow(array, use) {
    const share = sources.lend((source) =>
        answers.lend((answer) => {
            describe(source, array, null);
            const { address } = source;
            answer.check(library.ta_asarray(address, 0n, answer.out, answer.error));
            return new Share(answer.pointer(), null);
        }));
    try {
        use(share.handle);
    } finally {
        share.release();
    }
}

/** A number that has a dtype, converted by the library: one that does not fit is refused. */
export function scalar(value, dtype) {
    const share = take(value, { dtype, accept: ['scalar'], contiguous: true });
    try {
        const { data, nbytes, dtypeBits } = readFacts(share.handle);
        return new TypedScalar(Uint8Array.from(koffi.decode(data, 'uint8_t', nbytes)), dtypeBits);
    } finally {
        share.release();
    }
}

/** `ta_from_dlpack`, and its like for the struct without a version. */
export const takeDLPack = (managed, options) =>
    takeManaged(library.ta_from_dlpack, managed, options);
export const takeDLPackLegacy = (managed, options) =>
    takeManaged(library.ta_from_dlpack_legacy, managed, options);

/** A share that somebody else has in a tensor. */
export function takeHandle(handle) {
    if (typeof handle === 'bigint' && handle > 0n) return new Share(handle, null);
    const message = `a tensor is the address of one, not ${nameOf(handle)}`;
    throw new TarrayError(status.INVALID_ARGUMENT, message);
}

function takeManaged(from, managed, options) {
    return withOptions(options, (asked, answer) => {
        answer.check(from(managedAddress(managed), asked, answer.out, answer.error));
        return new Share(answer.pointer(), null);
    });
}

function withOptions(options, call) {
    return answers.lend((answer) => {
        if (options === undefined) return call(0n, answer);
        return requests.lend((request) => {
            writeOptions(request, options);
            return call(request.address, answer);
        });
    });
}
