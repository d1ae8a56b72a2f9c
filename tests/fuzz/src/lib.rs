//! What each fuzz target does with its bytes: hostile input for the C ABI, and what must hold.
//!
//! The targets share two rules. Memory that is described to the library is really there, or is
//! never read: that is the caller's side of the contract, and no library could check it. And
//! whatever a call answers, everything that was lent to it is let go exactly once, on success,
//! and no tensor is left.

pub mod convert;
mod device;
pub mod devices;
pub mod dlpack;
mod draw;
mod exercise;
mod host;
pub mod layout;
pub mod memory;
pub mod options;
pub mod ownership;
#[allow(dead_code, reason = "the library's tests use all of it")]
#[path = "../../../src/convert/tests/reference.rs"]
mod reference;
pub mod repr;
pub mod sequence;
pub mod view;

// Where the reference looks for them.
use tarray::{abi, model};

pub use draw::Draw;
