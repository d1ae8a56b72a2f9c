//! One value outside any tensor: what a runtime's own numbers arrive as.

use std::fmt;

/// A number as a host language has it, before it gets a dtype.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer that fits `int64`.
    Int(i64),
    /// An integer from 2**63 to 2**64 - 1; smaller ones are written as [`Scalar::Int`].
    UInt(u64),
    /// A real number.
    Float(f64),
    /// A complex number: real part, imaginary part.
    Complex(f64, f64),
}

impl Scalar {
    /// The scalar for an unsigned integer, in its one canonical form.
    pub fn unsigned(value: u64) -> Scalar {
        i64::try_from(value).map_or(Scalar::UInt(value), Scalar::Int)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(v) => write!(f, "{v}"),
            Scalar::Int(v) => write!(f, "{v}"),
            Scalar::UInt(v) => write!(f, "{v}"),
            Scalar::Float(v) => write!(f, "{v:?}"),
            Scalar::Complex(re, im) => write!(f, "({re:?}{im:+?}j)"),
        }
    }
}
