//! What conversion means, written a second time: one value at a time, slowly, from the
//! definitions of the formats. Shares no code with the module that it judges.

use crate::model::dtype::DType;
use std::sync::OnceLock;

/// The bytes of one element in native order; only the first `itemsize` count.
pub(super) type Bytes = [u8; 16];

/// A value as mathematics has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Int(i128),
    Real(f64),
    Complex(f64, f64),
}

/// All dtypes that convert.
pub(super) fn dtypes() -> impl Iterator<Item = DType> {
    DType::NAMED.iter().map(|&(dtype, _)| dtype).filter(|dtype| !dtype.is_subbyte())
}

/// The dtypes of eight-bit floats.
pub(super) const FLOAT8: [DType; 8] = [
    DType::F8_E3M4,
    DType::F8_E4M3,
    DType::F8_E4M3B11FNUZ,
    DType::F8_E4M3FN,
    DType::F8_E4M3FNUZ,
    DType::F8_E5M2,
    DType::F8_E5M2FNUZ,
    DType::F8_E8M0FNU,
];

/// A float format of 8 or 16 bits.
struct Small {
    exponent: u32,
    fraction: u32,
    bias: i32,
    top: Top,
    /// The values of the codes from +0 to the largest, ascending.
    values: Vec<f64>,
}

#[derive(PartialEq)]
enum Top {
    Ieee,
    Saturating,
    Unsigned,
}

fn small(dtype: DType) -> Option<&'static Small> {
    static ALL: OnceLock<Vec<(DType, Small)>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        vec![
            (DType::F16, Small::new(5, 10, 15, Top::Ieee)),
            (DType::BF16, Small::new(8, 7, 127, Top::Ieee)),
            (DType::F8_E3M4, Small::new(3, 4, 3, Top::Ieee)),
            (DType::F8_E4M3, Small::new(4, 3, 7, Top::Ieee)),
            (DType::F8_E4M3B11FNUZ, Small::new(4, 3, 11, Top::Unsigned)),
            (DType::F8_E4M3FN, Small::new(4, 3, 7, Top::Saturating)),
            (DType::F8_E4M3FNUZ, Small::new(4, 3, 8, Top::Unsigned)),
            (DType::F8_E5M2, Small::new(5, 2, 15, Top::Ieee)),
            (DType::F8_E5M2FNUZ, Small::new(5, 2, 16, Top::Unsigned)),
        ]
    });
    all.iter().find(|(known, _)| *known == dtype).map(|(_, small)| small)
}

impl Small {
    fn new(exponent: u32, fraction: u32, bias: i32, top: Top) -> Small {
        let mut small = Small { exponent, fraction, bias, top, values: Vec::new() };
        small.values = (0..small.sign())
            .map(|code| small.decode(code))
            .take_while(|value| value.is_finite())
            .collect();
        small
    }

    fn sign(&self) -> u32 {
        1 << (self.exponent + self.fraction)
    }

    fn decode(&self, code: u32) -> f64 {
        let magnitude = code & (self.sign() - 1);
        let exponent = (magnitude >> self.fraction) as i32;
        let fraction = f64::from(magnitude % (1 << self.fraction)) / f64::from(1 << self.fraction);
        let special = match self.top {
            Top::Ieee if exponent == (1 << self.exponent) - 1 => {
                Some(if fraction == 0.0 { f64::INFINITY } else { f64::NAN })
            }
            Top::Saturating if magnitude == self.sign() - 1 => Some(f64::NAN),
            Top::Unsigned if code == self.sign() => return f64::NAN,
            _ => None,
        };
        let value = special.unwrap_or_else(|| match exponent {
            0 => fraction * power_of_two(1 - self.bias),
            _ => (1.0 + fraction) * power_of_two(exponent - self.bias),
        });
        if code & self.sign() == 0 { value } else { -value }
    }

    fn encode(&self, value: f32) -> u32 {
        let sign = if value.is_sign_negative() { self.sign() } else { 0 };
        let last = self.values.len() as u32 - 1;
        let magnitude = f64::from(value).abs();
        if value.is_nan() {
            return if self.top == Top::Unsigned { self.sign() } else { sign | (self.sign() - 1) };
        }
        let code = self.nearest(magnitude);
        match self.top {
            Top::Ieee => sign | code.min(last + 1),
            Top::Saturating => sign | code.min(last),
            Top::Unsigned if code > last => self.sign(),
            Top::Unsigned if code == 0 => 0,
            Top::Unsigned => sign | code,
        }
    }

    /// The code nearest to a value; one beyond the last where it is beyond the half of the next step.
    fn nearest(&self, value: f64) -> u32 {
        let above = self.values.partition_point(|&known| known < value);
        let count = self.values.len();
        let step = self.values[count - 1] - self.values[count - 2];
        let upper = self.values.get(above).copied().unwrap_or(self.values[count - 1] + step);
        if above == 0 || value >= upper {
            return above as u32;
        }
        let (down, up) = (value - self.values[above - 1], upper - value);
        let nearer_up = up < down || (up == down && above % 2 == 0);
        if nearer_up { above as u32 } else { above as u32 - 1 }
    }
}

/// Exactly, which `powi` does not promise.
pub(super) fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
}

/// The code of a value in e8m0fnu: PyTorch's rule, which below 2**-126 rounds up whatever is above 2**-127.
fn encode_power(value: f32) -> u8 {
    let value = f64::from(value).abs();
    if !value.is_finite() {
        return 255;
    }
    if value <= power_of_two(-127) {
        return 0;
    }
    static POWERS: OnceLock<Vec<f64>> = OnceLock::new();
    let powers = POWERS.get_or_init(|| (-127..=127).map(power_of_two).collect());
    let above = powers.partition_point(|&power| power <= value);
    let up = above == 1 || value >= 1.5 * powers[above - 1];
    (if up { above } else { above - 1 }) as u8
}

/// The first `size` bytes as one unsigned number.
fn number(bytes: &[u8]) -> u128 {
    let digit = |value: u128, &byte: &u8| value << 8 | u128::from(byte);
    if cfg!(target_endian = "little") {
        bytes.iter().rev().fold(0, digit)
    } else {
        bytes.iter().fold(0, digit)
    }
}

/// The low bits of a number as `size` bytes.
fn bytes(number: u128, size: usize) -> Bytes {
    let mut bytes = [0; 16];
    for (place, byte) in bytes[..size].iter_mut().enumerate() {
        let shift = if cfg!(target_endian = "little") { place } else { size - 1 - place };
        *byte = (number >> (8 * shift)) as u8;
    }
    bytes
}

/// The value of an element.
pub(super) fn decode(element: &[u8], dtype: DType) -> Value {
    let bits = number(&element[..dtype.itemsize()]);
    match dtype {
        DType::BOOL => Value::Int(i128::from(bits != 0)),
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => Value::Int(bits as i128),
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
            let unused = 128 - u32::from(dtype.bits);
            Value::Int((bits << unused) as i128 >> unused)
        }
        DType::F32 => Value::Real(f64::from(f32::from_bits(bits as u32))),
        DType::F64 => Value::Real(f64::from_bits(bits as u64)),
        DType::F8_E8M0FNU if bits == 255 => Value::Real(f64::NAN),
        DType::F8_E8M0FNU => Value::Real(power_of_two(bits as i32 - 127)),
        DType::C32 => complex(element, DType::F16),
        DType::C64 => complex(element, DType::F32),
        DType::C128 => complex(element, DType::F64),
        _ => Value::Real(small(dtype).expect("a convertible dtype").decode(bits as u32)),
    }
}

fn complex(element: &[u8], part: DType) -> Value {
    let real = |bytes| match decode(bytes, part) {
        Value::Real(value) => value,
        other => unreachable!("{other:?} in a complex number"),
    };
    Value::Complex(real(element), real(&element[part.itemsize()..]))
}

/// The element for a value.
pub(super) fn encode(value: Value, dtype: DType) -> Bytes {
    match (dtype.code, value) {
        (crate::abi::TA_BOOL, _) => bytes(truth(value).into(), 1),
        (crate::abi::TA_INT | crate::abi::TA_UINT, Value::Int(value)) => {
            bytes(value as u128, dtype.itemsize())
        }
        (
            crate::abi::TA_INT | crate::abi::TA_UINT,
            Value::Real(value) | Value::Complex(value, _),
        ) => bytes(integer(value, dtype) as u128, dtype.itemsize()),
        (crate::abi::TA_COMPLEX, _) => {
            let part = match dtype {
                DType::C32 => DType::F16,
                DType::C64 => DType::F32,
                _ => DType::F64,
            };
            let imaginary = if let Value::Complex(_, im) = value { im } else { 0.0 };
            let mut both = encode(value, part);
            let size = part.itemsize();
            both[size..2 * size].copy_from_slice(&encode(Value::Real(imaginary), part)[..size]);
            both
        }
        _ => real(value, dtype),
    }
}

fn truth(value: Value) -> bool {
    match value {
        Value::Int(value) => value != 0,
        Value::Real(value) => value != 0.0,
        Value::Complex(re, im) => re != 0.0 || im != 0.0,
    }
}

fn integer(value: f64, dtype: DType) -> i128 {
    let exact = if value.is_nan() { i128::MAX } else { value as i128 };
    let (min, max) = match dtype {
        DType::U64 if (1 << 63..1 << 64).contains(&exact) => return exact,
        DType::U32 | DType::I64 | DType::U64 => (i64::MIN.into(), i64::MAX.into()),
        _ => (i32::MIN.into(), i32::MAX.into()),
    };
    if (min..=max).contains(&exact) { exact } else { min }
}

fn real(value: Value, dtype: DType) -> Bytes {
    let (double, single) = match value {
        Value::Int(value) => (value as f64, value as f32),
        Value::Real(value) | Value::Complex(value, _) => (value, value as f32),
    };
    let bits = match dtype {
        DType::F64 => double.to_bits(),
        DType::F32 => single.to_bits().into(),
        DType::F8_E8M0FNU => encode_power(single).into(),
        _ => small(dtype).expect("a float").encode(single).into(),
    };
    bytes(bits.into(), dtype.itemsize())
}

/// Whether two elements are the same, any NaN being as good as another.
pub(super) fn same(left: &[u8], right: &[u8], dtype: DType) -> bool {
    let size = dtype.itemsize();
    if left[..size] == right[..size] {
        return true;
    }
    let part = match dtype {
        DType::C32 => DType::F16,
        DType::C64 => DType::F32,
        DType::C128 => DType::F64,
        _ => {
            let nan = |bytes| matches!(decode(bytes, dtype), Value::Real(value) if value.is_nan());
            return nan(left) && nan(right);
        }
    };
    let half = part.itemsize();
    same(left, right, part) && same(&left[half..], &right[half..], part)
}
