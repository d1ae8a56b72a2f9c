//! Histories: nodes, and operations that a host records.

use std::ffi::{c_char, c_void};

use crate::abi::{ta_error, ta_status, ta_tensor};

/// A recorded operation: the `grad_fn` of the tensor that it made. Opaque and reference-counted,
/// given up with `ta_node_release`. Facts of a node never change, except that a backward pass
/// releases what it saved.
pub struct ta_node {
    _opaque: [u8; 0],
}

/// An input that required no gradient, or none at all.
pub const TA_INPUT_NONE: i32 = 0;
/// An input that another recorded operation made.
pub const TA_INPUT_NODE: i32 = 1;
/// An input that is a leaf.
pub const TA_INPUT_LEAF: i32 = 2;

/// An operation that the host has computed by itself, and can differentiate. Zero-initialise it.
///
/// When `ta_record` returns `TA_OK`, `user_data` belongs to the library: `drop(user_data)` runs
/// exactly once. After any other status it is still the caller's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_operation {
    /// `sizeof(ta_operation)`.
    pub struct_size: usize,
    /// What its node is called, like `ExpBackward0`; copied. Not NULL.
    pub name: *const c_char,
    /// The tensors that it was computed from, `num_inputs` live handles. Borrowed: the node keeps their
    /// places in the graph, not the tensors. NULL only if there are none.
    pub inputs: *const *const ta_tensor,
    /// How many; 0 makes a door: gradients leave this library's graph through `backward`.
    pub num_inputs: usize,
    /// Writes the gradients of the inputs. Not NULL.
    ///
    /// `grad_output` is the gradient of the result, borrowed during the call: in the result's shape,
    /// dtype and device, with any strides. `needed[i]` is 1 if input `i` takes a gradient, else 0.
    /// `grad_inputs` arrives with `num_inputs` times NULL; a handle that is written there is the
    /// library's, also when the callback fails; NULL stands for zero. A gradient may have another dtype
    /// than its input, and a shape that the input's broadcasts to: it is converted and added up.
    ///
    /// Returns `TA_OK` or a failure (with a message in `err`, if it has one; a status that is not a
    /// `TA_ERR_…` becomes `TA_ERR_CALLBACK`): the backward pass then changes nothing. Runs on the thread
    /// that called `ta_backward`, with no lock held and nothing recorded; may call any function of this
    /// library, and run on several threads at once; must not unwind or longjmp.
    pub backward: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            grad_output: *const ta_tensor,
            needed: *const i32,
            grad_inputs: *mut *mut ta_tensor,
            num_inputs: usize,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// First argument of the callbacks; otherwise never looked at.
    pub user_data: *mut c_void,
    /// Lets `user_data` go: when a backward pass without `retain_graph` has succeeded (but a door is
    /// never used up: other graphs have rules of their own for a second pass), when the node goes, or inside `ta_record` if nothing is recorded. May run on any thread; must not unwind.
    /// NULL: nothing to let go.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    /// Zero.
    pub reserved: u64,
}
