// The README's program prints what the README says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

const folder = fileURLToPath(new URL('..', import.meta.url));
const readme = fs.readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs)];

test('the README has a program', () => assert.equal(programs.length, 1));

for (const [, program, output] of programs) {
    test('it prints what it says', () => {
        const flags = ['--input-type=module', '--eval', program];
        assert.equal(execFileSync(process.execPath, flags, { cwd: folder, encoding: 'utf8' }), output);
    });
}
