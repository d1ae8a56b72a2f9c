//! A device of a host that lies: it counts wrong, fails at will, says that it has done what it has not.
//!
//! What the library asks of it is held against what it has given: every byte that is read or written
//! is in a block that was allocated and not freed.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;

use tarray::abi::*;

use crate::Draw;

/// Statuses that a function may return: lawful ones and none.
const STATUSES: [ta_status; 6] =
    [TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY, TA_ERR_UNSUPPORTED, TA_ERR_CALLBACK, -1, 77];

/// Numbers for who asks for one.
const NUMBERS: [i32; 6] = [i32::MIN, -2, -1, 0, 3, i32::MAX];

pub struct Device {
    device_type: i32,
    /// A byte for each call: what to make of it. Honest when they are used up.
    script: RefCell<Vec<u8>>,
    blocks: RefCell<Vec<Block>>,
    /// The next handle that is no address.
    handles: Cell<usize>,
    releases: Cell<u32>,
}

struct Block {
    /// What the library is told: an address, or a number that leads nowhere.
    handle: usize,
    bytes: Vec<u8>,
}

/// What to do in a call.
enum Act {
    Work,
    /// Fails with this status, with or without words.
    Fail(ta_status),
    /// Says that all is done, and has done nothing.
    Pretend,
    /// Writes this number.
    Tell(i32),
}

impl Device {
    pub fn new(draw: &mut Draw<'_>) -> Device {
        let mut script = draw.bytes(128).to_vec();
        script.reverse();
        Device {
            device_type: draw.one_of(&[64, TA_DEVICE_ROCM]),
            script: RefCell::new(script),
            blocks: RefCell::default(),
            handles: Cell::new(1),
            releases: Cell::new(0),
        }
    }

    pub fn device_type(&self) -> i32 {
        self.device_type
    }

    pub fn releases(&self) -> u32 {
        self.releases.get()
    }

    /// From now on it does as it is told.
    pub fn be_honest(&self) {
        self.script.borrow_mut().clear();
    }

    pub fn live_blocks(&self) -> usize {
        self.blocks.borrow().len()
    }

    pub fn table() -> ta_device_api {
        ta_device_api {
            struct_size: size_of::<ta_device_api>(),
            count: Some(count),
            current: Some(current),
            describe: Some(describe),
            allocate: Some(allocate),
            free: Some(free),
            copy: Some(copy),
            convert: Some(convert),
            order: Some(order),
            synchronize: Some(synchronize),
            device_of: Some(device_of),
            release: Some(release),
        }
    }

    fn act(&self, err: *mut ta_error) -> Act {
        let Some(byte) = self.script.borrow_mut().pop() else { return Act::Work };
        let choice = usize::from(byte);
        match byte {
            0..=199 => Act::Work,
            200..=223 => {
                if byte % 2 == 0 {
                    // SAFETY: the library's own, to be written to; here to its last byte, and no UTF-8.
                    unsafe { (*err).message.fill(-1) };
                }
                Act::Fail(STATUSES[choice % STATUSES.len()])
            }
            224..=235 => Act::Pretend,
            _ => Act::Tell(NUMBERS[choice % NUMBERS.len()]),
        }
    }

    /// Where so many bytes at a place are, which must be there.
    fn at(&self, place: &ta_place, bytes: usize) -> *mut u8 {
        if place.device.device_type != self.device_type {
            assert_eq!(place.device.device_type, TA_DEVICE_CPU, "a place of neither side");
            return place.data.cast::<u8>().wrapping_add(place.byte_offset as usize);
        }
        let has_addresses = self.device_type == TA_DEVICE_ROCM;
        let (handle, offset) = (place.data.addr(), place.byte_offset as usize);
        let mut blocks = self.blocks.borrow_mut();
        let block = blocks.iter_mut().find(|block| match has_addresses {
            true => (block.handle..=block.handle + block.bytes.len()).contains(&(handle + offset)),
            false => block.handle == handle,
        });
        let block = block.expect("a block that is there");
        let start = handle + offset - block.handle;
        assert!(start + bytes <= block.bytes.len(), "{bytes} bytes at {start} of a shorter block");
        block.bytes[start..].as_mut_ptr()
    }
}

/// The device behind a callback's first argument.
fn of<'d>(user_data: *mut c_void) -> &'d Device {
    // SAFETY: given to `ta_device_register`, and there until the end of the run.
    unsafe { &*user_data.cast::<Device>() }
}

fn outcome(act: Act, work: impl FnOnce()) -> ta_status {
    match act {
        Act::Work | Act::Tell(_) => work(),
        Act::Pretend => {}
        Act::Fail(status) => return status,
    }
    TA_OK
}

fn number(act: Act, honest: i32, out: *mut i32) -> ta_status {
    let told = if let Act::Tell(number) = act { number } else { honest };
    // SAFETY: the library's own, to be written to.
    outcome(act, || unsafe { out.write(told) })
}

unsafe extern "C" fn count(user: *mut c_void, out: *mut i32, err: *mut ta_error) -> ta_status {
    number(of(user).act(err), 2, out)
}

unsafe extern "C" fn current(user: *mut c_void, out: *mut i32, err: *mut ta_error) -> ta_status {
    number(of(user).act(err), 1, out)
}

unsafe extern "C" fn describe(
    user: *mut c_void,
    _: i32,
    out: *mut ta_device_info,
    err: *mut ta_error,
) -> ta_status {
    outcome(of(user).act(err), || {
        // SAFETY: the library's own, to be written to: a name without an end, and a size of somebody's.
        unsafe { (*out).name.fill(-1) };
        // SAFETY: as above.
        unsafe { (*out).struct_size = usize::MAX };
    })
}

unsafe extern "C" fn allocate(
    user: *mut c_void,
    _: i32,
    size_bytes: usize,
    _: i64,
    out: *mut *mut c_void,
    err: *mut ta_error,
) -> ta_status {
    let device = of(user);
    assert!(size_bytes > 0);
    if size_bytes > 1 << 20 {
        return TA_ERR_OUT_OF_MEMORY;
    }
    outcome(device.act(err), || {
        let mut blocks = device.blocks.borrow_mut();
        let mut bytes = vec![0xa5; size_bytes];
        let handle = match device.device_type {
            TA_DEVICE_ROCM => bytes.as_mut_ptr().addr(),
            // Never the same one twice, and no address of anything.
            _ => device.handles.replace(device.handles.get() + 2),
        };
        blocks.push(Block { handle, bytes });
        // SAFETY: the library's own, to be written to.
        unsafe { out.write(ptr::without_provenance_mut(handle)) };
    })
}

unsafe extern "C" fn free(user: *mut c_void, _: i32, data: *mut c_void, size: usize, _: i64) {
    let mut blocks = of(user).blocks.borrow_mut();
    let place = blocks.iter().position(|block| block.handle == data.addr());
    let block = blocks.swap_remove(place.expect("freed once, and by its handle"));
    assert_eq!(block.bytes.len(), size);
}

unsafe extern "C" fn copy(
    user: *mut c_void,
    target: *const ta_place,
    source: *const ta_place,
    bytes: usize,
    _: i64,
    err: *mut ta_error,
) -> ta_status {
    let device = of(user);
    assert!(bytes > 0);
    // SAFETY: the library's own, there during the call.
    let (target, source) = unsafe { (&*target, &*source) };
    let (to, from) = (device.at(target, bytes), device.at(source, bytes));
    // SAFETY: on the device found to be there; on the host, the library vouches for it.
    outcome(device.act(err), || unsafe { from.copy_to_nonoverlapping(to, bytes) })
}

unsafe extern "C" fn convert(
    user: *mut c_void,
    ndim: i32,
    shape: *const i64,
    target: *const ta_elements,
    source: *const ta_elements,
    _: i64,
    err: *mut ta_error,
) -> ta_status {
    let device = of(user);
    // SAFETY: the library's own, there during the call.
    let (target, source) = unsafe { (&*target, &*source) };
    let axes = ndim as usize;
    let list = |numbers: *const i64| match axes {
        0 => &[],
        // SAFETY: one for each axis.
        _ => unsafe { std::slice::from_raw_parts(numbers, axes) },
    };
    let (shape, written, read) =
        (list(shape), list(target.strides_bytes), list(source.strides_bytes));
    let act = device.act(err);
    if target.dtype != source.dtype || axes > 3 {
        return TA_ERR_UNSUPPORTED;
    }
    let size = target.dtype.itemsize();
    outcome(act, || {
        for number in 0..shape.iter().product::<i64>() {
            let (mut rest, mut to, mut from) = (number, target.place, source.place);
            for axis in (0..axes).rev() {
                let position = rest % shape[axis];
                rest /= shape[axis];
                to.byte_offset = to.byte_offset.wrapping_add_signed(position * written[axis]);
                from.byte_offset = from.byte_offset.wrapping_add_signed(position * read[axis]);
            }
            let (to, from) = (device.at(&to, size), device.at(&from, size));
            // SAFETY: found to be there.
            unsafe { from.copy_to(to, size) };
        }
    })
}

unsafe extern "C" fn order(
    user: *mut c_void,
    _: i32,
    _: i64,
    _: i32,
    _: i64,
    err: *mut ta_error,
) -> ta_status {
    outcome(of(user).act(err), || {})
}

unsafe extern "C" fn synchronize(
    user: *mut c_void,
    _: i32,
    _: i64,
    err: *mut ta_error,
) -> ta_status {
    outcome(of(user).act(err), || {})
}

unsafe extern "C" fn device_of(
    user: *mut c_void,
    _: *const c_void,
    out: *mut i32,
    err: *mut ta_error,
) -> ta_status {
    number(of(user).act(err), 1, out)
}

unsafe extern "C" fn release(user: *mut c_void) {
    let device = of(user);
    device.releases.set(device.releases.get() + 1);
}
