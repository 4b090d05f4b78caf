//! PQXDH that hides the initiator: four Diffie–Hellmans and one ML-KEM encapsulation agree on the
//! keys of a session, the initiator's identity travels sealed, and the whole transcript enters the
//! key derivation. SPEC.md section 7.

mod identity;
mod psk;
mod transcript;
#[cfg(test)]
#[path = "../vectors/handshake.rs"]
pub(crate) mod vectors;
mod wire;

use alloc::vec::Vec;

use rand_core::CryptoRng;

pub use identity::{InitiatorIdentity, SessionName};
pub use psk::{PreSharedSecret, PreSharedSecretId};
pub(crate) use wire::digest as flight_digest;
pub use wire::{Handshake, PrekeyIds};

use crate::crypto::{AeadKey, DhSecretKey, Digest, KdfLabel, NonContributory, Prk, Secret};
use crate::error::error_codes;
use crate::identity::{CertificateError, ClaimedList, LocalDevice, VerifiedDeviceList};
use crate::prekey::{HandshakeStrength, PrekeyStore, PrekeyUse, ReplayRefused, VerifiedBundle};
use crate::time::Timestamp;
use transcript::{Transcript, UsedKeys};

/// The five independent keys of a new session.
#[derive(Clone, Debug)]
pub(crate) struct SessionKeys {
    /// Root key of the Double Ratchet.
    pub(crate) ec: Secret<32>,
    /// Root key of the post-quantum ratchet.
    pub(crate) pq: Secret<32>,
    /// Key of the Braid's authenticator.
    pub(crate) braid: Secret<32>,
    /// Header key of the initiator's first chain.
    pub(crate) header_a: Secret<32>,
    /// Header key of the responder's first chain.
    pub(crate) header_b: Secret<32>,
}

/// The initiator's outcome.
#[derive(Debug)]
pub(crate) struct Initiated {
    /// `T2`: the session id.
    pub(crate) id: Digest,
    /// The encoded `Handshake`, repeated until the first reply.
    pub(crate) flight: Vec<u8>,
    pub(crate) keys: SessionKeys,
}

/// The responder's outcome, before any message under it authenticated.
#[derive(Debug)]
pub(crate) struct Responded {
    /// `T2`: the session id.
    pub(crate) id: Digest,
    pub(crate) keys: SessionKeys,
    pub(crate) initiator: InitiatorIdentity,
    /// The signed prekey: the session's first ratchet key.
    pub(crate) signed_prekey: DhSecretKey,
    /// What to consume once the first message authenticated.
    pub(crate) prekey_use: PrekeyUse,
    pub(crate) strength: HandshakeStrength,
}

/// The initiator's side: everything that leaves is `flight`. SPEC.md section 7.4.
pub(crate) fn initiate<R: CryptoRng + ?Sized>(
    local: &LocalDevice,
    own_list: &VerifiedDeviceList,
    bundle: &VerifiedBundle,
    psk: Option<&PreSharedSecret>,
    known: Option<SessionName>,
    rng: &mut R,
) -> Result<Initiated, InitiateError> {
    let identity = InitiatorIdentity::new(
        local.certificate().clone(),
        ClaimedList { version: own_list.version(), hash: *own_list.hash() },
        psk.map(PreSharedSecret::id),
        known,
    );
    if !identity.fits() {
        return Err(InitiateError::IdentityTooLarge);
    }
    let ephemeral = DhSecretKey::generate(rng);
    let (ciphertext, shared) = bundle.kem().key.encapsulate(rng);
    let keys = UsedKeys::of_bundle(bundle);
    let t1 = Transcript {
        responder: bundle.peer().address(),
        responder_keys: bundle.peer().keys(),
        keys: &keys,
        ephemeral: ephemeral.public_key(),
        ciphertext: &ciphertext,
    }
    .hash();
    let secrets = Secrets {
        identity: ephemeral.diffie_hellman(&bundle.peer().keys().identity)?,
        signed: ephemeral.diffie_hellman(&keys.signed)?,
        one_time: keys.one_time.map(|key| ephemeral.diffie_hellman(&key)).transpose()?,
        kem: shared,
    };
    let first = FirstKeys::derive(&t1, &secrets);
    let sealed = identity.seal(&first.identity, &t1);
    let flight = wire::encode(keys.ids, ephemeral.public_key(), &ciphertext, &sealed);
    let id = transcript::session_id(&t1, &sealed);
    let authenticated = local.identity_key().diffie_hellman(&keys.signed)?;
    let last = LastKeys::derive(&first, psk, authenticated.as_bytes());
    Ok(Initiated { keys: last.session(&id), id, flight })
}

/// The responder's side. Costs at most four Diffie–Hellmans, the public half of one prekey, one
/// decapsulation, one AEAD opening and two signature verifications, and changes nothing. SPEC.md
/// section 7.5.
pub(crate) fn respond(
    local: &LocalDevice,
    prekeys: &PrekeyStore,
    psks: &[PreSharedSecret],
    handshake: &Handshake<'_>,
    now: Timestamp,
) -> Result<Responded, RespondError> {
    let ids = handshake.prekeys;
    let signed = prekeys.signed(ids.signed, now).ok_or(RespondError::UnknownPrekey)?;
    let one_time = match ids.one_time {
        Some(id) => Some(prekeys.one_time(id).ok_or(RespondError::UnknownPrekey)?),
        None => None,
    };
    let kem = prekeys.kem(ids.kem, now).ok_or(RespondError::UnknownPrekey)?;
    let (kem_key, shared) = kem.secret.decapsulate(&handshake.ciphertext);
    let keys = UsedKeys {
        ids,
        signed: *signed.public_key(),
        one_time: one_time.as_ref().map(|key| *key.public_key()),
        kem: kem_key,
    };
    let t1 = Transcript {
        responder: local.address(),
        responder_keys: local.certificate().keys(),
        keys: &keys,
        ephemeral: &handshake.ephemeral,
        ciphertext: &handshake.ciphertext,
    }
    .hash();
    let secrets = Secrets {
        identity: local.identity_key().diffie_hellman(&handshake.ephemeral)?,
        signed: signed.diffie_hellman(&handshake.ephemeral)?,
        one_time: one_time
            .as_ref()
            .map(|key| key.diffie_hellman(&handshake.ephemeral))
            .transpose()?,
        kem: shared,
    };
    let first = FirstKeys::derive(&t1, &secrets);
    let initiator = InitiatorIdentity::open(&first.identity, &t1, handshake.sealed_identity)
        .ok_or(RespondError::NotAuthentic)?;
    check_initiator(local, &initiator, now)?;
    let psk = find_psk(&initiator, psks)?;
    let id = transcript::session_id(&t1, handshake.sealed_identity);
    let authenticated = signed.diffie_hellman(&initiator.certificate().keys().identity)?;
    let last = LastKeys::derive(&first, psk, authenticated.as_bytes());
    let prekey_use = PrekeyUse { one_time: ids.one_time, kem: ids.kem, replay: last.replay(&id) };
    prekeys.admits(&prekey_use, now)?;
    let strength =
        HandshakeStrength { one_time_x25519: one_time.is_some(), one_time_kem: !kem.last_resort };
    Ok(Responded {
        keys: last.session(&id),
        id,
        initiator,
        signed_prekey: signed.clone(),
        prekey_use,
        strength,
    })
}

/// The initiator must not be this very device, and its certificate must be in force.
fn check_initiator(
    local: &LocalDevice,
    initiator: &InitiatorIdentity,
    now: Timestamp,
) -> Result<(), RespondError> {
    if initiator.certificate().address() == local.address() {
        return Err(RespondError::Reflected);
    }
    Ok(initiator.certificate().check_validity(now)?)
}

fn find_psk<'a>(
    initiator: &InitiatorIdentity,
    psks: &'a [PreSharedSecret],
) -> Result<Option<&'a PreSharedSecret>, RespondError> {
    match initiator.psk {
        None => Ok(None),
        Some(id) => psks
            .iter()
            .find(|psk| psk.id() == id)
            .map(Some)
            .ok_or(RespondError::UnknownPreSharedSecret),
    }
}

/// The secrets that only the responder's prekeys and the ephemeral key give.
struct Secrets {
    identity: crate::crypto::SharedSecret,
    signed: crate::crypto::SharedSecret,
    one_time: Option<crate::crypto::SharedSecret>,
    kem: Secret<32>,
}

/// What both sides hold before the initiator's identity is known.
struct FirstKeys {
    /// Seals the identity.
    identity: AeadKey,
    /// Salt of what follows.
    chain: Secret<32>,
}

impl FirstKeys {
    fn derive(t1: &Digest, secrets: &Secrets) -> Self {
        let none = [].as_slice();
        let one_time = secrets.one_time.as_ref().map_or(none, |shared| shared.as_bytes());
        let parts = [
            [0xff; 32].as_slice(),
            secrets.identity.as_bytes(),
            secrets.signed.as_bytes(),
            one_time,
            secrets.kem.as_bytes(),
        ];
        let prk = Prk::extract_parts(t1.as_bytes(), &parts);
        Self {
            identity: AeadKey::new(prk.expand(KdfLabel::HandshakeIdentity, t1.as_bytes())),
            chain: prk.expand(KdfLabel::HandshakeChain, t1.as_bytes()),
        }
    }
}

/// What both sides hold once the initiator's identity key has entered.
struct LastKeys(Prk);

impl LastKeys {
    fn derive(first: &FirstKeys, psk: Option<&PreSharedSecret>, authenticated: &[u8; 32]) -> Self {
        match psk {
            Some(psk) => Self(Prk::extract(psk.mix(&first.chain).as_bytes(), authenticated)),
            None => Self(Prk::extract(first.chain.as_bytes(), authenticated)),
        }
    }

    fn session(&self, id: &Digest) -> SessionKeys {
        let keys: Secret<160> = self.0.expand(KdfLabel::HandshakeSession, id.as_bytes());
        let [ec, pq, braid, header_a, header_b] = keys.split();
        SessionKeys { ec, pq, braid, header_a, header_b }
    }

    fn replay(&self, id: &Digest) -> [u8; 16] {
        *self.0.expand::<16>(KdfLabel::HandshakeReplay, id.as_bytes()).as_bytes()
    }
}

/// Why no handshake could be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InitiateError {
    /// A key in the bundle contributes nothing; the bundle's owner or its server misbehaves.
    #[error("a key of the bundle contributes nothing")]
    NonContributory,
    /// Our own certificate does not fit into the sealed identity.
    #[error("our own identity is too large to be sealed")]
    IdentityTooLarge,
    /// There are sessions with the same device id under other keys: one of them is not the device.
    #[error("the device id is known under other keys")]
    OtherKeys,
    /// The bundle is this very device's.
    #[error("the bundle is our own")]
    OwnBundle,
}

impl From<NonContributory> for InitiateError {
    fn from(_: NonContributory) -> Self {
        Self::NonContributory
    }
}

error_codes!(InitiateError {
    Self::NonContributory => ("initiate/non-contributory", FetchBundle),
    Self::IdentityTooLarge => ("initiate/identity-too-large", FixCaller),
    Self::OtherKeys => ("initiate/other-keys", ShowToUser),
    Self::OwnBundle => ("initiate/own-bundle", FixCaller),
});

/// Why a received handshake was refused. Nothing was changed or consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// It names a prekey that is unknown, used up or expired: the initiator needs a fresh bundle.
    #[error("a prekey it names is unknown, used or expired")]
    UnknownPrekey,
    /// A key in it contributes nothing.
    #[error("a key in it contributes nothing")]
    NonContributory,
    /// The sealed identity does not open or is malformed.
    #[error("the sealed identity is not authentic")]
    NotAuthentic,
    /// It claims to come from this very device.
    #[error("it claims to come from this device")]
    Reflected,
    /// The initiator's certificate is not in force.
    #[error("the initiator's certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// It uses a pre-shared secret that was not among those given.
    #[error("it uses a pre-shared secret that is not known here")]
    UnknownPreSharedSecret,
    /// A last-resort prekey has served this handshake before, or may serve no more.
    #[error("the last-resort prekey: {0}")]
    Replay(#[from] ReplayRefused),
}

impl From<NonContributory> for RespondError {
    fn from(_: NonContributory) -> Self {
        Self::NonContributory
    }
}

error_codes!(RespondError {
    Self::UnknownPrekey => ("respond/unknown-prekey", Drop),
    Self::NonContributory => ("respond/non-contributory", Drop),
    Self::NotAuthentic => ("respond/not-authentic", Drop),
    Self::Reflected => ("respond/reflected", Drop),
    Self::Certificate(_) => ("respond/certificate", Drop),
    Self::UnknownPreSharedSecret => ("respond/unknown-pre-shared-secret", Drop),
    Self::Replay(_) => ("respond/replay", Drop),
});
