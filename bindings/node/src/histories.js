// Histories: operations that are recorded, and gradients back through them.
//
// No operations of JavaScript's own: a backward pass may run on any thread, and JavaScript runs on
// one.

import { Block, Pool, answers } from './block.js';
import { nameOf, TarrayError } from './error.js';
import { shareOf } from './handle.js';
import * as library from './library.js';
import * as status from './status.js';
import { checkNames, flag } from './options.js';
import { Share, take } from './take.js';
import { integers } from './values.js';

const MAX_NDIM = 64;
const axesRoom = new Pool(() => new Block(8 * MAX_NDIM));

/** The handle of what must be a tensor; 0n for null. */
function handleOf(name, value) {
    if (value === null || value === undefined) return 0n;
    if (typeof value[shareOf] === 'function') return value[shareOf]().handle;
    throw new TarrayError(status.KIND, `${name}: ${nameOf(value)} is no Tensor`);
}

/** A share in what a call makes, which gets the room for it and for its error. */
const made = (call, pin = null) =>
    answers.lend((answer) => {
        answer.check(call(answer.out, answer.error));
        return new Share(answer.pointer(), pin);
    });

const done = (call) => answers.lend((answer) => answer.check(call(answer.error)));

export const requiresGrad = ({ handle }) => library.ta_requires_grad(handle) !== 0;

export function setRequiresGrad({ handle }, wanted) {
    if (typeof wanted !== 'boolean') {
        const message = `requiresGrad: ${String(wanted)} is neither true nor false`;
        throw new TarrayError(status.INVALID_ARGUMENT, message);
    }
    done((error) => library.ta_set_requires_grad(handle, wanted ? 1 : 0, error));
}

export const isLeaf = ({ handle }) => library.ta_is_leaf(handle) !== 0;

export const gradFnName = ({ handle }) => library.ta_grad_fn_name(handle);

/** The share in the gradient, or null. */
export function grad({ handle }) {
    const gradient = BigInt(library.ta_grad(handle));
    return gradient === 0n ? null : new Share(gradient, null);
}

export const setGrad = ({ handle }, gradient) =>
    done((error) => library.ta_set_grad(handle, handleOf('grad', gradient), error));

export const detach = ({ handle, pin }) =>
    made((out, error) => library.ta_detach(handle, out, error), pin);

const BACKWARD_NAMES = new Set(['retainGraph']);

export function backward({ handle }, gradient, options = {}) {
    checkNames(options, BACKWARD_NAMES);
    const isRetained = flag('retainGraph', options.retainGraph, 1);
    done((error) =>
        library.ta_backward(handle, handleOf('gradient', gradient), isRetained, error));
}

const applied = (call, left, right) =>
    made((out, error) => call(left.handle, right.handle, out, error));

/** An operation on a share and on whatever makes a tensor. */
const binary = (call) => (left, value) => {
    if (typeof value?.[shareOf] === 'function') return applied(call, left, value[shareOf]());
    const right = take(value, { requiresGrad: 'source' });
    try {
        return applied(call, left, right);
    } finally {
        right.release();
    }
};

export const add = binary(library.ta_add);
export const sub = binary(library.ta_sub);
export const mul = binary(library.ta_mul);

export const neg = ({ handle }) => made((out, error) => library.ta_neg(handle, out, error));

const SUM_NAMES = new Set(['keep']);

/** The sum along axes: none are all. */
export function sum({ handle }, along = [], options = {}) {
    checkNames(options, SUM_NAMES);
    const isKept = flag('keep', options.keep, 1);
    return axesRoom.lend((block) => {
        const axes = integers('axes', typeof along === 'number' ? [along] : along);
        if (axes.length > MAX_NDIM) {
            throw new TarrayError(status.LAYOUT, `${axes.length} axes: at most ${MAX_NDIM}`);
        }
        axes.forEach((axis, k) => block.i64(8 * k, axis));
        return made((out, error) =>
            library.ta_sum(handle, block.address, axes.length, isKept, out, error));
    });
}

/** Runs `body` while nothing is recorded on this thread; what it awaits comes after that. */
export function noGrad(body) {
    const before = library.ta_set_grad_enabled(0);
    try {
        return body();
    } finally {
        library.ta_set_grad_enabled(before);
    }
}

/** Whether operations are recorded on this thread. */
export const isGradEnabled = () => library.ta_grad_enabled() !== 0;
