//! The numbers that arithmetic is done with.

/// A number of one dtype, as it stands in memory.
///
/// # Safety
/// Plain data of the dtype's size: no padding, and any bits are a value.
pub(super) unsafe trait Number: Copy {
    /// What adds nothing.
    const ZERO: Self;

    /// Sum; of truth values, either.
    fn add(self, other: Self) -> Self;
    /// Difference.
    fn subtract(self, other: Self) -> Self;
    /// Product; of truth values, both.
    fn multiply(self, other: Self) -> Self;
    /// The other sign.
    fn negate(self) -> Self;
    /// The other sign of the imaginary part, if there is one.
    fn conjugate(self) -> Self {
        self
    }
}

/// A truth value: any byte but zero is true. Its difference and negation, which callers refuse before
/// they get here, are those of two-element arithmetic.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Truth(u8);

impl Truth {
    fn new(value: bool) -> Truth {
        Truth(u8::from(value))
    }

    fn holds(self) -> bool {
        self.0 != 0
    }
}

// SAFETY: one byte.
unsafe impl Number for Truth {
    const ZERO: Truth = Truth(0);

    fn add(self, other: Truth) -> Truth {
        Truth::new(self.holds() | other.holds())
    }
    fn subtract(self, other: Truth) -> Truth {
        Truth::new(self.holds() ^ other.holds())
    }
    fn multiply(self, other: Truth) -> Truth {
        Truth::new(self.holds() & other.holds())
    }
    fn negate(self) -> Truth {
        Truth::new(self.holds())
    }
}

macro_rules! integers {
    ($($number:ty)*) => {$(
        // SAFETY: an integer.
        unsafe impl Number for $number {
            const ZERO: $number = 0;

            fn add(self, other: $number) -> $number {
                self.wrapping_add(other)
            }
            fn subtract(self, other: $number) -> $number {
                self.wrapping_sub(other)
            }
            fn multiply(self, other: $number) -> $number {
                self.wrapping_mul(other)
            }
            fn negate(self) -> $number {
                self.wrapping_neg()
            }
        }
    )*};
}

integers! { u8 u16 u32 u64 i8 i16 i32 i64 }

macro_rules! floats {
    ($($number:ty)*) => {$(
        // SAFETY: a float.
        unsafe impl Number for $number {
            const ZERO: $number = 0.0;

            fn add(self, other: $number) -> $number {
                self + other
            }
            fn subtract(self, other: $number) -> $number {
                self - other
            }
            fn multiply(self, other: $number) -> $number {
                self * other
            }
            fn negate(self) -> $number {
                -self
            }
        }

        /// A complex number: real part, imaginary part.
        // SAFETY: two floats.
        unsafe impl Number for [$number; 2] {
            const ZERO: [$number; 2] = [0.0; 2];

            fn add(self, other: Self) -> Self {
                [self[0] + other[0], self[1] + other[1]]
            }
            fn subtract(self, other: Self) -> Self {
                [self[0] - other[0], self[1] - other[1]]
            }
            fn multiply(self, other: Self) -> Self {
                let ([a, b], [c, d]) = (self, other);
                [a * c - b * d, a * d + b * c]
            }
            fn negate(self) -> Self {
                [-self[0], -self[1]]
            }
            fn conjugate(self) -> Self {
                [self[0], -self[1]]
            }
        }
    )*};
}

floats! { f32 f64 }
