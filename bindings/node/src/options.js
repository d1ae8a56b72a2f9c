// What the result must be: the options of `asarray` as a `ta_options`.

import { parseDevice } from './device.js';
import { dtypeBits } from './dtype.js';
import { nameOf, TarrayError } from './error.js';
import * as layout from './layout.js';
import * as status from './status.js';

const { options: at } = layout;

const COPY = new Map([[undefined, 0], [null, 0], [true, 1], [false, 2]]);
const GRAD = new Map([[undefined, 0], [false, 0], [true, 1], ['source', 2]]);
const WANT_WRITABLE = 1;
const WANT_CONTIGUOUS = 2;
const MARK_READ_ONLY = 4;
const ACCEPT = { tensor: 2, memory: 4, dlpack: 16, buffer: 64, scalar: 256, sequence: 512 };

const NAMES = new Set([
    'dtype', 'defaultDtype', 'device', 'copy', 'requiresGrad', 'writable', 'contiguous',
    'readOnly', 'accept',
]);

function invalid(message) {
    return new TarrayError(status.INVALID_ARGUMENT, message);
}

function oneOf(table, name, value) {
    const number = table.get(value);
    if (number !== undefined) return number;
    throw invalid(`${name}: ${String(value)} is none of ${Array.from(table.keys(), String)}`);
}

/** `true` always, `false` never, nothing if needed. */
export const copyMode = (value) => oneOf(COPY, 'copy', value);

/** Refuses what are no options, and names that are not among them. */
export function checkNames(asked, names) {
    if (asked === null || typeof asked !== 'object') throw invalid(`options: ${nameOf(asked)}`);
    for (const name of Object.keys(asked)) {
        if (!names.has(name)) throw invalid(`there is no option ${name}`);
    }
}

export function flag(name, value, bit) {
    if (value === undefined || value === false) return 0;
    if (value === true) return bit;
    throw invalid(`${name}: ${String(value)} is neither true nor false`);
}

function accepted(kinds) {
    const bits = Array.from(kinds, (kind) => {
        if (Object.hasOwn(ACCEPT, kind)) return ACCEPT[kind];
        throw invalid(`accept: ${String(kind)} is none of ${Object.keys(ACCEPT)}`);
    });
    if (bits.length === 0) throw invalid('accept: names no kind of source');
    return bits.reduce((all, bit) => all | bit, 0);
}

/** Writes what is asked into a block that `layout.options.size` fits. */
export function writeOptions(block, asked) {
    block.clear();
    block.u64(at.struct_size, at.size);
    if (asked === undefined) return;
    checkNames(asked, NAMES);
    if (asked.dtype !== undefined) block.u32(at.dtype, dtypeBits(asked.dtype));
    if (asked.defaultDtype !== undefined) {
        block.u32(at.default_dtype, dtypeBits(asked.defaultDtype));
    }
    if (asked.device !== undefined) {
        parseDevice(asked.device, block.address + BigInt(at.device));
    }
    block.i32(at.copy, copyMode(asked.copy));
    block.i32(at.requires_grad, oneOf(GRAD, 'requiresGrad', asked.requiresGrad));
    const wanted =
        flag('writable', asked.writable, WANT_WRITABLE) |
        flag('contiguous', asked.contiguous, WANT_CONTIGUOUS) |
        flag('readOnly', asked.readOnly, MARK_READ_ONLY);
    block.u64(at.flags, wanted);
    if (asked.accept !== undefined) block.u64(at.accept, accepted(asked.accept));
}
