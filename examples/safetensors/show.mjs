// What each of the programs here prints, in Node: node show.mjs LIBRARY FILE [COMMAND…]
// A command is run while the tensors are open, and they are printed as they are then.
// TARRAY_NODE names the folder of the package, with what it depends on installed in it.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const entry = path.join(process.env.TARRAY_NODE, 'src/index.js');
const { adopt } = await import(pathToFileURL(entry));
const koffi = createRequire(entry)('koffi');

const [library, file, program, ...rest] = process.argv.slice(2);
const st = koffi.load(library);
const pointer = 'uintptr_t';
const st_open = st.func('st_open', 'int32_t', ['str', pointer, pointer]);
const st_close = st.func('st_close', 'void', [pointer]);
const st_count = st.func('st_count', 'size_t', [pointer]);
const st_name = st.func('st_name', 'str', [pointer, 'size_t']);
const st_base = st.func('st_base', pointer, [pointer]);
const st_tensor = st.func('st_tensor', 'int32_t', [pointer, 'str', pointer, pointer, pointer]);

/** A file that is mapped. */
class Mapped {
    #file;

    constructor(name) {
        this.#file = made((out) => st_open(name, out, 0n));
    }

    get base() {
        return BigInt(st_base(this.#file));
    }

    names() {
        return Array.from({ length: st_count(this.#file) }, (_, k) => st_name(this.#file, k));
    }

    tensor(name) {
        return adopt(made((out) => st_tensor(this.#file, name, 0n, out, 0n)));
    }

    close() {
        st_close(this.#file);
    }
}

/** The pointer that a call puts out. */
function made(call) {
    const out = new BigUint64Array(1);
    const status = call(koffi.address(out));
    if (status !== 0) throw new Error(`status ${status}`);
    return out[0];
}

function show(name, [tensor, again]) {
    const shared = tensor.provenance.aliased && tensor.data === again.data ? 'shared' : 'copied';
    const written = tensor.isReadOnly ? 'read-only' : 'writable';
    console.log(`${name}: ${tensor.dtype} at ${tensor.data - mapped.base}, ${shared}, ${written}`);
    console.log(String(tensor));
}

const mapped = new Mapped(file);
const open = mapped.names().map((name) => [name, [mapped.tensor(name), mapped.tensor(name)]]);
if (program !== undefined) execFileSync(program, rest);
for (const [name, pair] of open) show(name, pair);
for (const [, pair] of open) pair.forEach((tensor) => tensor.release());
mapped.close();
