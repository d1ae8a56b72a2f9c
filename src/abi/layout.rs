//! The size of every struct, on every kind of machine: a field that moves one does not compile.

use super::*;

/// Sizes where pointers have 64 bits; where they have 32 and 64-bit integers are aligned to
/// 8 bytes (Arm, WebAssembly); and where those are aligned to 4 (i386).
macro_rules! sizes {
    ($($name:ident: $wide:literal, $narrow:literal, $i386:literal;)*) => {
        $(const _: () = {
            let size = match (size_of::<usize>(), align_of::<u64>()) {
                (8, _) => $wide,
                (_, 8) => $narrow,
                _ => $i386,
            };
            assert!(size_of::<$name>() == size);
        };)*
    };
}

sizes! {
    ta_error: 528, 524, 524;
    ta_dtype: 4, 4, 4;
    ta_device: 8, 8, 8;
    ta_provenance: 16, 16, 16;
    ta_info: 112, 96, 96;
    ta_memory: 96, 80, 76;
    ta_typed_scalar: 24, 24, 20;
    ta_buffer: 56, 40, 40;
    ta_scalar_value: 16, 16, 16;
    ta_scalar: 24, 24, 24;
    ta_sequence_vtable: 32, 16, 16;
    ta_sequence: 16, 8, 8;
    ta_source_value: 160, 160, 160;
    ta_source: 184, 184, 180;
    ta_options: 56, 56, 52;
    ta_export_options: 48, 48, 44;
    ta_operation: 64, 40, 36;
    ta_repr_options: 40, 40, 36;
    ta_device_info: 168, 168, 164;
    ta_place: 24, 24, 20;
    ta_elements: 40, 40, 32;
    ta_device_api: 96, 48, 48;
}
