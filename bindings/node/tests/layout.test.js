// The structs of this package are those of the library's header.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import koffi from 'koffi';

import { types } from '../src/layout.js';

const header = fs.readFileSync(new URL('../../../include/tarray.cdef', import.meta.url), 'utf8');

/** The fields of a struct as the header declares them: [name, C type without qualifiers]. */
function declared(name) {
    const [, body] = new RegExp(`(?:struct|union) ${name} \\{([^}]*)\\};`).exec(header);
    return body
        .split(';')
        .map((field) => field.trim())
        .filter((field) => field !== '')
        .map((field) => {
            const callback = /\(\*(\w+)\)/.exec(field);
            if (callback) return [callback[1], 'pointer'];
            const [, type, stars, field_name, count] =
                /^(?:const |struct )*(\w+) (\*?)(\w+)(?:\[(\w+)\])?$/.exec(field);
            const element = stars ? 'pointer' : type.replace('ta_status', 'int32_t');
            return [field_name, count ? `${element}[${lengthOf(count)}]` : element];
        });
}

const lengthOf = (count) => (/^\d+$/.test(count) ? count : /TA_MESSAGE_SIZE (\d+)/.exec(header)[1]);

function ours(type) {
    const { members } = koffi.type(type);
    return Object.values(members).map(({ name, type: field }) => [name, shown(field)]);
}

function shown(type) {
    if (type.primitive === 'Pointer' || type.primitive === 'Callback') return 'pointer';
    if (type.primitive === 'Array') return `${shown(type.ref)}[${type.length}]`;
    return koffi.type(type).name;
}

/** Koffi has one name for types that are the same. */
const plain = ([name, type]) => [name, type.replace(/^size_t$/, 'uint64').replace(/_t\b/, '')];

for (const [name, type] of Object.entries(types)) {
    test(`${name} is what the header declares`, () => {
        assert.deepEqual(ours(type).map(plain), declared(name).map(plain));
    });
}
