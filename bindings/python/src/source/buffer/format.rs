//! PEP 3118 formats: which dtype a buffer says its elements are.

use crate::abi::*;

/// What one element is, and whether its bytes are in foreign order.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Format {
    pub(crate) dtype: ta_dtype,
    pub(crate) swapped: bool,
}

/// What a format says; `None` if no dtype is like that.
pub(crate) fn parse(format: &str) -> Option<Format> {
    let (order, code) = split(format);
    let swapped = match order {
        '>' | '!' => cfg!(target_endian = "little"),
        '<' => cfg!(target_endian = "big"),
        _ => false,
    };
    let is_native = matches!(order, '@' | '^');
    let one = |code, bytes: usize| {
        let bits = u8::try_from(8 * bytes).ok()?;
        Some(Format { dtype: ta_dtype { code, bits, lanes: 1 }, swapped })
    };
    match code {
        "?" => one(TA_BOOL, 1),
        "e" => one(TA_FLOAT, 2),
        "f" => one(TA_FLOAT, 4),
        "d" => one(TA_FLOAT, 8),
        "Ze" => one(TA_COMPLEX, 4),
        "Zf" => one(TA_COMPLEX, 8),
        "Zd" => one(TA_COMPLEX, 16),
        "c" => one(TA_UINT, 1),
        _ => {
            let mut letters = code.chars();
            let (letter, end) = (letters.next()?, letters.next());
            let kind = if letter.is_ascii_lowercase() { TA_INT } else { TA_UINT };
            let bytes = integer(letter.to_ascii_lowercase(), is_native)?;
            if end.is_some() { None } else { one(kind, bytes) }
        }
    }
}

/// Whether a format says no more than that there are bytes.
pub(super) fn is_bytes(format: &str) -> bool {
    matches!(split(format).1, "" | "B" | "b" | "c")
}

/// The byte order, `@` if none is given, and the code without blanks and a count of 1.
fn split(format: &str) -> (char, &str) {
    let format = format.trim();
    let (order, code) = match format.strip_prefix(['@', '^', '=', '<', '>', '!']) {
        Some(code) => (format.chars().next().unwrap_or('@'), code.trim()),
        None => ('@', format),
    };
    (order, code.strip_prefix('1').unwrap_or(code))
}

/// Bytes of an integer of this code: this machine's C, or the standard's.
fn integer(letter: char, is_native: bool) -> Option<usize> {
    Some(match (letter, is_native) {
        ('b', _) => 1,
        ('h', _) => 2,
        ('i', _) => 4,
        ('l', true) => size_of::<std::ffi::c_long>(),
        ('l', false) => 4,
        ('q', _) => 8,
        ('n', true) => size_of::<isize>(),
        _ => return None,
    })
}
