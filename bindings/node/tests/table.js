// Reads the table of cases (tests/cases) into JavaScript's numbers, lists and options.

import fs from 'node:fs';

import { Complex } from 'tarray';

const file = new URL('../../../tests/cases/cases.tsv', import.meta.url);
const [header, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
const columns = header.split('\t');

/** The cases: objects with a field per column, null where the table has `-`. */
export const rows = lines.map((line) => {
    const fields = line.split('\t');
    if (fields.length !== columns.length) throw new Error(`other columns than named: ${line}`);
    return Object.fromEntries(fields.map((field, k) => [columns[k], field === '-' ? null : field]));
});

export const integersOf = (text) => (text === '[]' ? [] : text.slice(1, -1).split(',').map(Number));

export const bytesOf = (hex) => Uint8Array.from(Buffer.from(hex ?? '', 'hex')).buffer;

/** JavaScript's integers are bigints here, since its numbers are real. */
export function numberOf(text) {
    if (text === 'true' || text === 'false') return text === 'true';
    if (/^-?\d+$/.test(text)) return BigInt(text);
    const parts = /^\((.*),(.*)\)$/.exec(text);
    return parts ? new Complex(realOf(parts[1]), realOf(parts[2])) : realOf(text);
}

const realOf = (text) => Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));

export function listOf(text) {
    const tokens = text.match(/\[|\]|\([^)]*\)|[^\s,[\]]+/g);
    const read = () => {
        const token = tokens.shift();
        if (token !== '[') return numberOf(token);
        const list = [];
        while (tokens[0] !== ']') list.push(read());
        tokens.shift();
        return list;
    };
    return read();
}

const NAMES = {
    dtype: (value) => ['dtype', value],
    default_dtype: (value) => ['defaultDtype', value],
    device: (value) => ['device', value],
    copy: (value) => ['copy', value === 'always'],
    requires_grad: (value) => ['requiresGrad', value === 'yes' ? true : 'source'],
    accept: (value) => ['accept', value.split(',')],
    writable: () => ['writable', true],
    contiguous: () => ['contiguous', true],
};

export function optionsOf(request) {
    const words = request?.split(' ') ?? [];
    return Object.fromEntries(
        words.map((word) => {
            const [key, value] = word.split('=');
            return NAMES[key](value);
        }));
}
