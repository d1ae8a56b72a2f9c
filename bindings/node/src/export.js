// How a tensor is lent: the options of `toDLPack` as a `ta_export_options`; and the end of a loan.

import koffi from 'koffi';

import { nameOf, TarrayError } from './error.js';
import * as layout from './layout.js';
import { checkNames, copyMode, flag } from './options.js';
import * as status from './status.js';
import { integers } from './values.js';

const { exportOptions: at } = layout;
const READ_ONLY = 1;
const NAMES = new Set(['maxVersion', 'copy', 'readOnly']);

/** Writes what is asked into a block that `layout.exportOptions.size` fits. */
export function writeExport(block, asked = {}) {
    checkNames(asked, NAMES);
    block.clear();
    block.u64(at.struct_size, at.size);
    const [major, minor] = asked.maxVersion === undefined ? [0, 0] : version(asked.maxVersion);
    block.u32(at.max_major, major);
    block.u32(at.max_minor, minor);
    block.i32(at.copy, copyMode(asked.copy));
    block.u64(at.flags, flag('readOnly', asked.readOnly, READ_ONLY));
}

function version(pair) {
    const numbers = integers('maxVersion', pair);
    if (numbers.length === 2 && numbers.every((n) => n >= 0 && n < 2 ** 32)) return numbers;
    const message = `maxVersion: [${numbers}] is not a major and a minor number`;
    throw new TarrayError(status.INVALID_ARGUMENT, message);
}

/** The address of a DLPack tensor, checked as far as that goes. */
export function managedAddress(managed) {
    if (typeof managed === 'bigint' && managed > 0n) return managed;
    const message = `a DLPack tensor is the address of one, not ${nameOf(managed)}`;
    throw new TarrayError(status.INVALID_ARGUMENT, message);
}

const deleter = koffi.proto('void DLPackDeleter(uintptr_t self)');
const DELETER = 16;
const DELETER_LEGACY = 56;

/** Ends a loan of `toDLPack` that no consumer has taken. */
export const deleteDLPack = (managed) => runDeleter(managed, DELETER);

/** Ends a loan of `toDLPackLegacy` that no consumer has taken. */
export const deleteDLPackLegacy = (managed) => runDeleter(managed, DELETER_LEGACY);

function runDeleter(managed, offset) {
    const run = koffi.decode(managedAddress(managed), offset, 'void *');
    if (run !== null) koffi.call(run, deleter, managed);
}
