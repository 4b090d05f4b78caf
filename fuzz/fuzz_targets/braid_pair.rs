#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sealwax_fuzz::braid_pair::run(data));
