/** The method of a Tensor that gives its share to the rest of the package, or throws. */
export const shareOf = Symbol('shareOf');
