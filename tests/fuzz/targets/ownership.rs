#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tarray_fuzz::ownership::run(&mut bytes.into()));
