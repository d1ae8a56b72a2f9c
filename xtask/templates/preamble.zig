//! tarray {{VERSION}}: the C ABI of libtarray, declaration by declaration. What holds for every
//! function (failure, ownership, threads, units) is written at the top of tarray.h.
//!
//! Generated from the Rust source by `cargo xtask headers`. Do not edit: change the comments in
//! src/abi and src/ffi, or xtask/templates/preamble.zig, and run that command again.
//!
//! SPDX-License-Identifier: MIT OR Apache-2.0

/// The version of the library that these declarations belong to.
pub const TA_VERSION_STRING = "{{VERSION}}";

// DLPack's structs (version 1.3) //

/// Which DLPack a struct follows; another major number means another layout.
pub const DLPackVersion = extern struct { major: u32, minor: u32 };

/// Where memory is: one of the numbers of DLPack, or any other.
pub const DLDevice = extern struct { device_type: i32, device_id: i32 };

/// What one element is.
pub const DLDataType = extern struct { code: u8, bits: u8, lanes: u16 };

/// A strided array in somebody's memory.
pub const DLTensor = extern struct {
    /// Start of the memory, or the device's handle.
    data: ?*anyopaque,
    /// Where the memory is.
    device: DLDevice,
    /// Number of axes.
    ndim: i32,
    /// What the elements are.
    dtype: DLDataType,
    /// Extents, in elements.
    shape: [*c]i64,
    /// Distance between neighbours on each axis, in elements. Null from old producers: compact.
    strides: [*c]i64,
    /// Where the first element is behind `data`.
    byte_offset: u64,
};

/// A tensor with its owner, as it was before DLPack 1.0.
pub const DLManagedTensor = extern struct {
    /// The tensor.
    dl_tensor: DLTensor,
    /// The producer's.
    manager_ctx: ?*anyopaque,
    /// Called once by the consumer; frees the struct too. May be null.
    deleter: ?*const fn (self: ?*DLManagedTensor) callconv(.c) void,
};

/// A tensor with its owner, its version and its flags.
pub const DLManagedTensorVersioned = extern struct {
    /// To be looked at before anything behind `flags`.
    version: DLPackVersion,
    /// The producer's.
    manager_ctx: ?*anyopaque,
    /// Called once by the consumer; frees the struct too. May be null.
    deleter: ?*const fn (self: ?*DLManagedTensorVersioned) callconv(.c) void,
    /// Combination of `DLPACK_FLAG_BITMASK_…`.
    flags: u64,
    /// The tensor.
    dl_tensor: DLTensor,
};

/// The consumer must not write.
pub const DLPACK_FLAG_BITMASK_READ_ONLY: u64 = 1;
/// The producer made a copy for this consumer.
pub const DLPACK_FLAG_BITMASK_IS_COPIED: u64 = 2;
/// Elements smaller than a byte stand in a byte each, instead of being packed.
pub const DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED: u64 = 4;
