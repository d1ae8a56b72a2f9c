#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tarray_fuzz::convert::run(&mut bytes.into()));
