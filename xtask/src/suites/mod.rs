//! What is tested, a file for each way of looking at the library.

pub(crate) mod abi;
mod blocks;
pub(crate) mod c;
mod checkers;
mod compile;
pub(crate) mod cpp;
pub(crate) mod cuda;
pub(crate) mod dependencies;
pub(crate) mod exports;
pub(crate) mod fuzz;
pub(crate) mod headers;
pub(crate) mod install;
pub(crate) mod instructions;
pub(crate) mod opencl;
pub(crate) mod processes;
mod programs;
pub(crate) mod python;
pub(crate) mod readme;
pub(crate) mod runtimes;
pub(crate) mod rust;
pub(crate) mod safetensors;
pub(crate) mod sanitizers;
pub(crate) mod walk;
pub(crate) mod zig;
