//! Bytes of the fuzzer as numbers, structs and choices; zeros when they are used up.

use tarray::abi::*;
use tarray::model::dtype::DType;

pub struct Draw<'b>(&'b [u8]);

impl<'b> From<&'b [u8]> for Draw<'b> {
    fn from(bytes: &'b [u8]) -> Draw<'b> {
        Draw(bytes)
    }
}

/// Numbers at which arithmetic breaks.
const EDGES: [i64; 14] = [
    i64::MIN,
    i64::MIN + 1,
    -(1 << 62),
    -(1 << 32),
    -1,
    0,
    1,
    1 << 31,
    1 << 32,
    (1 << 32) + 1,
    1 << 61,
    1 << 62,
    i64::MAX - 1,
    i64::MAX,
];

impl<'b> Draw<'b> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// As many bytes as there are, at most `most`.
    pub fn bytes(&mut self, most: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub fn number(&mut self) -> u64 {
        let mut number = [0; 8];
        let taken = self.bytes(8);
        number[..taken.len()].copy_from_slice(taken);
        u64::from_le_bytes(number)
    }

    /// One of `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Once in a while.
    pub fn rarely(&mut self) -> bool {
        self.byte() >= 240
    }

    /// A number that is often small, and else where arithmetic breaks, or anything.
    pub fn extent(&mut self) -> i64 {
        match self.byte() {
            small @ 0..=220 => i64::from(small % 7),
            221..=245 => self.one_of(&EDGES),
            _ => self.number() as i64,
        }
    }

    /// The same, of either sign.
    pub fn stride(&mut self) -> i64 {
        let stride = self.extent();
        if self.byte() % 3 == 0 { stride.wrapping_neg() } else { stride }
    }

    pub fn extents(&mut self) -> Vec<i64> {
        let count = if self.rarely() { self.below(70) } else { self.below(5) };
        (0..count).map(|_| self.extent()).collect()
    }

    pub fn strides(&mut self, count: usize) -> Vec<i64> {
        (0..count).map(|_| self.stride()).collect()
    }

    /// A dtype with a name, or any bits.
    pub fn dtype(&mut self) -> DType {
        if !self.rarely() {
            return DType::NAMED[self.below(DType::NAMED.len())].0;
        }
        let (code, bits) = (self.byte(), self.byte());
        DType { code, bits, lanes: u16::from(self.byte()) << (8 * (self.byte() % 2)) }
    }

    /// The CPU, or any numbers.
    pub fn device(&mut self) -> ta_device {
        match self.rarely() {
            false => ta_device { device_type: TA_DEVICE_CPU, index: 0 },
            true => ta_device { device_type: self.stride() as i32, index: self.stride() as i32 },
        }
    }

    /// A scalar of any kind, and once in a while of none.
    pub fn scalar(&mut self) -> ta_scalar {
        let kind = if self.rarely() { self.stride() as i32 } else { 1 + self.below(5) as i32 };
        let reserved = i32::from(self.rarely());
        let value = match self.byte() % 3 {
            0 => ta_scalar_value { i: self.stride() },
            1 => ta_scalar_value { f: f64::from_bits(self.number()) },
            _ => ta_scalar_value { c: [f64::from(self.byte()), f64::from_bits(self.number())] },
        };
        ta_scalar { kind, reserved, value }
    }

    /// Options of which most are lawful.
    pub fn options(&mut self) -> ta_options {
        let mut options = ta_options {
            struct_size: size_of::<ta_options>(),
            // SAFETY: plain numbers, for which zero is a value.
            ..unsafe { std::mem::zeroed() }
        };
        let set = self.byte();
        let on = |bit: u8| set & (1 << bit) != 0;
        if on(0) {
            options.dtype = self.dtype();
        }
        if on(1) {
            options.copy = i32::from(self.byte() % 4);
        }
        if on(2) {
            options.requires_grad = i32::from(self.byte() % 4);
        }
        if on(3) {
            options.flags = u64::from(self.byte() % 9);
        }
        if on(4) && self.rarely() {
            options.accept = self.number();
        }
        if on(5) && self.rarely() {
            options.device = self.device();
        }
        if on(6) && self.rarely() {
            options.stream = self.stride();
        }
        if on(7) {
            options.default_dtype = self.dtype();
        }
        options
    }
}
