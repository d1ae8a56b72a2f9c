//! The hub: `asarray` and its relatives, as look → decide → take.
//!
//! Safe code only: what touches memory is [`convert::memory`](crate::convert::memory), what
//! takes ownership is [`Claim::take`](crate::model::owner::Claim::take), when all else is done.
#![forbid(unsafe_code)]

mod asarray;
mod element;
mod export;
mod infer;
mod item;
mod lineage;
mod output;
mod path;
mod place;
mod record;
mod refusal;
mod repr;
mod request;
mod source;
mod stack;
mod view;
mod walk;
mod write;

pub use asarray::{Outcome, asarray, frombuffer, of_memory, of_plain, of_values};
pub use export::{to_dlpack, to_dlpack_at_once, to_dlpack_legacy};
pub use item::item;
pub use record::record;
pub use repr::{Style, repr};
pub use request::{ExportRequest, Grad, Request};
pub use source::{Origin, Sequence, Source, Values};
pub use view::view;
pub use walk::{CHUNK, Chunk};
pub use write::{copy_into, fill};
