//! OpenMLS with its RustCrypto provider. It writes its store in every operation.

use openmls::prelude::tls_codec::{Deserialize, Serialize};
use openmls::prelude::{
    BasicCredential, Ciphersuite, CredentialWithKey, KeyPackage, KeyPackageIn, LeafNodeIndex,
    LeafNodeParameters, MlsGroup, MlsGroupCreateConfig, MlsMessageBodyIn, MlsMessageIn,
    OpenMlsProvider, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProcessedMessageContent, ProtocolVersion,
    StagedWelcome,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;

use crate::mls::Member;
use crate::table::{Sample, repeated};

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

pub(crate) struct Client {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
    group: Option<MlsGroup>,
}

pub(crate) fn client(name: &str) -> Client {
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    let credential = CredentialWithKey {
        credential: BasicCredential::new(name.into()).into(),
        signature_key: signer.to_public_vec().into(),
    };
    Client { provider: OpenMlsRustCrypto::default(), signer, credential, group: None }
}

/// The tree travels in the welcome; commits go unencrypted, as is the default of mls-rs.
fn config() -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(SUITE)
        .use_ratchet_tree_extension(true)
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .build()
}

pub(crate) fn identity(count: usize) -> Sample {
    repeated(count, || SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap())
}

/// The two signatures of a key package.
pub(crate) fn bundle() -> impl FnMut(usize) -> Sample {
    let mut bob = client("bob");
    let bytes = bob.key_package();
    move |count| repeated(count, || bob.validated(&bytes))
}

impl Client {
    fn validated(&self, package: &[u8]) -> KeyPackage {
        let package = KeyPackageIn::tls_deserialize_exact(package).unwrap();
        package.validate(self.provider.crypto(), ProtocolVersion::Mls10).unwrap()
    }

    fn parts(&mut self) -> (&mut MlsGroup, &OpenMlsRustCrypto, &SignatureKeyPair) {
        (self.group.as_mut().unwrap(), &self.provider, &self.signer)
    }

    fn processed(&mut self, message: &[u8]) -> ProcessedMessageContent {
        let (group, provider, _) = self.parts();
        let message = MlsMessageIn::tls_deserialize_exact(message).unwrap();
        let message = message.try_into_protocol_message().unwrap();
        group.process_message(provider, message).unwrap().into_content()
    }
}

impl Member for Client {
    fn key_package(&mut self) -> Vec<u8> {
        let builder = KeyPackage::builder();
        let bundle =
            builder.build(SUITE, &self.provider, &self.signer, self.credential.clone()).unwrap();
        bundle.key_package().tls_serialize_detached().unwrap()
    }

    fn create_group(&mut self) {
        let credential = self.credential.clone();
        let group = MlsGroup::new(&self.provider, &self.signer, &config(), credential);
        self.group = Some(group.unwrap());
    }

    fn add(&mut self, key_package: &[u8]) -> Vec<u8> {
        let package = self.validated(key_package);
        let (group, provider, signer) = self.parts();
        let (_, welcome, _) = group.add_members(provider, signer, &[package]).unwrap();
        group.merge_pending_commit(provider).unwrap();
        welcome.to_bytes().unwrap()
    }

    fn join(&mut self, welcome: &[u8]) {
        let message = MlsMessageIn::tls_deserialize_exact(welcome).unwrap();
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else { panic!("no welcome") };
        let config = config();
        let staged =
            StagedWelcome::new_from_welcome(&self.provider, config.join_config(), welcome, None);
        self.group = Some(staged.unwrap().into_group(&self.provider).unwrap());
    }

    fn encrypt(&mut self, text: &[u8]) -> Vec<u8> {
        let (group, provider, signer) = self.parts();
        group.create_message(provider, signer, text).unwrap().to_bytes().unwrap()
    }

    fn decrypt(&mut self, message: &[u8]) -> Vec<u8> {
        match self.processed(message) {
            ProcessedMessageContent::ApplicationMessage(text) => text.into_bytes(),
            other => panic!("{other:?}"),
        }
    }

    fn update(&mut self) -> Vec<u8> {
        let (group, provider, signer) = self.parts();
        let bundle = group.self_update(provider, signer, LeafNodeParameters::default()).unwrap();
        bundle.into_commit().to_bytes().unwrap()
    }

    fn remove(&mut self, leaf: u32) -> Vec<u8> {
        let (group, provider, signer) = self.parts();
        let removed = group.remove_members(provider, signer, &[LeafNodeIndex::new(leaf)]);
        removed.unwrap().0.to_bytes().unwrap()
    }

    fn apply(&mut self) {
        let (group, provider, _) = self.parts();
        group.merge_pending_commit(provider).unwrap();
    }

    fn process(&mut self, commit: &[u8]) {
        let ProcessedMessageContent::StagedCommitMessage(staged) = self.processed(commit) else {
            panic!("no commit")
        };
        let (group, provider, _) = self.parts();
        group.merge_staged_commit(provider, *staged).unwrap();
    }

    /// Every operation has stored what it changed.
    fn store(&mut self) {}

    fn load(&mut self) {
        let id = self.group.as_ref().unwrap().group_id().clone();
        self.group = MlsGroup::load(self.provider.storage(), &id).unwrap();
    }
}
