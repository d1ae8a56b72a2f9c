// The package: `asarray`, and what it takes and gives.

import { ta_live_nodes, ta_live_tensors, ta_version } from './library.js';
import { take, takeDLPack, takeDLPackLegacy, takeHandle } from './take.js';
import { tensorOf } from './tensor.js';

export { TarrayError } from './error.js';
export { deleteDLPack, deleteDLPackLegacy } from './export.js';
export { isGradEnabled, noGrad } from './histories.js';
export { pinned } from './pins.js';
export { scalar } from './take.js';
export { Tensor } from './tensor.js';
export { Complex, Strided, strided, TypedScalar } from './values.js';

/** Makes a tensor of anything: shares its memory if that is possible, else copies. */
export const asarray = (value, options) => tensorOf(take(value, options));

/** Takes over a DLPack tensor by its address; if that fails, it is still the caller's. */
export const fromDLPack = (managed, options) => tensorOf(takeDLPack(managed, options));

/** As `fromDLPack`, for the struct without a version. */
export const fromDLPackLegacy = (managed, options) =>
    tensorOf(takeDLPackLegacy(managed, options));

/** Takes over a `ta_tensor *` by its address, from another binding or a library in C. */
export const adopt = (handle) => tensorOf(takeHandle(handle));

/** The version of the library. */
export const version = ta_version();

/** How many tensors are alive in this process: zero when nothing leaks. */
export const liveTensors = () => Number(ta_live_tensors());

/** How many nodes of histories are alive in this process: zero when nothing leaks. */
export const liveNodes = () => Number(ta_live_nodes());
