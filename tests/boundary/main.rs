//! The border under fire: every status is reached, running out of memory at every allocation and a
//! panic at every place where one is planned give an error, and then nothing is lost, leaked or
//! changed.
// Calls go through the C ABI, with arguments that each scenario has just made.
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    unreachable_pub
)]

mod allocator;
mod devices;
mod histories;
mod injection;
mod scenarios;
mod statuses;
#[path = "../support/mod.rs"]
mod support;
