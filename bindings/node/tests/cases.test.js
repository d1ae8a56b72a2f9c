// The table of cases, with JavaScript's arrays, numbers and lists.

import assert from 'node:assert/strict';
import test from 'node:test';

import * as tarray from 'tarray';

import { nothingAlive } from './collector.js';
import { bytesOf, integersOf, listOf, numberOf, optionsOf, rows } from './table.js';

/** How many of the cases are known to run here. */
const FEWEST = 267;

const ARRAYS = {
    int8: Int8Array,
    int16: Int16Array,
    int32: Int32Array,
    int64: BigInt64Array,
    uint8: Uint8Array,
    uint16: Uint16Array,
    uint32: Uint32Array,
    uint64: BigUint64Array,
    float32: Float32Array,
    float64: Float64Array,
};

/** Typed arrays have one axis, and buffers can be written. */
function canRun({ kind, source_dtype, source_shape, traits }) {
    if (kind === 'array') return source_dtype in ARRAYS && integersOf(source_shape).length === 1;
    if (kind === 'buffer') return traits === null;
    return true;
}

const isOfNumbers = ({ kind }) => /^(scalar|complex|big|list|complex_list)$/.test(kind);

function stridedOf(block, row) {
    return tarray.strided(block, {
        dtype: row.source_dtype,
        shape: integersOf(row.source_shape),
        stridesBytes: row.strides === null ? undefined : integersOf(row.strides),
        offsetBytes: Number(row.start),
        readOnly: row.traits === 'read_only',
        byteSwapped: row.traits === 'swapped',
    });
}

function rowsOf(block, { source_dtype, source_shape }) {
    const [count, length] = integersOf(source_shape);
    const Row = ARRAYS[source_dtype];
    const size = length * Row.BYTES_PER_ELEMENT;
    return Array.from({ length: count }, (_, k) => new Row(block, k * size, length));
}

/** Makes the call of a case. Of what was made for it, only the result is left. */
function call(row, block, options) {
    switch (row.kind) {
        case 'scalar':
        case 'complex':
        case 'big':
            return tarray.asarray(numberOf(row.value), options);
        case 'list':
        case 'complex_list':
            return tarray.asarray(listOf(row.value), options);
        case 'buffer':
            return tarray.asarray(block, options);
        case 'typed_scalar':
            return tarray.asarray(scalarOf(block, row), options);
        case 'array':
            return tarray.asarray(new ARRAYS[row.source_dtype](block), options);
        case 'strided':
            return tarray.asarray(stridedOf(block, row), options);
        case 'rows':
            return tarray.asarray(rowsOf(block, row), options);
        default:
            return passOn(row.kind, tarray.asarray(stridedOf(block, row)), options);
    }
}

function scalarOf(block, row) {
    const element = tarray.asarray(stridedOf(block, row));
    try {
        return tarray.scalar(element.item(), row.source_dtype);
    } finally {
        element.release();
    }
}

const LOANS = {
    tensor: {
        lend: (tensor) => tensor,
        take: tarray.asarray,
        drop: () => {},
    },
    dlpack: {
        lend: (tensor) => tensor.toDLPack(),
        take: tarray.fromDLPack,
        drop: tarray.deleteDLPack,
    },
    dlpack_legacy: {
        lend: (tensor) => tensor.toDLPackLegacy(),
        take: tarray.fromDLPackLegacy,
        drop: tarray.deleteDLPackLegacy,
    },
};

function passOn(kind, tensor, options) {
    const { lend, take, drop } = LOANS[kind];
    try {
        const lent = lend(tensor);
        try {
            return take(lent, options);
        } catch (error) {
            drop(lent);
            throw error;
        }
    } finally {
        tensor.release();
    }
}

function elementsOf(tensor) {
    const detached = tarray.asarray(tensor);
    const copy = tarray.asarray(detached, { copy: true, contiguous: true });
    const bytes = Buffer.from(copy.arrayBuffer()).toString('hex');
    copy.release();
    detached.release();
    return bytes;
}

/** Where a block is, a tensor over it knows. */
function addressOf(block) {
    const tensor = tarray.asarray(block, { dtype: 'uint8', copy: false });
    const { data } = tensor;
    tensor.release();
    return data;
}

function right(tensor, row, block) {
    const flags = row.flags?.split(' ') ?? [];
    assert.equal(tensor.dtype, row.dtype);
    assert.deepEqual(tensor.shape, integersOf(row.shape));
    assert.equal(elementsOf(tensor), row.data ?? '');
    assert.equal(tensor.isReadOnly, flags.includes('read_only'));
    assert.equal(tensor.isContiguous, flags.includes('contiguous'));
    assert.equal(tensor.requiresGrad, flags.includes('requires_grad'));
    const [source, aliased, reason] = [row.origin, row.aliased === '1', row.reason];
    assert.deepEqual(tensor.provenance, { source, aliased, reason, staged: false });
    if (block === null || tensor.numel === 0) return;
    const begin = addressOf(block);
    const end = begin + BigInt(block.byteLength);
    if (aliased) assert.equal(tensor.data, begin + BigInt(row.start));
    else assert.ok(tensor.data < begin || tensor.data >= end);
}

function run(row) {
    const block = isOfNumbers(row) ? null : bytesOf(row.value);
    const options = optionsOf(row.request);
    if (row.status === 'TA_OK') {
        const tensor = call(row, block, options);
        right(tensor, row, block);
        tensor.release();
    } else {
        const before = tarray.liveTensors();
        const error = failureOf(() => call(row, block, options));
        assert.equal(tarray.liveTensors(), before);
        assert.ok(error instanceof tarray.TarrayError, error);
        assert.equal(error.code, row.status);
        assert.ok(error.message.includes(row.says ?? ''), `${error.message}: no ${row.says}`);
    }
}

function failureOf(call) {
    try {
        call().release();
    } catch (error) {
        return error;
    }
    return assert.fail('the call succeeded');
}

test('the table of cases', async (t) => {
    const ours = rows.filter(canRun);
    for (const row of ours) await t.test(row.name, () => run(row));
    t.diagnostic(`${ours.length} of ${rows.length} cases ran`);
    assert.ok(ours.length >= FEWEST, `only ${ours.length} cases ran`);
    await nothingAlive();
});
