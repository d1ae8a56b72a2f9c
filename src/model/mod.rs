//! What a tensor is. Refuses to know where a source came from or who asks.

pub mod alloc;
pub mod device;
pub mod dtype;
pub mod error;
pub mod fault;
pub mod gradient;
pub mod layout;
pub mod lists;
pub mod make;
pub mod owner;
pub mod plan;
pub mod prefix;
pub mod promote;
pub mod provenance;
mod release;
pub mod scalar;
pub mod shared;
pub mod tensor;
pub mod view;
