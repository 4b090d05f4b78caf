//! Bytes in and out: protobuf with strict decoding, the fixed layout of what is hashed, signed or
//! stored, and padding. SPEC.md section 4.

mod display;
mod field;
mod fixed;
mod padding;
#[rustfmt::skip]
pub(crate) mod proto;
mod strict;

pub(crate) use display::controls_display;
pub(crate) use field::{FieldWriter, Fields, Value, field_len};
pub use fixed::DecodeError;
pub(crate) use fixed::{Layout, Reader, Writer, joined, read_all};
pub(crate) use padding::{pad, padded_len, padded_len_64, unpad};
pub(crate) use strict::{EXTENSIONS, decode_canonical, decode_extensible};
