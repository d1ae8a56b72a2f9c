// How the library reads nested lists: the callbacks of a `ta_sequence_vtable`.
//
// They run inside the call that was given the list, on its thread, and so may be JavaScript.

import koffi from 'koffi';

import { Block } from './block.js';
import { nameOf, TarrayError } from './error.js';
import * as layout from './layout.js';
import { describe, SourceBlock, writeScalar } from './source.js';
import * as status from './status.js';

const libc = koffi.load(null);
const memcpy = libc.func('void *memcpy(uintptr_t, uintptr_t, size_t)');

/** The walk that the callbacks belong to: calls nest, so it is the last that has begun. */
let current = null;

class List {
    constructor(items) {
        this.items = items;
        /** What the item that was asked for last is described in. */
        this.block = null;
    }
}

/** One call's way through a nested list. */
export class Walk {
    #lists = [];
    #numbers = new Map();
    #thrown = null;

    /** The address of the callbacks. */
    get vtable() {
        return vtable.address;
    }

    /** What the callbacks are told of a list. */
    numberOf(items) {
        let number = this.#numbers.get(items);
        if (number === undefined) {
            number = this.#lists.push(new List(items)) - 1;
            this.#numbers.set(items, number);
        }
        return number;
    }

    /** Makes a call that may ask for items. What JavaScript has thrown meanwhile is thrown. */
    during(call) {
        const outer = current;
        current = this;
        try {
            const answer = call();
            if (answer !== status.OK && this.#thrown !== null) throw this.#thrown.error;
            return answer;
        } finally {
            current = outer;
        }
    }

    /** Answers a callback: nothing is thrown into the library. */
    answer(number, tell) {
        try {
            tell(this.#lists[number]);
            return status.OK;
        } catch (error) {
            this.#thrown = { error };
            return status.CALLBACK;
        }
    }
}

function len(number, out) {
    return current.answer(number, ({ items }) => koffi.encode(out, 'size_t', items.length));
}

function item(number, index, out) {
    return current.answer(number, (list) => {
        list.block ??= new SourceBlock();
        describeItem(list.block, list.items, index);
        const room = Number(koffi.decode.uint64(out));
        memcpy(out, list.block.address, Math.min(room, layout.source.size));
    });
}

function describeItem(block, items, index) {
    const value = items[index];
    try {
        describe(block, value, current);
    } catch (error) {
        if (error.status !== status.KIND) throw error;
        throw new TarrayError(status.KIND, `item ${index} of a list is ${nameOf(value)}`);
    }
}

const AT_ONCE = 128;
const values = new Block(AT_ONCE * layout.scalar.size);

function read(number, start, count, out, written) {
    return current.answer(number, ({ items }) => {
        const room = Math.min(count, AT_ONCE);
        // Read first, written then: an item may be a getter that comes back here. A list's own code may
        // give more than it was asked for.
        const found = items.slice(start, start + room);
        let many = 0;
        while (many < Math.min(found.length, room) && writeScalar(values, many * layout.scalar.size, found[many])) {
            many++;
        }
        memcpy(out, values.address, many * layout.scalar.size);
        koffi.encode(written, 'size_t', many);
    });
}

function callback(tell, ...parameters) {
    const type = koffi.proto('int32_t', parameters.map(() => 'uintptr_t'));
    return koffi.register(tell, koffi.pointer(type));
}

const vtable = new Block(layout.vtable.size);
vtable.u64(layout.vtable.struct_size, layout.vtable.size);
vtable.u64(layout.vtable.len, callback(len, 'user_data', 'out', 'err'));
vtable.u64(layout.vtable.item, callback(item, 'user_data', 'index', 'out', 'err'));
vtable.u64(
    layout.vtable.read, callback(read, 'user_data', 'start', 'count', 'out', 'written', 'err'));
