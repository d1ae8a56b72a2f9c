//! A machine for the PTX that `ptx` writes: it knows no instruction more, and runs one thread after
//! another. Registers hold bits; an instruction's types say what they mean.

use std::collections::HashMap;

use half::f16;

/// Runs a kernel with so many blocks of so many threads.
///
/// # Safety
/// The parameters say where the kernel reads and writes, and it may.
pub(super) unsafe fn run(text: &str, parameters: &[u64], blocks: u32, threads: u32) {
    let body = text.lines().skip_while(|line| *line != "{").skip(1);
    let code: Vec<&str> = body.filter(|line| !line.starts_with('.') && *line != "}").collect();
    for block in 0..blocks {
        for thread in 0..threads {
            let place = [("ctaid", block), ("ntid", threads), ("tid", thread), ("nctaid", blocks)];
            let registers = place.map(|(name, value)| (format!("%{name}.x"), u64::from(value)));
            let mut thread = Thread { registers: registers.into(), parameters };
            // SAFETY: passed on from this function's contract.
            unsafe { thread.run(&code) };
        }
    }
}

struct Thread<'p> {
    registers: HashMap<String, u64>,
    parameters: &'p [u64],
}

impl Thread<'_> {
    unsafe fn run(&mut self, code: &[&str]) {
        let label = |name: &str| {
            let place = code.iter().position(|line| line.strip_suffix(':') == Some(name));
            place.unwrap_or_else(|| panic!("no label {name}"))
        };
        let mut next = 0;
        loop {
            let line = code[next].trim_end_matches(';');
            next += 1;
            let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            match words[..] {
                ["ret"] => return,
                ["bra", target] => next = label(target),
                [guard, "bra", target] => {
                    if self.get(guard.trim_start_matches('@')) != 0 {
                        next = label(target);
                    }
                }
                [name] if name.ends_with(':') => {}
                // SAFETY: passed on from `run`'s contract.
                [operation, ref operands @ ..] => unsafe { self.step(operation, operands) },
                [] => panic!("an empty line"),
            }
        }
    }

    fn get(&self, operand: &str) -> u64 {
        if let Some(bits) = operand.strip_prefix("0d").or(operand.strip_prefix("0f")) {
            return u64::from_str_radix(bits, 16).expect("bits of a float");
        }
        if let Some(bits) = operand.strip_prefix("0x") {
            return u64::from_str_radix(bits, 16).expect("hexadecimal");
        }
        match operand.parse() {
            Ok(number) => number,
            Err(_) => {
                *self.registers.get(operand).unwrap_or_else(|| panic!("{operand} is not set"))
            }
        }
    }

    /// One instruction whose target is the first operand.
    unsafe fn step(&mut self, operation: &str, operands: &[&str]) {
        let parts: Vec<&str> = operation.split('.').collect();
        let address = |operand: &str| operand.trim_matches(['[', ']']).to_owned();
        let one = || self.get(operands[1]);
        let two = || self.get(operands[2]);
        let result = match parts[..] {
            ["ld", "param", "u64"] => {
                self.parameters[address(operands[1])[1..].parse::<usize>().expect("a parameter")]
            }
            // SAFETY: passed on from `run`'s contract.
            ["ld", "global", kind] => unsafe { load(self.get(&address(operands[1])), kind) },
            ["st", "global", kind] => {
                // SAFETY: passed on from `run`'s contract.
                unsafe { store(self.get(&address(operands[0])), kind, one()) };
                return;
            }
            ["mov", _] | ["cvta", "to", "global", "u64"] => one(),
            ["add", "u64"] => one().wrapping_add(two()),
            ["add", "u32"] => low(one().wrapping_add(two())),
            ["and", "b32"] => one() & two(),
            ["or", "b32"] => one() | two(),
            ["shl", "b32"] => low(one() << two()),
            ["shr", "u32"] => low(one()) >> two(),
            ["mul", "wide", "u32"] => low(one()) * low(two()),
            ["div", "u64"] => one() / two(),
            ["rem", "u64"] => one() % two(),
            ["mad", "lo", "s64"] => one().wrapping_mul(two()).wrapping_add(self.get(operands[3])),
            ["selp", _] => {
                if self.get(operands[3]) != 0 {
                    one()
                } else {
                    two()
                }
            }
            ["setp", test, "and", kind] => {
                u64::from(compare(test, kind, one(), two()) && self.get(operands[3]) != 0)
            }
            ["setp", test, kind] => u64::from(compare(test, kind, one(), two())),
            ["cvt", .., to, from] => convert(to, from, one(), parts.contains(&"rzi")),
            _ => panic!("{operation}: no such instruction"),
        };
        self.registers.insert(operands[0].to_owned(), result);
    }
}

fn low(bits: u64) -> u64 {
    bits & 0xffff_ffff
}

fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

/// # Safety
/// As [`run`].
unsafe fn load(address: u64, kind: &str) -> u64 {
    let at = std::ptr::with_exposed_provenance::<u8>(address as usize);
    let mut bytes = [0; 8];
    let size: usize = kind[1..].parse::<usize>().expect("a width") / 8;
    // SAFETY: the kernel may read there, by the caller's contract.
    unsafe { at.copy_to_nonoverlapping(bytes.as_mut_ptr(), size) };
    let bits = u64::from_le_bytes(bytes);
    // A signed load fills the register with the sign.
    let unused = 64 - 8 * size;
    if kind.starts_with('s') {
        ((bits << unused).cast_signed() >> unused).cast_unsigned()
    } else {
        bits
    }
}

/// # Safety
/// As [`run`].
unsafe fn store(address: u64, kind: &str, bits: u64) {
    let at = std::ptr::with_exposed_provenance_mut::<u8>(address as usize);
    let size: usize = kind[1..].parse::<usize>().expect("a width") / 8;
    let bytes = bits.to_le_bytes();
    // SAFETY: the kernel may write there, by the caller's contract.
    unsafe { bytes.as_ptr().copy_to_nonoverlapping(at, size) };
}

fn compare(test: &str, kind: &str, a: u64, b: u64) -> bool {
    let float = |bits: u64| match kind {
        "f32" => f64::from(single(bits)),
        _ => f64::from_bits(bits),
    };
    let (x, y) = (float(a), float(b));
    match (test, kind) {
        ("ne", "u64") => a != b,
        ("ge", "u64") => a >= b,
        ("neu", _) => !(x == y),
        ("nan", _) => x.is_nan() || y.is_nan(),
        ("lt", "f64") => x < y,
        ("ge", "f64") => x >= y,
        _ => panic!("setp.{test}.{kind}: no such test"),
    }
}

/// Conversions to integers saturate, and make 0 of a NaN, like Rust's.
fn convert(to: &str, from: &str, bits: u64, truncates: bool) -> u64 {
    assert_eq!(truncates, from.starts_with('f') && !to.starts_with('f'), "cvt.{to}.{from}");
    let double = f64::from_bits(bits);
    match (to, from) {
        ("u64", "u32") => low(bits),
        ("s64", "s32") => i64::from(bits as i32).cast_unsigned(),
        ("s32", "f64") => u64::from((double as i32).cast_unsigned()),
        ("s64", "f64") => (double as i64).cast_unsigned(),
        ("u64", "f64") => double as u64,
        ("f32", "f64") => u64::from((double as f32).to_bits()),
        ("f64", "f32") => f64::from(single(bits)).to_bits(),
        ("f32", "s64") => u64::from((bits.cast_signed() as f32).to_bits()),
        ("f32", "u64") => u64::from((bits as f32).to_bits()),
        ("f64", "s64") => (bits.cast_signed() as f64).to_bits(),
        ("f64", "u64") => (bits as f64).to_bits(),
        ("f32", "f16") => u64::from(f16::from_bits(bits as u16).to_f32().to_bits()),
        ("f16", "f32") => u64::from(f16::from_f32(single(bits)).to_bits()),
        _ => panic!("cvt.{to}.{from}: no such conversion"),
    }
}
