// How a tensor is lent: the options of `toDLPack` as a `ta_export_options`; and the end of a loan.

import koffi from 'koffi';

import { nameOf, TarrayError } from './error.js';
import * as layout from './layout.js';
import { copyMode, flag } from './options.js';
import * as status from './status.js';

const { exportOptions: at } = layout;
const READ_ONLY = 1;
const NAMES = new Set(['maxVersion', 'copy', 'readOnly']);

/** Writes what is asked into a block that `layout.exportOptions.size` fits. */
export function writeExport(block, asked = {}) {
    block.clear();
    block.u64(at.struct_size, at.size);
    for (const name of Object.keys(asked)) {
        if (NAMES.has(name)) continue;
        throw new TarrayError(status.INVALID_ARGUMENT, `there is no option ${name}`);
    }
    const [major, minor] = asked.maxVersion ?? [0, 0];
    block.u32(at.max_major, major);
    block.u32(at.max_minor, minor);
    block.i32(at.copy, copyMode(asked.copy));
    block.u64(at.flags, flag('readOnly', asked.readOnly, READ_ONLY));
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
