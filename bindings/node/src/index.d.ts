/** The name of an element type: those that tarray.h names, and any other by its numbers. */
export type DType =
    | 'bool'
    | 'int8' | 'int16' | 'int32' | 'int64'
    | 'uint8' | 'uint16' | 'uint32' | 'uint64'
    | 'float16' | 'float32' | 'float64' | 'bfloat16'
    | 'complex32' | 'complex64' | 'complex128'
    | 'float8_e3m4' | 'float8_e4m3' | 'float8_e4m3b11fnuz' | 'float8_e4m3fn'
    | 'float8_e4m3fnuz' | 'float8_e5m2' | 'float8_e5m2fnuz' | 'float8_e8m0fnu'
    | 'float6_e2m3fn' | 'float6_e3m2fn' | 'float4_e2m1fn';

export type TypedArray =
    | Int8Array | Int16Array | Int32Array | BigInt64Array
    | Uint8Array | Uint8ClampedArray | Uint16Array | Uint32Array | BigUint64Array
    | Float32Array | Float64Array;

/** A value before it has a dtype: JavaScript's numbers are real, its bigints integers. */
export type Scalar = number | bigint | boolean | Complex;

/** An element as JavaScript has it: a bigint for int64 and uint64, a number for the smaller. */
export type Element = Scalar;

export type Nested<T> = T | Nested<T>[];

/** What `asarray` takes. */
export type Source =
    | Tensor
    | TypedArray
    | ArrayBuffer
    | SharedArrayBuffer
    | DataView
    | Strided
    | TypedScalar
    | Scalar
    | readonly Source[];

export type SourceKind = 'tensor' | 'memory' | 'dlpack' | 'buffer' | 'scalar' | 'sequence';

export interface Options {
    /** The result's dtype; without one, the source's, or what its values need. */
    dtype?: DType;
    /** What real numbers become without a dtype, and buffers; float32. */
    defaultDtype?: DType;
    /** `cpu`, `cuda`, `cuda:1`, or another that the library knows. */
    device?: string;
    /** true: always; false: never, or fail; nothing: if needed. */
    copy?: boolean | null;
    /** 'source': as the source has it. */
    requiresGrad?: boolean | 'source';
    /** Read-only memory is copied, or refused. */
    writable?: boolean;
    /** What is not in C order is copied, or refused. */
    contiguous?: boolean;
    /** The result is marked read-only. */
    readOnly?: boolean;
    /** The kinds of sources that are allowed, at any level of a list. */
    accept?: readonly SourceKind[];
}

export interface ExportOptions {
    /** The newest DLPack that the consumer knows. */
    maxVersion?: readonly [major: number, minor: number];
    copy?: boolean | null;
    /** Lend it read-only. */
    readOnly?: boolean;
}

export interface Provenance {
    readonly source: SourceKind | 'numpy' | 'cuda_array_interface' | 'array_interface' | 'unknown';
    readonly aliased: boolean;
    /** Why it was copied. */
    readonly reason: string | null;
    /** Whether the copy went through the host although neither side is there. */
    readonly staged: boolean;
}

/** Makes a tensor of anything: shares its memory if that is possible, else copies. */
export function asarray(value: Source, options?: Options): Tensor;

/** Takes over a DLPack tensor by its address; if that fails, it is still the caller's. */
export function fromDLPack(managed: bigint, options?: Options): Tensor;
/** As `fromDLPack`, for the struct without a version. */
export function fromDLPackLegacy(managed: bigint, options?: Options): Tensor;

/** Ends a loan of `toDLPack` that no consumer has taken. */
export function deleteDLPack(managed: bigint): void;
/** Ends a loan of `toDLPackLegacy` that no consumer has taken. */
export function deleteDLPackLegacy(managed: bigint): void;

/** Takes over a `ta_tensor *` by its address, from another binding or a library in C. */
export function adopt(handle: bigint): Tensor;

/** Describes the memory of a typed array, or of a buffer with a dtype, with axes. */
export function strided(
    array: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    how: {
        dtype?: DType;
        shape: Iterable<number>;
        /** Between neighbours on each axis, of either sign; without: C order. */
        stridesBytes?: Iterable<number>;
        /** Where element (0, …, 0) is. */
        offsetBytes?: number;
        readOnly?: boolean;
        /** The bytes are in the order of another machine. */
        byteSwapped?: boolean;
    },
): Strided;

/** Memory seen with axes: made by `strided`. */
export class Strided {
    private constructor();
    private readonly bytes: Uint8Array;
}

/** A number that has a dtype, which it keeps in `asarray` and in lists. */
export function scalar(value: Scalar, dtype: DType): TypedScalar;

/** A number that has a dtype: made by `scalar`. */
export class TypedScalar {
    private constructor();
    private readonly bytes: Uint8Array;
}

export class Complex {
    constructor(re: number, im: number);
    readonly re: number;
    readonly im: number;
}

export class Tensor {
    private constructor();

    readonly dtype: DType | (string & {});
    /** Extents of the axes. */
    readonly shape: readonly number[];
    /** Between neighbours on each axis, in elements. */
    readonly strides: readonly number[];
    readonly ndim: number;
    /** The number of elements. */
    readonly numel: number;
    /** What the elements need one behind the other. */
    readonly nbytes: number;
    readonly device: string;
    /** The address of element (0, …, 0). */
    readonly data: bigint;
    readonly provenance: Provenance;
    readonly isReadOnly: boolean;
    readonly isContiguous: boolean;
    /** Whether gradients arrive here; of a leaf it may be set. */
    requiresGrad: boolean;
    /** Whether no recorded operation made it. */
    readonly isLeaf: boolean;
    /** The name of the recorded operation that made it, like `MulBackward0`. */
    readonly gradFnName: string | null;
    /** The gradient that has arrived, a tensor of its own each time; null clears it. */
    get grad(): Tensor | null;
    set grad(gradient: Tensor | null);
    readonly released: boolean;

    /** One element; without an index, the only one. */
    item(...index: number[]): Element;
    /** Writes one element. */
    set(index: readonly number[], value: Scalar): this;
    /** Writes one value to every element. */
    fill(value: Scalar): this;
    /** Writes the elements of another tensor, or of what makes one, converted and broadcast. */
    copyFrom(source: Source): this;
    /** A tensor over a part of this one's memory; strides and the offset count elements. */
    view(
        shape: Iterable<number>,
        where?: { strides?: Iterable<number>; offset?: number },
    ): Tensor;

    /** Another tensor over the same memory, without a history. */
    detach(): Tensor;
    /**
     * Adds the gradients of this tensor to those of the leaves that it was computed from.
     * `gradient` is that of the final result, needed if this has more than one element.
     */
    backward(gradient?: Tensor | null, options?: { retainGraph?: boolean }): void;
    add(other: Source): Tensor;
    sub(other: Source): Tensor;
    mul(other: Source): Tensor;
    neg(): Tensor;
    /** The sum of all elements, or along axes, which stay with extent 1 if `keep`. */
    sum(axes?: number | Iterable<number>, options?: { keep?: boolean }): Tensor;

    /** The tensor's own memory as a typed array, which keeps it alive. */
    typedArray(): TypedArray;
    /** The tensor's own memory as bytes, which keep it alive. */
    arrayBuffer(): ArrayBuffer;
    /** A copy in C order. */
    toTypedArray(): TypedArray;
    /** A copy as nested arrays, as deep as there are axes. */
    toArray(): Nested<Element>;
    /** The address of a `DLManagedTensorVersioned`, to be given to one consumer. */
    toDLPack(options?: ExportOptions): bigint;
    /** The address of a `DLManagedTensor`, for consumers that know no other. */
    toDLPackLegacy(options?: ExportOptions): bigint;
    /** The address of a `ta_tensor` that is one share more, for whoever takes it over. */
    retainHandle(): bigint;
    toString(): string;

    /** Gives up this share of the tensor; the collector does it for those who forget. */
    release(): void;
    [Symbol.dispose](): void;
}

/** What a call failed with. What a list throws while it is read is thrown as it is. */
export class TarrayError extends Error {
    constructor(status: number, message: string);
    /** The name of the status, like `TA_ERR_DTYPE`. */
    readonly code: string;
    readonly status: number;
}

/** The version of the library. */
export const version: string;
/** How many tensors are alive in this process: zero when nothing leaks. */
export function liveTensors(): number;
/** How many of JavaScript's arrays tensors share at the moment. */
export function pinned(): number;
/** How many nodes of histories are alive in this process: zero when nothing leaks. */
export function liveNodes(): number;
/** Runs `body` while nothing is recorded on this thread; what it awaits comes after that. */
export function noGrad<T>(body: () => T): T;
/** Whether operations are recorded on this thread. */
export function isGradEnabled(): boolean;
