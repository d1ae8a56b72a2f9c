//! The laws of conversion, against a slow reference.

mod guarded;
mod reference;

use super::*;
use crate::abi::{TA_FLOAT, TA_OPAQUE_HANDLE};
use crate::model::alloc::Block;
use guarded::{Guarded, guarded};
use reference::{Bytes, FLOAT8, Value, decode, dtypes, encode, power_of_two, same};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Fewer cases where every one is interpreted.
const PATIENCE: usize = if cfg!(miri) { 200 } else { 1 };

/// Converts dense native elements: the same on all instruction sets that there are here.
fn convert(from: &[u8], source: DType, target: DType) -> Vec<u8> {
    let to = convert_by(Isa::Portable, from, source, target);
    for isa in Isa::present() {
        let again = convert_by(isa, from, source, target);
        let wrong = to.iter().zip(&again).position(|(one, other)| one != other);
        let wrong = wrong.map(|byte| byte / target.itemsize());
        assert_eq!(wrong, None, "{source} to {target} with {isa:?}: element");
    }
    to
}

fn convert_by(isa: Isa, from: &[u8], source: DType, target: DType) -> Vec<u8> {
    let count = from.len() / source.itemsize();
    let mut to = vec![0xaa; count * target.itemsize()];
    let steps = [source.itemsize() as i64, target.itemsize() as i64];
    let read = Elements { dtype: source, swapped: false, strides: &steps[..1] };
    let write = Elements { dtype: target, swapped: false, strides: &steps[1..] };
    let shape = [count as i64];
    let walk = Walk::new(&shape, from.as_ptr(), read.strides, to.as_mut_ptr(), write.strides);
    if let Some(walk) = walk {
        // SAFETY: both vectors hold `count` elements.
        unsafe { copy_by(isa, &walk, read, write, Pages::Used) };
    }
    to
}

/// Asserts that dense elements become what the reference says, for every target.
fn check_all_targets(from: &[u8], source: DType) {
    for target in dtypes().filter(|&target| target != source) {
        let to = convert(from, source, target);
        let pairs = from.chunks(source.itemsize()).zip(to.chunks(target.itemsize()));
        for (old, new) in pairs {
            let want = encode(decode(old, source), target);
            assert!(
                same(new, &want, target),
                "{source} {old:x?} = {:?} to {target}: {new:x?}, not {want:x?}",
                decode(old, source),
            );
        }
    }
}

/// Values at which some conversion changes its mind.
fn edges() -> Vec<f64> {
    let mut edges = vec![0.0, 0.4, 0.5, 0.9, 1.0, 1.5, 2.5, 3.0, 255.9, 300.7, 1e5, 1e300, 5e-324];
    edges.extend([f64::INFINITY, f64::NAN, f64::MAX, f64::MIN_POSITIVE, 65519.0, 65520.0]);
    edges.extend([1.0 + power_of_two(-11) + power_of_two(-40), f32::MAX.into(), 3.4028236e38]);
    edges.extend((-152..130).map(power_of_two));
    // Codes of every small format, and the middle between neighbours.
    for dtype in FLOAT8 {
        let value = |code: u8| match decode(&[code], dtype) {
            Value::Real(value) => value,
            other => unreachable!("{other:?} in a float"),
        };
        let middles = (0..127).map(|code| (value(code) + value(code + 1)) / 2.0);
        edges.extend(middles.chain((0..128).map(value)));
    }
    for code in (0..0x7c00).step_by(311) {
        let value = |code: u16| f64::from(half::f16::from_bits(code).to_f32());
        edges.extend([value(code), (value(code) + value(code + 1)) / 2.0]);
    }
    let near = |value: f64| {
        let single = value as f32;
        [value, value.next_up(), single.next_up().into(), single.next_down().into(), value - 1.0]
    };
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges.into_iter().flat_map(near).flat_map(|value| [value, -value]).collect()
}

/// Elements of `dtype` at and around all edges.
fn edge_elements(dtype: DType) -> Vec<u8> {
    let size = dtype.itemsize();
    let mut elements = Vec::new();
    let mut push = |element: Bytes| elements.extend_from_slice(&element[..size]);
    if size == 1 {
        (0..=255).for_each(|code| push([code; 16]));
    } else if matches!(dtype.code, crate::abi::TA_INT | crate::abi::TA_UINT) {
        for power in 0..64 {
            for near in [-3i128, -1, 0, 1, 3] {
                let value = (1 << power) + near + (1 << power >> 7);
                push(encode(Value::Int(value), dtype));
                push(encode(Value::Int(-value), dtype));
                // Just off the middle of two f32: to go through f64 would make it the middle.
                push(encode(Value::Int((1 << power) + (1 << power >> 24) + near), dtype));
            }
        }
    } else {
        let edges = edges();
        for (place, &value) in edges.iter().enumerate() {
            let other = if place % 3 == 0 { 0.0 } else { edges[edges.len() - 1 - place] };
            push(encode(Value::Complex(value, other), dtype));
            push(encode(Value::Complex(0.0, value), dtype));
        }
    }
    elements.chunks(size).step_by(PATIENCE).flatten().copied().collect()
}

#[test]
fn every_pair_of_dtypes_agrees_with_the_reference() {
    for source in dtypes() {
        check_all_targets(&edge_elements(source), source);
    }
}

#[test]
fn every_code_of_the_16_bit_floats_agrees_with_the_reference() {
    let codes: Vec<u8> = (0..=u16::MAX).step_by(PATIENCE).flat_map(u16::to_ne_bytes).collect();
    for source in [DType::F16, DType::BF16] {
        check_all_targets(&codes, source);
    }
}

/// Long enough for whole vectors and for what is left over of them, at every length.
#[test]
fn instruction_sets_agree_on_every_small_element_and_on_random_large_ones() {
    let mut random = Random(11);
    let codes: Vec<u8> = (0..=u16::MAX).step_by(PATIENCE).flat_map(u16::to_ne_bytes).collect();
    for source in dtypes() {
        let size = source.itemsize();
        let elements = if size <= 2 { codes.clone() } else { random.bytes(codes.len()) };
        for target in dtypes().filter(|&target| target != source) {
            convert(&elements, source, target);
            let few = random.below(100) * size;
            convert(&elements[..few], source, target);
        }
    }
}

#[test]
fn every_code_of_the_8_bit_floats_is_the_value_of_its_formula_and_comes_back() {
    let codes: Vec<u8> = (0..=255).collect();
    for dtype in FLOAT8 {
        let values = convert(&codes, dtype, DType::F32);
        let back = convert(&values, DType::F32, dtype);
        for (&code, value) in codes.iter().zip(values.chunks(4)) {
            let want = encode(decode(&[code], dtype), DType::F32);
            assert!(same(value, &want, DType::F32), "{dtype} code {code:#x}: {value:x?}");
        }
        // Infinity is the one value that e4m3fn lacks and NaN the one with many codes.
        assert!(
            codes.iter().zip(&back).all(|(code, back)| same(&[*code], &[*back], dtype)),
            "{dtype}: {back:x?}"
        );
    }
}

#[test]
fn codes_at_the_ends_of_the_8_bit_floats_are_as_in_the_specification() {
    for (dtype, value, code) in [
        (DType::F8_E3M4, 15.5, 0x6f),
        (DType::F8_E3M4, 15.75, 0x70),
        (DType::F8_E4M3, 240.0, 0x77),
        (DType::F8_E4M3, -248.0, 0xf8),
        (DType::F8_E4M3B11FNUZ, 30.0, 0x7f),
        (DType::F8_E4M3B11FNUZ, 31.0, 0x80),
        (DType::F8_E4M3FN, 448.0, 0x7e),
        (DType::F8_E4M3FN, 1e9, 0x7e),
        (DType::F8_E4M3FN, f32::NEG_INFINITY, 0xfe),
        (DType::F8_E4M3FN, f32::NAN, 0x7f),
        (DType::F8_E4M3FNUZ, 240.0, 0x7f),
        (DType::F8_E4M3FNUZ, 248.0, 0x80),
        (DType::F8_E4M3FNUZ, -0.0, 0x00),
        (DType::F8_E4M3FNUZ, -1e-30, 0x00),
        (DType::F8_E5M2, 57344.0, 0x7b),
        (DType::F8_E5M2, 61440.0, 0x7c),
        (DType::F8_E5M2, -0.0, 0x80),
        (DType::F8_E5M2FNUZ, 57344.0, 0x7f),
        (DType::F8_E5M2FNUZ, f32::INFINITY, 0x80),
        (DType::F8_E8M0FNU, 1.5, 128),
        (DType::F8_E8M0FNU, -3.0, 129),
        (DType::F8_E8M0FNU, 1.49, 127),
        (DType::F8_E8M0FNU, 0.0, 0),
        (DType::F8_E8M0FNU, f32::MAX, 255),
        (DType::F8_E8M0FNU, f32::INFINITY, 255),
    ] {
        let got = convert(&value.to_ne_bytes(), DType::F32, dtype);

        assert_eq!(got, [code], "{value} to {dtype}");
    }
}

#[test]
fn floats_become_integers_as_in_the_table() {
    let (min32, min64) = (i128::from(i32::MIN), i128::from(i64::MIN));
    for (value, dtype, want) in [
        (-1.0, DType::U8, 255),
        (300.7, DType::U8, 44),
        (-129.9, DType::I8, 127),
        (f64::NAN, DType::U8, 0),
        (1e10, DType::I16, 0),
        (f64::NAN, DType::I32, min32),
        (2147483647.9, DType::I32, 2147483647),
        (2147483648.0, DType::I32, min32),
        (-2147483648.9, DType::I32, min32),
        (-1e10, DType::I32, min32),
        (-1.0, DType::U32, 4294967295),
        (4294967296.0, DType::U32, 0),
        (1e19, DType::U32, 0),
        (1e19, DType::I64, min64),
        (-1e19, DType::I64, min64),
        (-1.0, DType::U64, u64::MAX.into()),
        (1e19, DType::U64, 10_000_000_000_000_000_000),
        (1e20, DType::U64, 1 << 63),
        (-1e19, DType::U64, 1 << 63),
        (f64::NAN, DType::U64, 1 << 63),
    ] {
        let got = convert(&value.to_ne_bytes(), DType::F64, dtype);

        assert_eq!(decode(&got, dtype), Value::Int(want), "{value} to {dtype}");
    }
}

#[test]
fn quiet_nans_keep_their_sign_and_stay_nan_in_every_float() {
    for bits in [0x7fc0_0000u32, 0xffc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fff_ffff] {
        for dtype in [DType::F16, DType::BF16, DType::F8_E4M3FN, DType::F8_E5M2] {
            let got = convert(&bits.to_ne_bytes(), DType::F32, dtype);
            let Value::Real(value) = decode(&got, dtype) else { unreachable!("a float") };

            assert!(value.is_nan(), "{bits:#x} to {dtype}: {got:x?}");
        }
    }
}

/// A tiny generator of numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// Strided elements within a buffer of their own.
struct Side {
    dtype: DType,
    swapped: bool,
    strides: Vec<i64>,
    first: usize,
    buffer: Guarded,
}

impl Side {
    /// A side whose offsets from the first element lie between what its strides reach.
    fn new(dtype: DType, shape: &[i64], strides: Vec<i64>, random: &mut Random) -> Side {
        let reach = |sign: i64| -> i64 {
            let steps = shape.iter().zip(&strides).map(|(&extent, &step)| (extent - 1) * step);
            steps.filter(|&span| span * sign > 0).map(i64::abs).sum()
        };
        // Any odd address will do, if not the very end is wanted.
        let mut slack = || if random.chance(2) { 0 } else { random.below(9) };
        let first = reach(-1) as usize + slack();
        let size = first + reach(1) as usize + dtype.itemsize() + slack();
        let buffer = guarded(&random.bytes(size), random.chance(2));
        Side { dtype, swapped: random.chance(3), strides, first, buffer }
    }

    fn elements(&self) -> Elements<'_> {
        Elements { dtype: self.dtype, swapped: self.swapped, strides: &self.strides }
    }

    fn offset(&self, index: &[i64]) -> usize {
        let steps: i64 = index.iter().zip(&self.strides).map(|(&at, &step)| at * step).sum();
        (self.first as i64 + steps) as usize
    }

    /// The element at an index in native order.
    fn native(&self, buffer: &[u8], index: &[i64]) -> Vec<u8> {
        let start = self.offset(index);
        let mut element = buffer[start..start + self.dtype.itemsize()].to_vec();
        if self.swapped {
            let parts = if self.dtype.is_complex() { 2 } else { usize::from(self.dtype.lanes) };
            let part = element.len() / parts;
            element.chunks_mut(part).for_each(<[u8]>::reverse);
        }
        element
    }
}

/// Every index of a shape.
fn indices(shape: &[i64]) -> Vec<Vec<i64>> {
    shape.iter().fold(vec![vec![]], |outer, &extent| {
        let longer = |index: &Vec<i64>| {
            let index = index.clone();
            (0..extent).map(move |at| [&index[..], &[at]].concat())
        };
        outer.iter().flat_map(longer).collect()
    })
}

/// Strides in bytes that give every element bytes of its own: axes in any order, gaps of
/// any size, either direction.
fn separate_strides(shape: &[i64], size: usize, random: &mut Random) -> Vec<i64> {
    let mut strides = vec![0; shape.len()];
    let mut rest: Vec<usize> = (0..shape.len()).collect();
    let mut step = size as i64;
    let gaps = random.chance(2);
    while !rest.is_empty() {
        let last = random.chance(2);
        let axis = rest.remove(if last { rest.len() - 1 } else { random.below(rest.len()) });
        step += if gaps && random.chance(2) { random.below(2 * size + 2) as i64 } else { 0 };
        strides[axis] = if random.chance(4) { -step } else { step };
        step *= shape[axis].max(1);
    }
    strides
}

/// Strides of any kind: as above, or zero, or such that elements overlap.
fn any_strides(shape: &[i64], size: usize, random: &mut Random) -> Vec<i64> {
    let mut strides = separate_strides(shape, size, random);
    for step in &mut strides {
        match random.below(8) {
            0 => *step = 0,
            1 => *step = random.below(11) as i64 - 5,
            _ => {}
        }
    }
    strides
}

/// Copies from side to side in every way that there is, and looks at what came of it each time: bits of
/// NaNs may differ from way to way where they are interpreted.
fn check_strided(shape: &[i64], source: &Side, target: &mut Side) {
    let before = target.buffer.to_vec();
    let from = source.buffer.as_ptr().wrapping_add(source.first);
    let ways = Isa::present().flat_map(|isa| [(isa, false), (isa, true)]);
    for (isa, is_large) in ways.step_by(PATIENCE.min(2)) {
        target.buffer.copy_from_slice(&before);
        let to = target.buffer.as_mut_ptr().wrapping_add(target.first);
        if let Some(walk) = Walk::new(shape, from, &source.strides, to, &target.strides) {
            let (path, unit) = route(source.elements(), target.elements(), isa).expect("a route");
            let transfer = Transfer::planned(&walk, path, unit, isa, is_large);
            // SAFETY: `Side::new` made the buffers as large as shape and strides reach.
            unsafe { transfer.run(0..transfer.count()) };
        }
        check_copied(shape, source, target, &before, format_args!("{isa:?}, large: {is_large}"));
    }
}

/// Compares each element with the reference and all other bytes with what they were.
fn check_copied(
    shape: &[i64],
    source: &Side,
    target: &Side,
    before: &[u8],
    how: std::fmt::Arguments<'_>,
) {
    let mut outside = target.buffer.to_vec();
    for index in indices(shape) {
        let old = source.native(&source.buffer, &index);
        let new = target.native(&target.buffer, &index);
        let right = if source.dtype == target.dtype {
            old == new
        } else {
            same(&new, &encode(decode(&old, source.dtype), target.dtype), target.dtype)
        };
        assert!(
            right,
            "{index:?} of {shape:?}: {} {:?} {old:x?} to {} {:?} {new:x?} by {how}",
            source.dtype, source.strides, target.dtype, target.strides,
        );
        let start = target.offset(&index);
        let end = start + target.dtype.itemsize();
        outside[start..end].copy_from_slice(&before[start..end]);
    }
    assert!(
        outside == before,
        "{shape:?} {:?} by {how}: bytes between elements changed",
        target.strides
    );
}

fn random_shape(random: &mut Random) -> Vec<i64> {
    let limit = if cfg!(miri) { 40 } else { 3000 };
    let mut count = 1;
    let mut shape = Vec::new();
    for _ in 0..random.below(6) {
        let extent = match random.below(6) {
            0 => 1,
            1 | 2 => 1 + random.below(3),
            3 | 4 => 1 + random.below(12),
            _ => 1 + random.below(700),
        };
        if count * extent <= limit {
            count *= extent;
            shape.push(extent as i64);
        }
    }
    shape
}

#[test]
fn strides_byte_order_and_alignment_never_change_a_value() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let all: Vec<DType> = dtypes().collect();
    for _ in 0..if cfg!(miri) { 20 } else { 1000 } {
        let shape = random_shape(&mut random);
        let from = all[random.below(all.len())];
        let to = if random.chance(4) { from } else { all[random.below(all.len())] };
        let read = any_strides(&shape, from.itemsize(), &mut random);
        let write = separate_strides(&shape, to.itemsize(), &mut random);
        let source = Side::new(from, &shape, read, &mut random);
        let mut target = Side::new(to, &shape, write, &mut random);

        check_strided(&shape, &source, &mut target);
    }
}

#[test]
fn layouts_that_people_have_are_copied_right() {
    let mut random = Random(42);
    let shapes: [(&[i64], &[i64], &[i64]); 9] = [
        // A scalar; a long row; a transposed matrix; an image from HWC to CHW and back.
        (&[], &[], &[]),
        (&[1000], &[4], &[8]),
        (&[40, 50], &[4, 160], &[400, 8]),
        (&[3, 20, 30], &[4, 360, 12], &[4800, 240, 8]),
        (&[20, 30, 3], &[120, 4, 2400], &[720, 24, 8]),
        // Reversed on both sides, and on one.
        (&[30, 20], &[-80, -4], &[-160, -8]),
        (&[300], &[-4], &[8]),
        // A broadcast row; five axes of which one is an accident.
        (&[20, 30], &[0, 4], &[240, 8]),
        (&[2, 3, 1, 4, 5], &[240, 80, -7, 20, 4], &[8, 16, 9999, 48, 192]),
    ];
    for (shape, read, write) in shapes {
        for (from, to) in
            [(DType::F32, DType::F64), (DType::I32, DType::C64), (DType::U32, DType::U32)]
        {
            let source = Side::new(from, shape, read.to_vec(), &mut random);
            let mut target = Side::new(to, shape, write.to_vec(), &mut random);

            check_strided(shape, &source, &mut target);
        }
    }
}

#[test]
fn every_other_element_is_taken_and_nothing_behind_the_last_is_read() {
    for dtype in [DType::U8, DType::I16, DType::F32, DType::I64] {
        let size = dtype.itemsize();
        for count in [1, 2, 3, 31, 64, 100 + size, 300] {
            // Of the last pair there is only the first.
            let from = guarded(&Random(count as u64).bytes((2 * count - 1) * size), true);
            let want: Vec<u8> = from.chunks(size).step_by(2).flatten().copied().collect();
            let (read, write) = ([2 * size as i64], [size as i64]);
            let ways = Isa::present().flat_map(|isa| [(isa, false), (isa, true)]);
            for (isa, is_large) in ways {
                for offset in [0, size, 64 - size, 1] {
                    let mut room = vec![0xaau8; want.len() + 192];
                    let first = room.as_ptr().align_offset(64) + offset;
                    let to = room.as_mut_ptr().wrapping_add(first);
                    let walk = Walk::new(&[count as i64], from.as_ptr(), &read, to, &write);
                    let walk = walk.expect("elements");
                    let path = Path::between((dtype, false), (dtype, false), isa).expect("a path");
                    let transfer = Transfer::planned(&walk, path, 1, isa, is_large);
                    // SAFETY: both sides hold all elements.
                    unsafe { transfer.run(0..transfer.count()) };

                    let way = format!("{count} of {dtype}, {isa:?}, {offset}, large: {is_large}");
                    let (got, behind) = room[first..].split_at(want.len());
                    assert_eq!(got, want, "{way}");
                    let mut beside = room[..first].iter().chain(behind);
                    assert!(beside.all(|&byte| byte == 0xaa), "{way}: bytes beside");
                }
            }
        }
    }
}

#[test]
fn equal_dtypes_of_whole_bytes_are_copied_bit_for_bit() {
    let mut random = Random(7);
    for (code, bits, lanes) in [
        (TA_FLOAT, 128, 1),
        (TA_FLOAT, 80, 1),
        (TA_FLOAT, 32, 2),
        // Two of them in a block; larger than one.
        (TA_FLOAT, 16, if cfg!(miri) { 50 } else { 4000 }),
        (TA_FLOAT, 16, if cfg!(miri) { 60 } else { 9000 }),
        (TA_OPAQUE_HANDLE, 64, 1),
        (200, 32, 1),
        (200, 24, 3),
        (0, 4, 2),
        (6, 8, 1),
    ] {
        let dtype = DType { code, bits, lanes };
        assert!(can_convert(dtype, dtype), "{dtype}");
        for shape in [&[][..], &[3, 5, 2], &[40], &[0]] {
            let read = any_strides(shape, dtype.itemsize(), &mut random);
            let write = separate_strides(shape, dtype.itemsize(), &mut random);
            let mut source = Side::new(dtype, shape, read, &mut random);
            let mut target = Side::new(dtype, shape, write, &mut random);
            // What "swapped" means for numbers below the byte nobody has said.
            source.swapped &= bits % 8 == 0;
            target.swapped &= bits % 8 == 0;

            check_strided(shape, &source, &mut target);
        }
    }
}

#[test]
fn only_known_dtypes_of_whole_bytes_convert() {
    let (known, unknown) = (DType::F32, DType { code: 200, bits: 32, lanes: 1 });
    let lanes = DType { lanes: 2, ..DType::F32 };
    for (from, to, want) in [
        (known, DType::F8_E3M4, true),
        (known, unknown, false),
        (unknown, known, false),
        (unknown, unknown, true),
        (lanes, known, false),
        (lanes, DType { lanes: 2, ..DType::F64 }, false),
        (DType::F6_E2M3FN, DType::F6_E2M3FN, false),
        (DType::F4_E2M1FN, known, false),
        (DType::UNSET, DType::UNSET, false),
    ] {
        assert_eq!(can_convert(from, to), want, "{from} to {to}");
    }
    for &(dtype, name) in DType::NAMED {
        assert_eq!(can_convert(dtype, known), has_values(dtype), "{name}");
        for &(other, other_name) in DType::NAMED.iter().filter(|(other, _)| *other != dtype) {
            let path = Path::between((dtype, false), (other, false), Isa::Portable);
            assert_eq!(can_convert(dtype, other), path.is_some(), "{name} to {other_name}");
        }
    }
}

#[test]
fn a_refused_pair_and_an_empty_shape_write_nothing() {
    let unknown = DType { code: 200, bits: 32, lanes: 1 };
    for (shape, to) in [([3, 0, 2], DType::F32), ([1, 1, 1], unknown), ([1, -1, 1], DType::F32)] {
        let mut target = [7u8; 64];
        let strides = [i64::MAX, i64::MIN, 4];
        let read = Elements { dtype: DType::I8, swapped: false, strides: &strides };
        let write = Elements { dtype: to, swapped: true, strides: &strides };
        // SAFETY: there are no elements, or no conversion.
        unsafe { copy(&shape, [1u8; 8].as_ptr(), read, target.as_mut_ptr(), write, Pages::Used) };

        assert_eq!(target, [7; 64], "{shape:?} {to}");
    }
}

#[test]
fn axes_of_extent_one_do_not_count() {
    let shape = [1i64; 64].map(|one| one);
    let strides = [i64::MIN; 64];
    let mut target = [0u8; 8];
    let read = Elements { dtype: DType::I8, swapped: true, strides: &strides };
    let write = Elements { dtype: DType::F64, swapped: false, strides: &strides };
    // SAFETY: one element on each side.
    unsafe { copy(&shape, [0xfdu8].as_ptr(), read, target.as_mut_ptr(), write, Pages::Used) };

    assert_eq!(f64::from_ne_bytes(target), -3.0);
}

#[test]
fn as_many_axes_as_memory_can_have_are_walked() {
    // Ten axes of 2 in reversed order, among 54 others of 1.
    let mut shape = [1i64; 64];
    let (mut read, mut write) = ([99i64; 64], [-99i64; 64]);
    for bit in 0..10 {
        (shape[bit * 6], read[bit * 6], write[bit * 6]) = (2, 1 << bit, 2 << (9 - bit));
    }
    let from: Vec<u8> = (0..1024).map(|value| (value % 251) as u8).collect();
    let mut to = vec![0u8; 2048];
    let source = Elements { dtype: DType::U8, swapped: false, strides: &read };
    let target = Elements { dtype: DType::U16, swapped: false, strides: &write };
    // SAFETY: 1024 elements on each side.
    unsafe { copy(&shape, from.as_ptr(), source, to.as_mut_ptr(), target, Pages::Used) };

    for (place, &value) in from.iter().enumerate() {
        let mirrored = (place as u16).reverse_bits() as usize >> 6;
        let got = u16::from_ne_bytes([to[2 * mirrored], to[2 * mirrored + 1]]);
        assert_eq!(got, u16::from(value), "element {place}");
    }
}

#[test]
fn a_scalar_is_stored_loaded_and_filled_like_an_element() {
    let scalars = [
        Scalar::Bool(true),
        Scalar::Int(-3),
        Scalar::Int(i64::MAX),
        Scalar::UInt(u64::MAX),
        Scalar::Float(300.7),
        Scalar::Float(f64::INFINITY),
        Scalar::Complex(0.0, 1.5),
        Scalar::Complex(-2.5, 1e300),
    ];
    for (scalar, dtype) in scalars.iter().flat_map(|&s| dtypes().map(move |d| (s, d))) {
        let want = encode(value_of(scalar), dtype);
        let mut got = [0u8; 17];
        // SAFETY: 16 bytes behind an odd address.
        assert!(unsafe { store(scalar, got[1..].as_mut_ptr(), dtype) });
        assert!(same(&got[1..], &want, dtype), "{scalar} in {dtype}: {got:x?}");

        // SAFETY: the element stored above.
        let loaded = unsafe { load(got[1..].as_ptr(), dtype, false) }.expect("convertible");
        let again = encode(value_of(loaded), dtype);
        assert!(same(&again, &want, dtype), "{scalar} in {dtype} loads as {loaded}");
    }
}

#[test]
fn fill_writes_the_element_that_store_writes() {
    let scalar = Scalar::Complex(-2.5, 1e300);
    for dtype in dtypes() {
        check_fill(scalar, dtype, &encode(value_of(scalar), dtype));
    }
}

fn value_of(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Bool(value) => Value::Int(value.into()),
        Scalar::Int(value) => Value::Int(value.into()),
        Scalar::UInt(value) => Value::Int(value.into()),
        Scalar::Float(value) => Value::Real(value),
        Scalar::Complex(re, im) => Value::Complex(re, im),
    }
}

fn check_fill(scalar: Scalar, dtype: DType, want: &Bytes) {
    let mut random = Random(99);
    for shape in [&[][..], &[7, 3], &[40], &[2, 0]] {
        for swapped in [false, true] {
            let strides = separate_strides(shape, dtype.itemsize(), &mut random);
            let mut target = Side::new(dtype, shape, strides, &mut random);
            target.swapped = swapped;
            let to = target.buffer.as_mut_ptr().wrapping_add(target.first);
            // SAFETY: `Side::new` made the buffer as large as shape and strides reach.
            assert!(unsafe { fill(shape, scalar, to, target.elements()) });

            for index in indices(shape) {
                let got = target.native(&target.buffer, &index);
                assert!(same(&got, want, dtype), "{scalar} in {dtype} at {index:?}: {got:x?}");
            }
        }
    }
}

#[test]
fn loading_gives_the_scalar_that_a_host_would_have() {
    for (bytes, dtype, want) in [
        (2u64, DType::BOOL, Scalar::Bool(true)),
        (0, DType::BOOL, Scalar::Bool(false)),
        (5, DType::U64, Scalar::Int(5)),
        (u64::MAX, DType::U64, Scalar::UInt(u64::MAX)),
        (u64::MAX, DType::I64, Scalar::Int(-1)),
        (1.5f64.to_bits(), DType::F64, Scalar::Float(1.5)),
    ] {
        let mut native = bytes.to_ne_bytes();
        let size = dtype.itemsize();
        if cfg!(target_endian = "big") {
            native.rotate_left(8 - size);
        }
        // SAFETY: the array holds one element.
        assert_eq!(unsafe { load(native.as_ptr(), dtype, false) }, Some(want), "{dtype}");

        native[..size].reverse();
        // SAFETY: as above.
        assert_eq!(unsafe { load(native.as_ptr(), dtype, true) }, Some(want), "{dtype} swapped");
    }
}

#[test]
fn dtypes_without_conversion_have_no_scalars() {
    let mut bytes = [1u8; 16];
    for dtype in [DType::F4_E2M1FN, DType { lanes: 2, ..DType::F32 }, DType::UNSET] {
        let target = Elements { dtype, swapped: false, strides: &[] };
        // SAFETY: refused before anything is read or written, and there is room anyway.
        assert_eq!(unsafe { load(bytes.as_ptr(), dtype, false) }, None, "{dtype}");
        // SAFETY: as above.
        assert!(!unsafe { store(Scalar::Int(0), bytes.as_mut_ptr(), dtype) }, "{dtype}");
        // SAFETY: as above.
        assert!(!unsafe { fill(&[], Scalar::Int(0), bytes.as_mut_ptr(), target) }, "{dtype}");
        assert_eq!(bytes, [1; 16], "{dtype}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let mut random = Random(5);
    // Several tiles, where not every element is interpreted.
    let shape = if cfg!(miri) { [7i64, 3, 11, 5] } else { [7, 3, 211, 35] };
    for (from, to) in [(DType::F64, DType::F16), (DType::U16, DType::C64), (DType::I32, DType::I32)]
    {
        let read = any_strides(&shape, from.itemsize(), &mut random);
        let write = separate_strides(&shape, to.itemsize(), &mut random);
        let source = Side::new(from, &shape, read, &mut random);
        let target = Side::new(to, &shape, write, &mut random);
        let run = |threads: usize| {
            let mut buffer = target.buffer.to_vec();
            let at = buffer.as_mut_ptr().wrapping_add(target.first);
            let base = source.buffer.as_ptr().wrapping_add(source.first);
            let (path, unit) =
                route(source.elements(), target.elements(), Isa::best()).expect("a route");
            let walk = Walk::new(&shape, base, &source.strides, at, &target.strides).expect("some");
            let transfer = Transfer::new(&walk, path, unit, Isa::best(), Pages::Used);
            threads::split_over(threads, transfer.count(), &|range| {
                // SAFETY: `Side::new` made the buffers as large as shape and strides reach,
                // and the ranges are disjoint.
                unsafe { transfer.run(range) };
            });
            buffer
        };
        let alone = run(1);
        for threads in [0, 2, 3, 16].into_iter().step_by(PATIENCE.min(2)) {
            assert!(run(threads) == alone, "{from} to {to} with {threads} threads");
        }
    }
}

/// All numbers of 8 and 16 bits, and any others, to a line of the cache, beside it, and to no element's place.
#[test]
fn loops_that_store_past_the_cache_give_the_same_bytes() {
    let pairs = dtypes().flat_map(|from| dtypes().map(move |to| (from, to)));
    let (isa, mut loops) = (Isa::best(), 0);
    for (from, to) in pairs.filter(|(from, to)| from != to) {
        let path = Path::between((from, false), (to, false), isa).expect("a path");
        if path.streamed.is_none() {
            continue;
        }
        loops += 1;
        let bytes = match from.itemsize() {
            1 => (0..=u8::MAX).cycle().take(1000).collect(),
            2 => (0..=u16::MAX).flat_map(u16::to_ne_bytes).collect(),
            size => Random(size as u64).bytes(100_003 * size),
        };
        let bytes = guarded(&bytes, true);
        let want = convert_by(Isa::Portable, &bytes, from, to);
        for offset in [0, to.itemsize(), 64 - to.itemsize(), 1] {
            let count = (bytes.len() / from.itemsize()) as i64;
            let mut room = vec![0xaau8; want.len() + 192];
            let first = room.as_ptr().align_offset(64) + offset;
            let start = room.as_mut_ptr().wrapping_add(first);
            let steps = [from, to].map(|dtype| [dtype.itemsize() as i64]);
            let walk = Walk::new(&[count], bytes.as_ptr(), &steps[0], start, &steps[1]);
            let walk = walk.expect("elements");
            let transfer = Transfer::planned(&walk, path, 1, isa, true);
            // SAFETY: both sides have room for `count` elements.
            unsafe { transfer.run(0..transfer.count()) };

            let (got, behind) = room[first..].split_at(want.len());
            assert!(got == want, "{from} to {to}, {offset} behind a line");
            let untouched = room[..first].iter().chain(behind).all(|&byte| byte == 0xaa);
            assert!(untouched, "{from} to {to}, {offset} behind a line: bytes beside");
        }
    }
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    assert_eq!(loops, if isa == Isa::Avx512 { 13 } else { 0 }, "{isa:?}");
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    assert_eq!(loops, 0, "{isa:?}");
}

#[test]
fn ranges_are_disjoint_and_complete() {
    for (threads, count) in [(1, 0), (0, 10), (4, 10), (3, 1000), (16, 3), (7, 700)] {
        let seen: Vec<AtomicBool> = (0..count).map(|_| AtomicBool::new(false)).collect();
        threads::split_over(threads, count, &|range| {
            for place in range {
                assert!(!seen[place].swap(true, Relaxed), "{place} twice: {threads}");
            }
        });
        assert!(seen.iter().all(|seen| seen.load(Relaxed)), "{threads} {count}");
    }
}

/// Large enough to be split and to be stored past the cache; too large to be interpreted.
#[test]
#[cfg_attr(miri, ignore = "slow")]
fn a_large_copy_is_right_with_any_setting() {
    let count = (8 << 20) + 77;
    let from: Vec<u8> = (0..count).map(|value: usize| (value % 253) as u8).collect();
    for threads in [1, 3, 0] {
        set_num_threads(threads);
        let to = convert(&from, DType::U8, DType::F32);

        let wrong = (to.chunks_exact(4).zip(&from))
            .position(|(new, &old)| new != f32::from(old).to_ne_bytes());
        assert_eq!(wrong, None, "{threads} threads");
    }
}

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn large_transposed_copies_are_right() {
    let (rows, columns) = (3001i64, 1433i64);
    for (from, to) in [(DType::I32, DType::I32), (DType::I32, DType::F64), (DType::U8, DType::U64)]
    {
        let (size, wide) = (from.itemsize() as i64, to.itemsize() as i64);
        let elements: Vec<u8> = (0..rows * columns)
            .flat_map(|n| (n % 251).to_le_bytes()[..size as usize].to_vec())
            .collect();
        let mut target = vec![0u8; (rows * columns * wide) as usize];
        let (read, write) = ([size, rows * size], [columns * wide, wide]);
        let source = Elements { dtype: from, swapped: false, strides: &read };
        let result = Elements { dtype: to, swapped: false, strides: &write };
        // SAFETY: both vectors hold all elements.
        unsafe {
            copy(
                &[rows, columns],
                elements.as_ptr(),
                source,
                target.as_mut_ptr(),
                result,
                Pages::Used,
            )
        };

        for (place, element) in target.chunks(wide as usize).enumerate() {
            let (row, column) = (place as i64 / columns, place as i64 % columns);
            let want = encode(Value::Int(((column * rows + row) % 251).into()), to);
            assert_eq!(element, &want[..wide as usize], "{from} to {to} at {row}, {column}");
        }
    }
}

/// Lines of the target are aligned, as in most memory, so that they are stored past the cache whole.
#[test]
#[cfg_attr(miri, ignore = "slow")]
fn large_transposed_copies_into_aligned_lines_are_right() {
    for (dtype, rows, columns) in [
        (DType::U8, 4099i64, 4160i64),
        (DType::I16, 2901, 2944),
        (DType::I32, 2061, 2064),
        (DType::I64, 1451, 1456),
    ] {
        let size = dtype.itemsize() as i64;
        let value = |place: i64| (place % 251).to_le_bytes()[0];
        let elements: Vec<u8> = (0..rows * columns * size).map(value).collect();
        let block = Block::new(elements.len()).expect("memory");
        let (read, write) = ([size, rows * size], [columns * size, size]);
        let source = Elements { dtype, swapped: false, strides: &read };
        let target = Elements { dtype, swapped: false, strides: &write };
        for isa in Isa::present() {
            let to = block.start();
            // SAFETY: the whole of the block.
            unsafe { to.write_bytes(0xaa, elements.len()) };
            let walk = Walk::new(&[rows, columns], elements.as_ptr(), &read, to, &write);
            // SAFETY: both hold all elements.
            unsafe { copy_by(isa, &walk.expect("some"), source, target, Pages::Used) };

            // SAFETY: written above.
            let copied = unsafe { std::slice::from_raw_parts(to, elements.len()) };
            let wrong = copied.chunks(size as usize).enumerate().position(|(place, element)| {
                let (row, column) = (place as i64 / columns, place as i64 % columns);
                let start = (column * rows + row) * size;
                (start..).zip(element).any(|(byte, &got)| got != value(byte))
            });
            assert_eq!(wrong, None, "{dtype} with {isa:?}: element");
        }
    }
}
