// @generated from proto/sealwax/v1/*.proto by `cargo run -p sealwax-proto-gen`. Do not edit.

//! The wire messages as protobuf types: decoded, but not validated. SPEC.md section 4.

#![allow(
    missing_docs,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]

/// What travels. Decoded canonically: an envelope whose bytes are not exactly what encoding its
/// fields gives is refused, so there is one encoding and nothing to smuggle. At most 98,304 bytes.
/// SPEC.md section 11.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Envelope {
    /// 1. Any other value is refused as an unsupported version, whatever follows.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// Exactly one must be set.
    #[prost(oneof = "envelope::Kind", tags = "2, 3")]
    pub kind: ::core::option::Option<envelope::Kind>,
}
/// Nested message and enum types in `Envelope`.
pub mod envelope {
    /// Exactly one must be set.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        /// The first messages of a session, until the first reply arrives.
        #[prost(message, tag = "2")]
        Handshake(super::HandshakeMessage),
        /// Every other message between two devices.
        #[prost(message, tag = "3")]
        Session(super::SessionMessage),
    }
}
/// A session message together with everything its receiver needs to create the session. The
/// initiator's identity is inside the sealed part.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HandshakeMessage {
    #[prost(message, optional, tag = "1")]
    pub handshake: ::core::option::Option<Handshake>,
    #[prost(message, optional, tag = "2")]
    pub message: ::core::option::Option<SessionMessage>,
}
/// The sealed PQXDH. Repeated unchanged with every message until the first reply.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Handshake {
    /// The cryptographic suite: 1 is X25519, Ed25519, ML-KEM-768, SHA-256, ChaCha20-Poly1305.
    #[prost(uint32, tag = "1")]
    pub suite: u32,
    /// The responder's prekeys that were used. Zero in the second place: no one-time X25519 prekey.
    #[prost(uint32, tag = "2")]
    pub signed_prekey_id: u32,
    #[prost(uint32, tag = "3")]
    pub one_time_prekey_id: u32,
    #[prost(uint32, tag = "4")]
    pub kem_prekey_id: u32,
    /// The initiator's ephemeral X25519 key, 32 bytes.
    #[prost(bytes = "vec", tag = "5")]
    pub ephemeral_key: ::prost::alloc::vec::Vec<u8>,
    /// The ML-KEM-768 ciphertext, 1,088 bytes.
    #[prost(bytes = "vec", tag = "6")]
    pub kem_ciphertext: ::prost::alloc::vec::Vec<u8>,
    /// The initiator's sealed identity, 17 to 1,024 bytes.
    #[prost(bytes = "vec", tag = "7")]
    pub sealed_identity: ::prost::alloc::vec::Vec<u8>,
}
/// A message of an established session: it names neither sender nor session.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SessionMessage {
    /// The nonce of the sealed header and of the body, 12 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub nonce: ::prost::alloc::vec::Vec<u8>,
    /// What finds the session, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub search_tag: ::prost::alloc::vec::Vec<u8>,
    /// The sealed header, of fixed length.
    #[prost(bytes = "vec", tag = "3")]
    pub header: ::prost::alloc::vec::Vec<u8>,
    /// The sealed and padded plaintext.
    #[prost(bytes = "vec", tag = "4")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
