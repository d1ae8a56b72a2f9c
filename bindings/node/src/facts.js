// Everything there is to know about a tensor: `ta_describe`.

import koffi from 'koffi';

import { Block, answers } from './block.js';
import { deviceName } from './device.js';
import { dtypeName } from './dtype.js';
import * as layout from './layout.js';
import * as library from './library.js';

const { info: at } = layout;
const block = new Block(at.size);
block.u64(at.struct_size, at.size);
const { view } = block;
const ORIGIN = at.provenance;
const ALIASED = ORIGIN + 4;
const REASON = ORIGIN + 8;
const STAGED = ORIGIN + 12;

/** What never changes of a tensor. */
export function readFacts(handle) {
    answers.lend((answer) => {
        answer.check(library.ta_describe(handle, block.address, answer.error));
    });
    const ndim = view.getInt32(at.ndim, true);
    const dtypeBits = view.getUint32(at.dtype, true);
    const integers = (offset) =>
        Object.freeze(
            Array.from(koffi.decode(view.getBigUint64(offset, true), 'int64_t', ndim), Number));
    return {
        data: view.getBigUint64(at.data, true),
        shape: ndim === 0 ? Object.freeze([]) : integers(at.shape),
        strides: ndim === 0 ? Object.freeze([]) : integers(at.strides),
        numel: Number(view.getBigInt64(at.numel, true)),
        nbytes: Number(view.getBigUint64(at.nbytes, true)),
        flags: Number(view.getBigUint64(at.flags, true)),
        dtypeBits,
        dtype: dtypeName(dtypeBits),
        device: deviceName(view.getInt32(at.device, true), view.getInt32(at.device + 4, true)),
        provenance: Object.freeze({
            source: library.ta_origin_name(view.getInt32(ORIGIN, true)),
            aliased: view.getInt32(ALIASED, true) === 1,
            reason: library.ta_reason_name(view.getInt32(REASON, true)) || null,
            staged: view.getInt32(STAGED, true) === 1,
        }),
    };
}
