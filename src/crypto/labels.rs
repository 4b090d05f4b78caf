//! The registry of labels: every KDF output, hash and signature of the protocol is separated from
//! every other by one of these. So is every MAC. SPEC.md section 3.4 prints the same four tables; a
//! test compares.

/// A closed set of labels with their wire text.
macro_rules! labels {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every label of this registry.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The text that goes into the derivation.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

labels! {
    /// What an expanded key is for.
    KdfLabel {
        /// Seals the initiator's identity.
        HandshakeIdentity = "handshake/identity",
        /// Salt of the second extraction.
        HandshakeChain = "handshake/chain",
        /// Mixes a pre-shared secret into that salt.
        HandshakePreShared = "handshake/pre-shared",
        /// Names a pre-shared secret without revealing it.
        HandshakePreSharedId = "handshake/psk-id",
        /// The session keys.
        HandshakeSession = "handshake/session",
        /// Names a handshake in the replay record.
        HandshakeReplay = "handshake/replay",
        /// Root key, chain key and next header key.
        RatchetRoot = "ratchet/root",
        /// The key of one message.
        RatchetMessage = "ratchet/message",
        /// The search key of a header key.
        RatchetSearch = "ratchet/search",
        /// First root and chain keys of the post-quantum ratchet.
        PqChainStart = "pq-ratchet/chain-start",
        /// Next root and chain keys of the post-quantum ratchet.
        PqAddEpoch = "pq-ratchet/add-epoch",
        /// Seals a profile.
        ProfileSeal = "profile/seal",
        /// Names a sealed profile to the server that stores it.
        ProfileLocator = "profile/locator",
        /// Key output of a Braid epoch.
        BraidEpochKey = "braid/epoch-key",
        /// Next root and MAC key of the Braid's authenticator.
        BraidAuthenticator = "braid/authenticator",
        /// The header key of a scope of sender chains.
        SenderHeader = "sender/header",
        /// What an epoch secret adds to every message key of its scope.
        SenderMix = "sender/mix",
        /// The key of one message of a sender chain.
        SenderMessage = "sender/message",
        /// What the signature of such a message commits to its key by.
        SenderCommit = "sender/commit",
        /// The signing key of a group's invite link.
        GroupLink = "group/invite-link",
        /// Key and commitment of a media object.
        MediaObject = "media/object",
        /// The key under which a device recognises media that it has sealed or opened before.
        MediaDedup = "media/dedup",
        /// The secret of a version of a story list.
        StorySecret = "story/secret",
        /// The root of the next version of a story list.
        StoryNext = "story/next",
        /// Commits to what a reportable message says.
        ReportKey = "report/key",
    }
}

labels! {
    /// What a hash is of.
    HashLabel {
        /// A device certificate's body.
        DeviceCertificate = "device-certificate",
        /// A device list entry's body.
        DeviceList = "device-list",
        /// The handshake up to and including the KEM ciphertext: `T1`.
        HandshakeKeys = "handshake/keys",
        /// The whole handshake: `T2`, which is the session id.
        HandshakeSession = "handshake/session",
        /// The handshake part of a message as it was on the wire.
        HandshakeFlight = "handshake/flight",
        /// An account's half of a safety number.
        SafetyNumber = "safety-number",
        /// A content's encoded bytes, as other contents refer to it.
        Content = "content",
        /// A profile's signed body, to order two of one revision.
        Profile = "profile",
        /// An answer of a poll, as votes name it.
        PollOption = "poll-option",
        /// An account's key, as a contact card names it.
        AccountKey = "account-key",
        /// The stored archive of the sessions with one device.
        SessionArchive = "session-archive",
        /// A group's genesis, which is the group's id.
        GroupGenesis = "group/genesis",
        /// A group's state.
        GroupState = "group/state",
        /// A group change without the hash of the state that it leads to.
        GroupChangeCore = "group/change-core",
        /// A group change.
        GroupChange = "group/change-body",
        /// A stored state, as test vectors compare it.
        StateDigest = "state-digest",
        /// What a sender chain is bound to.
        SenderScope = "sender-scope",
        /// The author in the scope of a story.
        SenderAuthor = "sender-author",
        /// A sender chain: its scope, sender, id and signing key.
        SenderChain = "sender-chain",
        /// The sealed body of a message of a sender chain.
        SenderBody = "sender-body",
        /// The devices that a sender chain goes to.
        SenderAudience = "sender-audience",
        /// What a group's change commits to its epoch secret by.
        EpochSecret = "epoch-secret",
        /// The sealed body of a reportable message, and the commitment beside it.
        ReportBody = "report-body",
    }
}

labels! {
    /// What a signature asserts.
    SignaturePurpose {
        /// The account vouches for a device.
        DeviceCertificate = "device-certificate",
        /// The device accepts its certificate: proof that it holds the key.
        DevicePossession = "device-possession",
        /// The account publishes its devices.
        DeviceList = "device-list",
        /// The old account key hands over to the new one in a device list.
        AccountKeyRotation = "account-key-rotation",
        /// A device publishes its account's profile.
        Profile = "profile",
        /// A device publishes a prekey.
        Prekey = "prekey",
        /// A sender chain's own key authenticates a message.
        SenderMessage = "sender-message",
        /// A device founds a group.
        GroupGenesis = "group-genesis",
        /// A device changes a group.
        GroupChange = "group-change",
        /// A device asks to join a group.
        GroupTicket = "group-ticket",
        /// Whoever asks knows the secret of an invite link.
        GroupLink = "group-invite-link",
    }
}

labels! {
    /// What a MAC is over.
    MacLabel {
        /// The header of a Braid key pair.
        BraidHeader = "braid/header",
        /// The ciphertext of a Braid epoch.
        BraidCiphertext = "braid/ciphertext",
        /// What a reportable message says, and where.
        ReportCommitment = "report/commitment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn no_label_is_a_prefix_of_another() {
        let kdf: Vec<_> = KdfLabel::ALL.iter().map(|l| l.as_str()).collect();
        let hash: Vec<_> = HashLabel::ALL.iter().map(|l| l.as_str()).collect();
        let purposes: Vec<_> = SignaturePurpose::ALL.iter().map(|l| l.as_str()).collect();
        let macs: Vec<_> = MacLabel::ALL.iter().map(|l| l.as_str()).collect();
        for labels in [kdf, hash, purposes, macs] {
            for (i, a) in labels.iter().enumerate() {
                for (j, b) in labels.iter().enumerate() {
                    assert!(i == j || !a.starts_with(b), "{b} is a prefix of {a}");
                }
            }
        }
    }

    #[test]
    fn labels_are_words_without_a_terminator() {
        let kdf = KdfLabel::ALL.iter().map(|l| l.as_str());
        let hash = HashLabel::ALL.iter().map(|l| l.as_str());
        let purposes = SignaturePurpose::ALL.iter().map(|l| l.as_str());
        for label in kdf.chain(hash).chain(purposes) {
            assert!(!label.is_empty());
            assert!(label.bytes().all(|b| b.is_ascii_graphic()), "{label}");
        }
    }
}
