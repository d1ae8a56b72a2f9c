//! The native part of the Python package `tarray`: a skin over the C ABI of libtarray.
//!
//! A call comes in at [`border`], its arguments are read by [`arguments`] and [`options`], the object is
//! looked at by one file of [`source`], the library decides and converts, and a [`tensor`] goes
//! out; what leaves Python again is in [`export`], and gradients are in [`history`]. Nothing here knows how elements are stored
//! or converted: that is the library's.
#![allow(non_camel_case_types)]

#[path = "../../../src/abi/mod.rs"]
#[allow(dead_code, missing_docs, unused_imports, unreachable_pub)]
mod abi;
mod arguments;
mod asarray;
mod border;
mod c;
mod detached;
mod device;
mod dtype;
mod error;
mod export;
mod history;
mod module;
mod options;
mod plain;
mod relatives;
mod release;
mod settings;
mod source;
mod tensor;
