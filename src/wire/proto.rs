// @generated from proto/sealwax/v1/*.proto by `cargo run -p sealwax-proto-gen`. Do not edit.

//! The wire messages as protobuf types: decoded, but not validated. SPEC.md section 4.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
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
// Identities and prekeys. Everything here is decoded canonically, and every signature is over the
// exact bytes of the `body` beside it, whose fixed layout SPEC.md describes (sections 5 and 6).
// Signatures are Ed25519, 64 bytes. Nothing is optional unless its comment says so.

/// A new device asks its account for a certificate. Travels from the device to wherever the account
/// key is.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CertificateRequest {
    /// The certificate's body, at most 190 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "device-possession".
    #[prost(bytes = "vec", tag = "2")]
    pub possession: ::prost::alloc::vec::Vec<u8>,
}
/// The account vouches for a device.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceCertificate {
    /// At most 190 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "device-possession".
    #[prost(bytes = "vec", tag = "2")]
    pub possession: ::prost::alloc::vec::Vec<u8>,
    /// By the account key, purpose "device-certificate".
    #[prost(bytes = "vec", tag = "3")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
}
/// One link of an account's chain of device lists.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceListEntry {
    /// At most 4,766 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the account key that is in force after this entry, purpose "device-list".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
    /// By the account key that was in force before this entry, purpose "account-key-rotation". Present
    /// exactly when the entry rotates the account key; empty otherwise.
    #[prost(bytes = "vec", tag = "3")]
    pub rotation_signature: ::prost::alloc::vec::Vec<u8>,
}
/// A device list entry with the certificates of the devices that it lists. At most 32,768 bytes.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SignedDeviceList {
    #[prost(message, optional, tag = "1")]
    pub entry: ::core::option::Option<DeviceListEntry>,
    /// In the order in which the entry lists the devices, by ascending device id; at most 16.
    #[prost(message, repeated, tag = "2")]
    pub certificates: ::prost::alloc::vec::Vec<DeviceCertificate>,
}
/// Two different device list entries of one account, signed for the same version: proof that the
/// account key was used twice, by mistake or by a thief.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ForkEvidence {
    #[prost(message, optional, tag = "1")]
    pub first: ::core::option::Option<DeviceListEntry>,
    #[prost(message, optional, tag = "2")]
    pub second: ::core::option::Option<DeviceListEntry>,
}
/// What a screen shows so that another device can scan and compare it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SafetyNumberCode {
    /// 1. Any other value is another version, which is an outcome of the comparison, not an error.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The fingerprint of whoever shows the code, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub own: ::prost::alloc::vec::Vec<u8>,
    /// The fingerprint of the account that they believe to be ours, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub peer: ::prost::alloc::vec::Vec<u8>,
}
/// A public prekey, signed by its device.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PublishedPrekey {
    /// At most 1,277 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "prekey".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
}
/// What a server hands out to somebody who wants to write to a device. At most 32,768 bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PrekeyBundle {
    #[prost(message, optional, tag = "1")]
    pub certificate: ::core::option::Option<DeviceCertificate>,
    /// Kind 1.
    #[prost(message, optional, tag = "2")]
    pub signed_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 4, or kind 3 when the server has none left.
    #[prost(message, optional, tag = "3")]
    pub kem_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 2. Absent when the server has none left.
    #[prost(message, optional, tag = "4")]
    pub one_time_prekey: ::core::option::Option<PublishedPrekey>,
}
/// What a device uploads: the whole of what the server must hold for it. Replaces what it uploaded
/// before. At most 393,216 bytes.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PrekeyPublication {
    #[prost(message, optional, tag = "1")]
    pub certificate: ::core::option::Option<DeviceCertificate>,
    /// Kind 1.
    #[prost(message, optional, tag = "2")]
    pub signed_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 3.
    #[prost(message, optional, tag = "3")]
    pub last_resort_kem_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 2, by ascending id, at most 200. Each is handed out once.
    #[prost(message, repeated, tag = "4")]
    pub one_time_prekeys: ::prost::alloc::vec::Vec<PublishedPrekey>,
    /// Kind 4, by ascending id, at most 200. Each is handed out once.
    #[prost(message, repeated, tag = "5")]
    pub one_time_kem_prekeys: ::prost::alloc::vec::Vec<PublishedPrekey>,
}
