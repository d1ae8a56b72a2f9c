//! Nested sequences whose callbacks lie, change their mind and fail midway.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

use crate::Draw;
use crate::dlpack;
use crate::exercise::exercise;
use crate::host::{Arena, Foreign, check_said, error, source};

/// What a walk draws from: each answer is made up when it is asked for.
struct Host<'b> {
    draw: RefCell<Draw<'b>>,
    arena: Arena,
    /// Lent for the time of the call.
    lent: RefCell<Vec<Foreign>>,
    asked: RefCell<usize>,
    honest: bool,
    len: usize,
}

pub fn run(draw: &mut Draw<'_>) {
    let arena = Arena::new(draw);
    let (honest, len) = (draw.byte() % 2 == 0, draw.below(7));
    let options = draw.options();
    let mut rest = draw.bytes(usize::MAX).into();
    std::mem::swap(draw, &mut rest);
    let host = Host {
        draw: RefCell::new(std::mem::replace(draw, Draw::from(&[][..]))),
        arena,
        lent: RefCell::default(),
        asked: RefCell::new(0),
        honest,
        len,
    };
    let given = nested(&host);
    let (mut out, mut err) = (ptr::null_mut(), error());
    // SAFETY: callbacks that do what their documentation allows, and sometimes lie.
    let status = unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) };
    // A host may claim any status of ours as its own, and say nothing of it.
    if status != TA_ERR_INTERNAL {
        check_said(status, &err);
    }
    assert_eq!(out.is_null(), status != TA_OK);
    if status == TA_OK {
        exercise(out, true, &mut host.draw.borrow_mut());
        // SAFETY: a live handle.
        unsafe { ta_release(out) };
    }
    assert!(host.lent.borrow().iter().all(|lent| lent.runs.count() == 0), "an item is borrowed");
    assert_eq!(ta_live_tensors(), 0);
}

/// A sequence as a source; with a bulk path half of the time.
fn nested(host: &Host<'_>) -> ta_source {
    static PLAIN: ta_sequence_vtable = ta_sequence_vtable {
        struct_size: size_of::<ta_sequence_vtable>(),
        len: Some(len),
        item: Some(item),
        read: None,
    };
    static FAST: ta_sequence_vtable = ta_sequence_vtable { read: Some(read), ..PLAIN };
    let vtable = if host.draw.borrow_mut().byte() % 2 == 0 { &PLAIN } else { &FAST };
    source(TA_SOURCE_SEQUENCE, |member| {
        member.sequence = ta_sequence { vtable, user_data: ptr::from_ref(host).cast_mut().cast() };
    })
}

impl Host<'_> {
    /// The status of an answer: mostly fine. Too many questions are refused, so that every walk ends.
    fn answer(&self, err: *mut ta_error) -> ta_status {
        *self.asked.borrow_mut() += 1;
        let mut draw = self.draw.borrow_mut();
        if *self.asked.borrow() > 2000 {
            return TA_ERR_CALLBACK;
        }
        if self.honest || !draw.rarely() {
            return TA_OK;
        }
        let said = draw.bytes(600);
        // SAFETY: a whole ta_error; a host may leave it without an end.
        let message = unsafe { &mut (*err).message };
        for (place, &byte) in message.iter_mut().zip(said) {
            *place = byte as _;
        }
        draw.stride() as i32
    }
}

/// The host behind `user_data`.
///
/// # Safety
/// It came from [`nested`], whose caller still has it.
unsafe fn host<'h>(user_data: *mut c_void) -> &'h Host<'h> {
    // SAFETY: passed on.
    unsafe { &*user_data.cast() }
}

unsafe extern "C" fn len(user_data: *mut c_void, out: *mut usize, err: *mut ta_error) -> ta_status {
    // SAFETY: as the table says.
    let host = unsafe { host(user_data) };
    let len = match host.honest {
        true => host.len,
        false => host.draw.borrow_mut().extent() as usize,
    };
    // SAFETY: as the table says.
    unsafe { out.write(len) };
    host.answer(err)
}

unsafe extern "C" fn item(
    user_data: *mut c_void,
    _: usize,
    out: *mut ta_source,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: as the table says.
    let host = unsafe { host(user_data) };
    let kind = host.draw.borrow_mut().byte() % 8;
    let item = match kind {
        0 | 1 => nested(host),
        2 => {
            let (said, readable) = dlpack::drawn(&host.arena, &mut host.draw.borrow_mut());
            let lent = Foreign::new(said);
            let item = match readable {
                true => source(TA_SOURCE_DLPACK, |member| member.dlpack = lent.managed),
                false => source(TA_SOURCE_BUFFER, |_| {}),
            };
            host.lent.borrow_mut().push(lent);
            item
        }
        3 => source(host.draw.borrow_mut().stride() as i32 % 8, |member| member.reserved = [0; 20]),
        _ => source(TA_SOURCE_SCALAR, |member| member.scalar = host.draw.borrow_mut().scalar()),
    };
    // SAFETY: as the table says.
    unsafe { out.write(item) };
    host.answer(err)
}

unsafe extern "C" fn read(
    user_data: *mut c_void,
    _: usize,
    count: usize,
    out: *mut ta_scalar,
    written: *mut usize,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: as the table says.
    let host = unsafe { host(user_data) };
    let some = host.draw.borrow_mut().below(count + 1);
    for place in 0..some {
        // SAFETY: room for `count`.
        unsafe { out.add(place).write(host.draw.borrow_mut().scalar()) };
    }
    let lie = !host.honest && host.draw.borrow_mut().rarely();
    // SAFETY: as the table says.
    unsafe { written.write(if lie { host.draw.borrow_mut().extent() as usize } else { some }) };
    host.answer(err)
}
