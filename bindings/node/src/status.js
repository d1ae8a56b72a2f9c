// The statuses that this binding finds by itself, or tells the library in callbacks.

export const OK = 0;
export const INVALID_ARGUMENT = 2;
export const LAYOUT = 3;
export const DTYPE = 4;
export const OUT_OF_BOUNDS = 5;
export const OVERFLOW = 6;
export const KIND = 8;
export const NOT_WRITABLE = 9;
export const CALLBACK = 10;
export const CANNOT_ALIAS = 100;
export const DEVICE = 102;
export const EXPORT = 103;
export const OUT_OF_MEMORY = 200;
