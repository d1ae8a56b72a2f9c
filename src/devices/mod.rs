//! Memory that is not the CPU's: who has it, how it is moved, and what waits for what.
//!
//! | file | what it is |
//! |---|---|
//! | [`backend`] | the one trait: allocate, free, copy, convert, order, synchronise |
//! | `cpu`, `cuda` | backends of our own; a host's is behind the C ABI, in `ffi` |
//! | `registry` | which backend has which device now |
//! | `block` | memory of ours on a device: freed when the work that uses it is done |
//! | `guest` | memory of others on a device: let go when the work that uses it is done |
//! | `serve` | which backend has which memory |
//! | `transfer` | copies between any two devices, converted on the way |
//! | `runs` | strided copies on a device that has no kernel for them |
//!
//! A stream is a number by the array API's rules; [`DEFAULT_STREAM`] is where work goes when a
//! caller names none. In a fact, 0 means that there is nothing to wait for. No lock of ours is held
//! while a backend's function runs.

pub mod backend;
mod block;
mod cpu;
mod cuda;
mod guest;
mod registry;
mod runs;
mod serve;
mod transfer;

pub use backend::{Backend, Elements, Info, Place};
pub use guest::Guest;
pub use registry::{backend, find, list, register, resolve, unregister};
pub use serve::{order, serving, used_on, wait};
pub use transfer::{Memory, Moved, Wish, gather, overwrite, read, upload};

/// The stream that every device has.
pub const DEFAULT_STREAM: i64 = 1;
