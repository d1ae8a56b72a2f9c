//! DLPack both ways, both struct versions: raw → [`View`](crate::model::view::View) and claim,
//! [`Tensor`](crate::model::tensor::Tensor) → raw.

mod export;
mod import;

pub use export::{lend, lend_legacy};
pub use import::{Managed, glance, look, rank};
