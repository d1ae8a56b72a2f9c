//! Every layout that crosses the library's border, and nothing that behaves.
//!
//! `ta_*` structs are ours, written for C readers: `include/tarray.h` and
//! `include/tarray.zig` are generated from the comments and fields here. DLPack's structs
//! are `dlpark`'s. Enumerations are integer constants: any value may arrive.
#![allow(non_camel_case_types)]

mod device;
mod device_api;
mod dlpack;
mod dtype;
mod history;
mod info;
mod layout;
mod options;
mod source;
mod status;

pub use device::*;
pub use device_api::*;
pub use dlpack::*;
pub use dtype::*;
pub use history::*;
pub use info::*;
pub use options::*;
pub use source::*;
pub use status::*;

/// The ABI number of this library: part of its SONAME, and what `ta_abi_version()` returns.
/// While it is 0, a release may change anything, and says so in the changelog.
pub const TA_ABI_VERSION: i32 = 0;

/// The most axes a tensor may have; a source with more is refused.
pub const TA_MAX_NDIM: i32 = 64;
