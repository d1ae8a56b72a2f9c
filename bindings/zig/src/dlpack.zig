//! DLPack's own structs, and the end of a loan.

const c = @import("tarray_c");

pub const Version = c.DLPackVersion;
pub const Tensor = c.DLTensor;
pub const ManagedTensor = c.DLManagedTensor;
pub const ManagedTensorVersioned = c.DLManagedTensorVersioned;

/// In `flags`: the consumer must not write.
pub const read_only = c.DLPACK_FLAG_BITMASK_READ_ONLY;
/// In `flags`: the producer made a copy for this consumer.
pub const is_copied = c.DLPACK_FLAG_BITMASK_IS_COPIED;
/// In `flags`: elements smaller than a byte stand in a byte each.
pub const subbyte_padded = c.DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED;

/// Ends a loan of either struct: runs its deleter, if it has one. Once, and by its owner only.
pub fn release(managed: anytype) void {
    if (managed.deleter) |deleter| deleter(managed);
}
