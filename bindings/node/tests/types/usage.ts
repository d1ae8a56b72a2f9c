// Programs that the types must allow, and, behind the comments, programs that they must not.

import {
    asarray, Complex, deleteDLPack, fromDLPack, noGrad, scalar, strided, TarrayError, Tensor, type DType,
    type Options, type Provenance,
} from 'tarray';

const asked: Options = { dtype: 'float16', copy: null, requiresGrad: 'source', accept: ['memory'] };
const tensor: Tensor = asarray([[1, 2n], [true, new Complex(1, 2)], new Float32Array(2)], asked);
const matrix: Tensor = asarray(strided(new Float32Array(6), { shape: [2, 3] }));
const provenance: Provenance = matrix.provenance;
const staged: boolean = provenance.staged;
const shape: readonly number[] = tensor.view([2], { offset: 1 }).shape;
const address: bigint = tensor.toDLPack({ maxVersion: [1, 0] });
const again: Tensor = fromDLPack(address).set([0], 1).fill(2n).copyFrom(matrix);
deleteDLPack(again.toDLPack());
const sum: Tensor = noGrad(() => asarray([scalar(1, 'int8')]).mul(2).sum([0], { keep: true }));
sum.backward(null, { retainGraph: true });
sum.requiresGrad = true;
sum.grad = sum.grad?.detach() ?? null;
const bytes: ArrayBuffer = again.arrayBuffer();
{
    using short = asarray(1);
    const text: string = `${short} ${bytes.byteLength} ${shape} ${provenance.reason ?? 'shared'} ${staged}`;
    throw new TarrayError(2, text);
}

// @ts-expect-error: not a dtype
export const dtype: DType = 'float17';
// @ts-expect-error: not an option
asarray(1, { dtpye: 'int8' });
// @ts-expect-error: not a source
asarray('text');
// @ts-expect-error: tensors are made by asarray
new Tensor();
// @ts-expect-error: facts do not change
matrix.dtype = 'int8';
// @ts-expect-error: a pointer is a bigint
fromDLPack(12);
