//! mls-rs with its RustCrypto provider. It writes its store only when told.

use mls_rs::client_builder::MlsConfig;
use mls_rs::group::ReceivedMessage;
use mls_rs::identity::SigningIdentity;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider};
use mls_rs::mls_rules::{CommitOptions, DefaultMlsRules};
use mls_rs::{CipherSuite, CipherSuiteProvider, Client, CryptoProvider, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::mls::Member;
use crate::table::{Sample, repeated};

const SUITE: CipherSuite = CipherSuite::CURVE25519_CHACHA;

struct Participant<C: MlsConfig> {
    client: Client<C>,
    group: Option<Group<C>>,
}

pub(crate) fn client(name: &str) -> impl Member + use<> {
    let crypto = RustCryptoProvider::default();
    let (secret, public) =
        crypto.cipher_suite_provider(SUITE).unwrap().signature_key_generate().unwrap();
    let credential = BasicCredential::new(name.as_bytes().to_vec()).into_credential();
    let options = CommitOptions::new().with_path_required(true).with_ratchet_tree_extension(true);
    let client = Client::builder()
        .crypto_provider(crypto)
        .identity_provider(BasicIdentityProvider)
        .mls_rules(DefaultMlsRules::new().with_commit_options(options))
        .signing_identity(SigningIdentity::new(credential, public), secret, SUITE)
        .build();
    Participant { client, group: None }
}

pub(crate) fn identity(count: usize) -> Sample {
    let suite = RustCryptoProvider::default().cipher_suite_provider(SUITE).unwrap();
    repeated(count, || suite.signature_key_generate().unwrap())
}

impl<C: MlsConfig> Participant<C> {
    fn group(&mut self) -> &mut Group<C> {
        self.group.as_mut().unwrap()
    }
}

impl<C: MlsConfig + 'static> Member for Participant<C> {
    fn key_package(&mut self) -> Vec<u8> {
        let none = Default::default;
        let package = self.client.generate_key_package_message(none(), Default::default(), None);
        package.unwrap().to_bytes().unwrap()
    }

    fn create_group(&mut self) {
        let group = self.client.create_group(Default::default(), Default::default(), None);
        self.group = Some(group.unwrap());
    }

    fn add(&mut self, key_package: &[u8]) -> Vec<u8> {
        let package = MlsMessage::from_bytes(key_package).unwrap();
        let commit = self.group().commit_builder().add_member(package).unwrap().build().unwrap();
        self.apply();
        commit.welcome_messages()[0].to_bytes().unwrap()
    }

    fn join(&mut self, welcome: &[u8]) {
        let welcome = MlsMessage::from_bytes(welcome).unwrap();
        self.group = Some(self.client.join_group(None, &welcome, None).unwrap().0);
    }

    fn encrypt(&mut self, text: &[u8]) -> Vec<u8> {
        let message = self.group().encrypt_application_message(text, Vec::new());
        message.unwrap().to_bytes().unwrap()
    }

    fn decrypt(&mut self, message: &[u8]) -> Vec<u8> {
        let message = MlsMessage::from_bytes(message).unwrap();
        match self.group().process_incoming_message(message).unwrap() {
            ReceivedMessage::ApplicationMessage(text) => text.data().to_vec(),
            other => panic!("{other:?}"),
        }
    }

    fn update(&mut self) -> Vec<u8> {
        self.group().commit(Vec::new()).unwrap().commit_message().to_bytes().unwrap()
    }

    fn remove(&mut self, leaf: u32) -> Vec<u8> {
        let commit = self.group().commit_builder().remove_member(leaf).unwrap().build().unwrap();
        commit.commit_message().to_bytes().unwrap()
    }

    fn apply(&mut self) {
        self.group().apply_pending_commit().unwrap();
    }

    fn process(&mut self, commit: &[u8]) {
        let commit = MlsMessage::from_bytes(commit).unwrap();
        let received = self.group().process_incoming_message(commit).unwrap();
        assert!(matches!(received, ReceivedMessage::Commit(_)));
    }

    fn store(&mut self) {
        self.group().write_to_storage().unwrap();
    }

    fn load(&mut self) {
        let id = self.group().group_id().to_vec();
        self.group = Some(self.client.load_group(&id).unwrap());
    }
}
