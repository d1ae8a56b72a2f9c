//! Nodes: how a `Shared<Node>` becomes a `ta_node *`, and what it says of itself.

use std::any::Any;
use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

use crate::abi::*;
use crate::ffi::facts::fact;
use crate::ffi::record::{BackwardCallback, Operation};
use crate::history::{self, Input, Node};
use crate::model::shared::Shared;

/// Runs `fact` on a node that may be NULL.
///
/// # Safety
/// `node` is NULL or a live node.
unsafe fn of_node<T>(
    node: *const ta_node,
    otherwise: T,
    fact: impl FnOnce(&Shared<Node>) -> T,
) -> T {
    let Some(node) = NonNull::new(node.cast_mut()) else { return otherwise };
    // SAFETY: a live node, from `give`; ManuallyDrop leaves the caller's share alone.
    fact(&ManuallyDrop::new(unsafe { Shared::from_raw(node.cast()) }))
}

/// A share for the caller.
fn give(node: Option<Shared<Node>>) -> *mut ta_node {
    node.map_or(ptr::null_mut(), |node| node.into_raw().as_ptr().cast())
}

/// The node of the operation that made a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return A share in it, to be given up with ta_node_release; NULL for a leaf, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_grad_fn(tensor: *const ta_tensor) -> *mut ta_node {
    // SAFETY: NULL or a live handle, by the caller's contract.
    give(unsafe { fact(tensor, None, history::grad_fn) })
}

/// The name of the operation that made a tensor, like `MulBackward0`.
///
/// \param tensor  Live handle, or NULL.
///
/// \return NUL-terminated, valid as long as the handle is; NULL for a leaf, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_grad_fn_name(tensor: *const ta_tensor) -> *const c_char {
    // SAFETY: NULL or a live handle, by the caller's contract.
    let node = unsafe { fact(tensor, None, history::grad_fn) };
    // The tensor has a share of its own, so the name stays when this one goes.
    node.map_or(ptr::null(), |node| node.name().as_ptr())
}

/// Takes another share in a node.
///
/// \param node  Live node, or NULL.
///
/// \return `node`, to be released once more; NULL for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_node_retain(node: *const ta_node) -> *mut ta_node {
    // SAFETY: NULL or a live node, by the caller's contract.
    give(unsafe { of_node(node, None, |node| Some(node.clone())) })
}

/// Gives up a share in a node; with the last one, also those of the tensor and of newer nodes, it
/// lets go what it saved, on this thread.
///
/// \param node  A share that the caller owns, not used afterwards; or NULL, which does nothing.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_node_release(node: *mut ta_node) {
    if let Some(node) = NonNull::new(node) {
        // SAFETY: a live node, from `give`, whose share the caller gives up.
        drop(unsafe { Shared::<Node>::from_raw(node.cast()) });
    }
}

/// The name of a node, like `MulBackward0`.
///
/// \param node  Live node, or NULL.
///
/// \return NUL-terminated, valid as long as the node is; NULL for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_node_name(node: *const ta_node) -> *const c_char {
    // SAFETY: NULL or a live node, by the caller's contract.
    unsafe { of_node(node, ptr::null(), |node| node.name().as_ptr()) }
}

/// How many inputs the operation of a node has.
///
/// \param node  Live node, or NULL.
///
/// \return The number; 0 for a door to another graph, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_node_num_inputs(node: *const ta_node) -> usize {
    // SAFETY: NULL or a live node, by the caller's contract.
    unsafe { of_node(node, 0, |node| node.input_count()) }
}

/// Where an input of a node's operation comes from: the way to walk a graph.
///
/// \param node   Live node, or NULL.
/// \param index  Which input.
/// \param next   For TA_INPUT_NODE, receives a share in that node, to be given up with
///               ta_node_release; else NULL. May be NULL.
///
/// \return One of TA_INPUT_…; TA_INPUT_NONE also for an index that there is not, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_node_input(
    node: *const ta_node,
    index: usize,
    next: *mut *mut ta_node,
) -> i32 {
    // SAFETY: NULL or a live node, by the caller's contract.
    let (kind, node) = match unsafe { of_node(node, Input::Nowhere, |node| node.input(index)) } {
        Input::Nowhere => (TA_INPUT_NONE, None),
        Input::Leaf => (TA_INPUT_LEAF, None),
        Input::Node(node) => (TA_INPUT_NODE, Some(node)),
    };
    if !next.is_null() {
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { next.write(give(node)) };
    }
    kind
}

/// Runs `look` on the `user_data` of an operation that was recorded with `backward`, which is not let go
/// meanwhile.
///
/// # Safety
/// `node` is NULL or a live node.
unsafe fn of_operation<T>(
    node: *const ta_node,
    backward: Option<BackwardCallback>,
    look: impl FnOnce(*mut c_void) -> T,
) -> Option<T> {
    // SAFETY: passed on from this function's contract.
    let saved = unsafe { of_node(node, None, |node| node.saved()) }?;
    let operation: &dyn Any = &*saved;
    operation.downcast_ref::<Operation>()?.user_data_of(backward?).map(look)
}

/// The `user_data` of an operation that was recorded with a certain callback: how a host finds its own
/// operations in a graph.
///
/// \param node      Live node, or NULL.
/// \param backward  The callback.
///
/// \return What ta_record was given, valid until a backward pass releases it, which any thread may run:
///         use ta_node_visit where one might. NULL if it has been released, for a node that was not
///         recorded with this callback, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_node_user_data(
    node: *const ta_node,
    backward: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            grad_output: *const ta_tensor,
            needed: *const i32,
            grad_inputs: *mut *mut ta_tensor,
            num_inputs: usize,
            err: *mut ta_error,
        ) -> ta_status,
    >,
) -> *mut c_void {
    // SAFETY: NULL or a live node, by the caller's contract.
    unsafe { of_operation(node, backward, |user_data| user_data) }.unwrap_or(ptr::null_mut())
}

/// Shows a host the `user_data` of an operation that was recorded with a certain callback, and keeps it
/// while the host looks: a backward pass on another thread that releases the operation meanwhile leaves
/// `drop` to this call, which runs it when `visit` has returned.
///
/// \param node      Live node, or NULL.
/// \param backward  The callback that the operation was recorded with.
/// \param visit     Called once, on this thread, with `context` and the `user_data`, if that is still there.
///                  It may call anything, and must not unwind. To keep what it sees, it takes a share of
///                  its own. NULL: nothing is called.
/// \param context   First argument of `visit`; never looked at.
///
/// \return 1 if the `user_data` is still there, and 0 if it has been released, for a node that was not
///         recorded with this callback, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_node_visit(
    node: *const ta_node,
    backward: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            grad_output: *const ta_tensor,
            needed: *const i32,
            grad_inputs: *mut *mut ta_tensor,
            num_inputs: usize,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    visit: Option<unsafe extern "C" fn(context: *mut c_void, user_data: *mut c_void)>,
    context: *mut c_void,
) -> i32 {
    let show = |user_data| {
        if let Some(visit) = visit {
            // SAFETY: called as its caller says that it may be.
            unsafe { visit(context, user_data) };
        }
    };
    // SAFETY: NULL or a live node, by the caller's contract.
    i32::from(unsafe { of_operation(node, backward, show) }.is_some())
}

/// How many nodes are alive in this copy of the library: zero when nothing leaks.
///
/// \return The number of nodes that some tensor, newer node or host still holds.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_live_nodes() -> usize {
    history::live()
}
