//! The loop for a pair of dtypes: load, cast, store, over one dense native block.
//!
//! A later fast path is a function from source bytes to target bytes, chosen in
//! [`Kernel::between`] and called in [`Kernel::run`]; nothing else would change.

use super::element::{Bool, Complex, Element};
use super::float8::*;
use super::scratch::{self, Slot};
use super::swap;
use super::wide::{Cast, Stage, Wide};
use crate::model::dtype::DType;
use crate::model::scalar::Scalar;
use half::{bf16, f16};
use std::mem::MaybeUninit;

/// What can be done with the elements of one convertible dtype.
#[derive(Clone, Copy)]
pub(super) struct Endpoint {
    /// Widens as many dense elements as there are slots. They must be readable there.
    pub(super) load: unsafe fn(*const u8, &mut [Slot]),
    /// Narrows as many values as there are slots to dense elements. They must be writable there.
    pub(super) store: unsafe fn(&[Slot], *mut u8),
    /// What the values must be for `store`.
    pub(super) stage: Stage,
    /// The first value that `load` gave.
    pub(super) scalar: fn(&[Slot]) -> Scalar,
    cast_to: fn(Stage) -> Option<Cast>,
}

impl Endpoint {
    /// The endpoint of `dtype`; `None` where its elements are not converted.
    pub(super) fn of(dtype: DType) -> Option<Endpoint> {
        Some(match dtype {
            DType::BOOL => Endpoint::new::<Bool>(),
            DType::U8 => Endpoint::new::<u8>(),
            DType::I8 => Endpoint::new::<i8>(),
            DType::I16 => Endpoint::new::<i16>(),
            DType::I32 => Endpoint::new::<i32>(),
            DType::I64 => Endpoint::new::<i64>(),
            DType::U16 => Endpoint::new::<u16>(),
            DType::U32 => Endpoint::new::<u32>(),
            DType::U64 => Endpoint::new::<u64>(),
            DType::F16 => Endpoint::new::<f16>(),
            DType::BF16 => Endpoint::new::<bf16>(),
            DType::F32 => Endpoint::new::<f32>(),
            DType::F64 => Endpoint::new::<f64>(),
            DType::C32 => Endpoint::new::<Complex<f16>>(),
            DType::C64 => Endpoint::new::<Complex<f32>>(),
            DType::C128 => Endpoint::new::<Complex<f64>>(),
            DType::F8_E3M4 => Endpoint::new::<E3M4>(),
            DType::F8_E4M3 => Endpoint::new::<E4M3>(),
            DType::F8_E4M3B11FNUZ => Endpoint::new::<E4M3B11FNUZ>(),
            DType::F8_E4M3FN => Endpoint::new::<E4M3FN>(),
            DType::F8_E4M3FNUZ => Endpoint::new::<E4M3FNUZ>(),
            DType::F8_E5M2 => Endpoint::new::<E5M2>(),
            DType::F8_E5M2FNUZ => Endpoint::new::<E5M2FNUZ>(),
            DType::F8_E8M0FNU => Endpoint::new::<E8M0FNU>(),
            _ => return None,
        })
    }

    fn new<E: Element>() -> Endpoint {
        Endpoint {
            load: load::<E>,
            store: store::<E>,
            stage: E::STAGE,
            scalar: |slots| E::scalar(scratch::values(slots)[0]),
            cast_to: E::Wide::cast_to,
        }
    }
}

/// # Safety
/// From `from` as many elements as there are slots can be read.
unsafe fn load<E: Element>(from: *const u8, to: &mut [Slot]) {
    // SAFETY: the caller vouches for the elements, and byte arrays need no alignment.
    let elements = unsafe { std::slice::from_raw_parts(from.cast::<E::Bytes>(), to.len()) };
    for (value, &bytes) in scratch::values_mut(to).iter_mut().zip(elements) {
        *value = E::widen(bytes);
    }
}

/// # Safety
/// At `to` as many elements as there are slots can be written, and `from` has values of
/// the kind `E::Wide`.
unsafe fn store<E: Element>(from: &[Slot], to: *mut u8) {
    let to = to.cast::<MaybeUninit<E::Bytes>>();
    // SAFETY: the caller vouches for the elements, and byte arrays need no alignment.
    let elements = unsafe { std::slice::from_raw_parts_mut(to, from.len()) };
    for (element, &value) in elements.iter_mut().zip(scratch::values(from)) {
        element.write(E::narrow(value));
    }
}

/// Puts `value` in the first slot, and returns the cast that takes it to `stage`.
pub(super) fn put(value: Scalar, slots: &mut [Slot], stage: Stage) -> Option<Cast> {
    match value {
        Scalar::Bool(value) => put_wide(i64::from(value), slots, stage),
        Scalar::Int(value) => put_wide(value, slots, stage),
        Scalar::UInt(value) => put_wide(value, slots, stage),
        Scalar::Float(value) => put_wide(value, slots, stage),
        Scalar::Complex(re, im) => put_wide([re, im], slots, stage),
    }
}

fn put_wide<W: Wide>(value: W, slots: &mut [Slot], stage: Stage) -> Option<Cast> {
    scratch::values_mut(slots)[0] = value;
    W::cast_to(stage)
}

/// Casts `from` into `to` if there is anything to do, and returns where the values then are.
pub(super) fn cast<'a>(cast: Option<Cast>, from: &'a [Slot], to: &'a mut [Slot]) -> &'a [Slot] {
    let Some(cast) = cast else { return from };
    cast(from, to);
    to
}

/// How elements lie in memory.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// Bytes of one element.
    pub(super) size: usize,
    /// Bytes of each number in it whose order is to be reversed; 1 for none.
    pub(super) unit: usize,
}

/// The conversion between two dtypes.
#[derive(Clone, Copy)]
pub(super) struct Kernel {
    /// How the source elements lie.
    pub(super) source: Form,
    /// How the target elements lie.
    pub(super) target: Form,
    load: unsafe fn(*const u8, &mut [Slot]),
    cast: Option<Cast>,
    store: unsafe fn(&[Slot], *mut u8),
}

impl Kernel {
    /// The conversion from one dtype and byte order to another; `None` if there is none.
    pub(super) fn between(
        from: DType,
        from_swapped: bool,
        to: DType,
        to_swapped: bool,
    ) -> Option<Kernel> {
        let (first, last) = (Endpoint::of(from)?, Endpoint::of(to)?);
        Some(Kernel {
            source: Form { size: from.itemsize(), unit: swap::unit(from, from_swapped) },
            target: Form { size: to.itemsize(), unit: swap::unit(to, to_swapped) },
            load: first.load,
            cast: (first.cast_to)(last.stage),
            store: last.store,
        })
    }

    /// Converts a block of dense native elements, as many as either row has slots.
    ///
    /// # Safety
    /// As many elements as there are slots can be read from `from` and written at `to`,
    /// and the two do not overlap.
    pub(super) unsafe fn run(
        &self,
        from: *const u8,
        to: *mut u8,
        wide: &mut [Slot],
        ready: &mut [Slot],
    ) {
        // SAFETY: the caller vouches for the elements at `from`.
        unsafe { (self.load)(from, wide) };
        let stored = cast(self.cast, wide, ready);
        // SAFETY: the caller vouches for the elements at `to`, and the cast led to the
        // stage that this store wants.
        unsafe { (self.store)(stored, to) };
    }
}
