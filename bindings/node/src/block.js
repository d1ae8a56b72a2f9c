// Memory that the library reads and writes during a call.

import koffi from 'koffi';

import { TarrayError } from './error.js';
import * as layout from './layout.js';
import * as status from './status.js';

/** Bytes at an address that never moves: an ArrayBuffer's are outside the collected heap. */
export class Block {
    constructor(size) {
        this.bytes = new Uint8Array(new ArrayBuffer(size));
        this.view = new DataView(this.bytes.buffer);
        this.address = koffi.address(this.bytes.buffer);
    }

    clear() {
        this.bytes.fill(0);
    }

    i32(offset, value) {
        this.view.setInt32(offset, value, true);
    }

    u32(offset, value) {
        this.view.setUint32(offset, value, true);
    }

    i64(offset, value) {
        this.view.setBigInt64(offset, BigInt(value), true);
    }

    u64(offset, value) {
        this.view.setBigUint64(offset, BigInt(value), true);
    }

    f64(offset, value) {
        this.view.setFloat64(offset, value, true);
    }
}

const OUT = 0;
const ERROR = 16;
const decoder = new TextDecoder();

/** What every call needs: room for its output and for its failure. */
export class Answer extends Block {
    constructor() {
        super(ERROR + layout.error.size);
        this.out = this.address + BigInt(OUT);
        this.error = this.address + BigInt(ERROR);
        this.u64(ERROR + layout.error.struct_size, layout.error.size);
    }

    /** The pointer that the call has put out. */
    pointer() {
        return this.view.getBigUint64(OUT, true);
    }

    /** Throws if the call failed. */
    check(code) {
        if (code !== status.OK) throw new TarrayError(code, this.#message());
    }

    #message() {
        const begin = ERROR + layout.error.message;
        return decoder.decode(this.bytes.subarray(begin, this.bytes.indexOf(0, begin)));
    }
}

/** Objects that are made once and lent: JavaScript in a callback may call the library again. */
export class Pool {
    #make;
    #free = [];

    constructor(make) {
        this.#make = make;
    }

    /** Runs `use` with an object that nobody else has meanwhile. */
    lend(use) {
        const lent = this.#free.pop() ?? this.#make();
        try {
            return use(lent);
        } finally {
            this.#free.push(lent);
        }
    }
}

/** Room for the output and the failure of a call. */
export const answers = new Pool(() => new Answer());
