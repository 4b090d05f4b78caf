//! prekey
