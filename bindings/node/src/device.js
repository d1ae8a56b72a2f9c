// Devices by the names that the library has for them: `cpu`, `cuda:1`, `device64:0`.

import koffi from 'koffi';

import { answers } from './block.js';
import { nameOf, TarrayError } from './error.js';
import { ta_device_name, ta_device_parse } from './library.js';
import * as status from './status.js';

/** Writes the `ta_device` called `name` to an address. */
export function parseDevice(name, address) {
    if (typeof name !== 'string') {
        throw new TarrayError(status.INVALID_ARGUMENT, `device: ${nameOf(name)} is no name`);
    }
    answers.lend((answer) => answer.check(ta_device_parse(name, address, answer.error)));
}

/** The device's name by its type and index. */
export function deviceName(device_type, index) {
    const buffer = Buffer.alloc(32);
    const length = ta_device_name({ device_type, index }, koffi.address(buffer), buffer.length);
    return buffer.toString('utf8', 0, length);
}
