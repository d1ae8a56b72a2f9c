//! `tarray`: any array in, one handle, DLPack out.
//!
//! The product is the C ABI in [`ffi`], documented in `include/tarray.h`; this crate is for
//! our own tests and promises no Rust API. Data flows one way, look → decide → take → export,
//! and modules import downwards only (`tests/house.rs` holds both):
//!
//! | module | what it is |
//! |---|---|
//! | [`abi`] | every `repr(C)` layout that crosses the border, and nothing that behaves |
//! | [`model`] | what a tensor is: dtype, device, layout, view, plan, owner, tensor |
//! | [`convert`] | the only place where bytes move on the CPU |
//! | [`devices`] | memory that is not the CPU's: backends, streams, transfers |
//! | [`history`] | which operations made a tensor, and gradients back through them |
//! | [`dlpack`] | DLPack in (raw → view, adopt) and out (tensor → raw), both struct versions |
//! | [`hub`] | `asarray`: look → decide → take; inference, stacking, writing, printing |
//! | [`ffi`] | the C skin: parse, call, map; no decisions |
//!
//! `unsafe` lives in `abi`, `model/{alloc,owner,prefix,release,shared,tensor,view}`, `convert`, `devices`, `dlpack` and
//! `ffi`, and is forbidden elsewhere; symbols are exported by `ffi` alone.

pub mod abi;
pub mod convert;
pub mod devices;
pub mod dlpack;
pub mod ffi;
pub mod history;
pub mod hub;
pub mod model;
