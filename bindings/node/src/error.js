import { ta_status_name } from './library.js';
import * as status from './status.js';

/** What a call of the library failed with. `code` is the name of its `status`. */
export class TarrayError extends Error {
    constructor(status, message) {
        super(message);
        this.name = 'TarrayError';
        this.status = status;
        this.code = ta_status_name(status);
    }
}

/** How V8 would call a value in a message. */
export function nameOf(value) {
    if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
    return value.constructor?.name ?? 'object';
}

/** The failure of whoever passes a wrong kind of value. */
export function wrongKind(value) {
    const message = `can't make a tensor of ${nameOf(value)}`;
    return new TarrayError(status.KIND, message);
}
