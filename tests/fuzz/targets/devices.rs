#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tarray_fuzz::devices::run(&mut bytes.into()));
