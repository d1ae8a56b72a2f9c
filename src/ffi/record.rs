//! Operations of a host: its callbacks as something that can be differentiated.

use std::ffi::{CStr, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::slice;

use crate::abi::*;
use crate::ffi::callback::ask;
use crate::ffi::handle::{give, handle};
use crate::ffi::options::request;
use crate::ffi::{guard, non_null, sized, source};
use crate::history::{A_HISTORY, Backward, Due};
use crate::hub::{self, Request};
use crate::model::error::{Error, Result};
use crate::model::lists;
use crate::model::shared::{Counted, Room};
use crate::model::tensor::Tensor;

/// `ta_operation.backward`.
pub(super) type BackwardCallback = unsafe extern "C" fn(
    *mut c_void,
    *const ta_tensor,
    *const i32,
    *mut *mut ta_tensor,
    usize,
    *mut ta_error,
) -> ta_status;

/// Makes a tensor of the result of an operation that the host has computed, and records how to
/// differentiate it.
///
/// The result requires grad if operations are recorded on this thread and an input requires grad, or if
/// there are no inputs: that makes a door through which gradients leave this library's graph. Else it is
/// a plain leaf, and `drop` runs inside the call. It is a handle of its own in any case, without the
/// history that `output` may have.
///
/// Callbacks that keep the result itself alive make a cycle with it, which lasts until a backward pass
/// without `retain_graph` releases them: ta_live_nodes and ta_live_tensors show it. Keep ta_detach of it
/// instead.
///
/// \param operation  The operation, not NULL. On TA_OK its `user_data` is the library's.
/// \param output     What it computed, not NULL. Read and taken as by ta_asarray.
/// \param options    What the result must be, or NULL for all defaults; `requires_grad` must be TA_GRAD_NO.
/// \param out        Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err        Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `operation`, its `name` or `backward`, an input, `output` or `out` is
///                                  NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `options->requires_grad` is set, or `num_inputs` too large.
/// \retval TA_ERR_GRAD              The result would require grad, but its elements cannot.
/// \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
/// \retval TA_ERR_…                 Else as ta_asarray.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_record(
    operation: *const ta_operation,
    output: *const ta_source,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let out = non_null(out, "out")?;
        let (mut completed, mut room) = (None, None);
        // SAFETY: NULL or a sized struct, by the caller's contract.
        let given = unsafe { sized::read(operation, &mut completed, "operation") }?;
        // SAFETY: as the caller's contract says of the fields.
        let Recorded { name, inputs, operation } = unsafe { parse(given) }?;
        // SAFETY: NULL or a sized struct, by the caller's contract.
        let request = unsafe { request(options, &mut room) }?.unwrap_or(&Request::DEFAULT);
        let record = |output: hub::Source<'_>| {
            let inputs = inputs.iter().map(|input| &**input);
            let room = Room::new(A_HISTORY)?;
            let taken = || {
                let taken: Box<Counted<dyn Backward>> =
                    room.fill(ManuallyDrop::into_inner(operation));
                taken.into()
            };
            hub::record(name, inputs, output, request, taken)
        };
        // SAFETY: NULL or a sized struct, and the caller vouches for what it describes.
        let outcome = unsafe { source::parse(output, record) }?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { give(outcome.settle(), out) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// What a `ta_operation` says, checked.
struct Recorded<'a> {
    name: &'a CStr,
    inputs: Vec<ManuallyDrop<Tensor>>,
    /// Its `user_data` is not ours until the call succeeds, so nothing drops it.
    operation: ManuallyDrop<Operation>,
}

/// Checks what a `ta_operation` says.
///
/// # Safety
/// Pointers in it are NULL or what `ta_operation` says, and stay so for `'a`.
unsafe fn parse<'a>(given: &ta_operation) -> Result<Recorded<'a>> {
    let name = non_null(given.name, "operation.name")?;
    let missing = || Error::new(TA_ERR_NULL_ARGUMENT, format_args!("operation.backward is NULL"));
    let backward = given.backward.ok_or_else(missing)?;
    if given.reserved != 0 {
        let message = format_args!(
            "operation.reserved is not zero: this library does not know what it means"
        );
        return Err(Error::new(TA_ERR_UNSUPPORTED, message));
    }
    let inputs: &[*const ta_tensor] = match given.num_inputs {
        0 => &[],
        count if count > isize::MAX as usize / size_of::<*const ta_tensor>() => {
            let message = format_args!("operation.num_inputs is too large: {count}");
            return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
        }
        // SAFETY: not NULL, so as many handles by the caller's contract.
        count => unsafe {
            slice::from_raw_parts(non_null(given.inputs, "operation.inputs")?, count)
        },
    };
    // SAFETY: NULL or live handles, by the caller's contract.
    let inputs = inputs.iter().map(|&input| unsafe { handle(input, "operation.inputs[…]") });
    let inputs = lists::collect(inputs, A_HISTORY)?;
    // SAFETY: not NULL, so a NUL-terminated string by the caller's contract.
    let name = unsafe { CStr::from_ptr(name) };
    let is_door = given.num_inputs == 0;
    let operation = Operation { backward, user_data: given.user_data, drop: given.drop, is_door };
    Ok(Recorded { name, inputs, operation: ManuallyDrop::new(operation) })
}

/// The callbacks of a recorded operation, and the claim on what they are told.
pub(super) struct Operation {
    backward: BackwardCallback,
    user_data: *mut c_void,
    drop: Option<unsafe extern "C" fn(*mut c_void)>,
    /// Without inputs: it leads to another graph, which has a rule of its own for a second time.
    is_door: bool,
}

// SAFETY: `ta_operation` demands that its callbacks may run on any thread.
unsafe impl Send for Operation {}
// SAFETY: it demands that `backward` may run on several threads at once; nothing else is shared.
unsafe impl Sync for Operation {}

impl Operation {
    /// What the callbacks are told, if `backward` is among them.
    pub(super) fn user_data_of(&self, backward: BackwardCallback) -> Option<*mut c_void> {
        ptr::fn_addr_eq(self.backward, backward).then_some(self.user_data)
    }
}

impl Backward for Operation {
    fn is_spent(&self) -> bool {
        !self.is_door
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        const WHAT: &str = "a callback's arguments";
        let needed = inputs.iter().map(|input| Ok(i32::from(input.is_wanted)));
        let needed = lists::collect(needed, WHAT)?;
        let mut written = lists::collect(inputs.iter().map(|_| Ok(ptr::null_mut())), WHAT)?;
        let (gradient, needed, count) = (gradient.as_raw(), needed.as_ptr(), needed.len());
        let places = written.as_mut_ptr();
        let answer = ask("the operation", &mut |err| {
            // SAFETY: called as `ta_operation` says, with what the caller of `ta_record` vouched for.
            unsafe { (self.backward)(self.user_data, gradient, needed, places, count, err) }
        });
        // Also those of a callback that failed are ours.
        for (input, tensor) in inputs.iter_mut().zip(written) {
            let tensor: *mut ta_tensor = tensor;
            // SAFETY: not NULL, so a live handle whose share the callback has given.
            input.gradient = (!tensor.is_null()).then(|| unsafe { Tensor::from_raw(tensor) });
        }
        answer
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: the operation was recorded, so the data is ours to let go; dropped once.
            unsafe { drop(self.user_data) };
        }
    }
}
