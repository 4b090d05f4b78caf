//! A person with one device, and its end of the group.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, KeyOutcome, Opened};
use sealwax::identity::{
    AccountId, AccountKey, AccountKeyPair, Advance, CertificateTerms, DeviceAddress, DeviceKeys,
    ListDraft, LocalDevice, Validity, VerifiedDeviceList,
};
use sealwax::sender_key::Distribution;
use sealwax::time::Timestamp;

use crate::Outcome;

pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) device: LocalDevice,
    pub(crate) list: VerifiedDeviceList,
    pub(crate) key: AccountKey,
    pair: AccountKeyPair,
    /// None before it joins.
    pub(crate) channel: Option<GroupChannel>,
    /// Texts read, in the order in which they came.
    pub(crate) read: Vec<String>,
    /// Envelopes that could not be opened yet.
    pub(crate) waiting: Vec<Vec<u8>>,
    /// Sender chains of a key epoch whose change has not come yet, and who gave them.
    pub(crate) keys: Vec<(DeviceAddress, Vec<u8>)>,
}

impl Person {
    /// A new account with a device, and the device list that it publishes.
    pub(crate) fn new(name: &'static str, now: Timestamp, rng: &mut ChaCha20Rng) -> Outcome<Self> {
        let account = AccountId::new(name.as_bytes())?;
        let pair = AccountKeyPair::generate(rng);
        let device = certified(&account, &pair, now, rng)?;
        let draft = ListDraft::first(account).with(device.certificate().clone());
        let signed = draft.sign(&pair, validity(now)?)?;
        let list = VerifiedDeviceList::trust_on_first_use(signed, now)?;
        let key = pair.public_key();
        Ok(Self {
            name,
            device,
            list,
            key,
            pair,
            channel: None,
            read: Vec::new(),
            waiting: Vec::new(),
            keys: Vec::new(),
        })
    }

    /// Revokes the device and takes another, which is in no group yet. Returns the old one.
    pub(crate) fn replace_device(
        &mut self,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
    ) -> Outcome<LocalDevice> {
        let new = certified(&self.account().clone(), &self.pair, now, rng)?;
        let draft = ListDraft::after(&self.list).without(self.address().device);
        let signed = draft.with(new.certificate().clone()).sign(&self.pair, validity(now)?)?;
        let Advance::Advanced(list) = self.list.advance(signed, now)? else {
            return Err("the new list does not follow".into());
        };
        self.list = *list;
        self.channel = None;
        Ok(std::mem::replace(&mut self.device, new))
    }

    pub(crate) fn address(&self) -> &DeviceAddress {
        self.device.address()
    }

    pub(crate) fn account(&self) -> &AccountId {
        &self.device.address().account
    }

    pub(crate) fn channel(&self) -> Outcome<&GroupChannel> {
        self.channel.as_ref().ok_or_else(|| format!("{} is in no group", self.name).into())
    }

    pub(crate) fn channel_mut(&mut self) -> Outcome<&mut GroupChannel> {
        self.channel.as_mut().ok_or_else(|| "in no group".into())
    }

    /// A chain that came in the pairwise session with `from`.
    pub(crate) fn take_key(
        &mut self,
        from: &DeviceAddress,
        bytes: &[u8],
        lists: &BTreeMap<AccountId, VerifiedDeviceList>,
        now: Timestamp,
    ) -> Outcome {
        let given = Distribution::decode(bytes)?;
        match self.channel_mut()?.accept(from, &given, lists, now)? {
            KeyOutcome::Taken { .. } => {}
            KeyOutcome::NeedState { .. } => self.keys.push((from.clone(), bytes.to_vec())),
            other => return Err(format!("{}: {other:?}", self.name).into()),
        }
        Ok(())
    }

    /// Opens what could not be opened before.
    pub(crate) fn retry(&mut self, now: Timestamp) -> Outcome {
        for envelope in std::mem::take(&mut self.waiting) {
            let Envelope::Sender(message) = Envelope::decode(&envelope)? else { continue };
            let opened = self.channel_mut()?.open(&message, now)?;
            self.take(envelope, opened);
        }
        Ok(())
    }

    fn take(&mut self, envelope: Vec<u8>, opened: Opened) {
        match opened {
            Opened::Message(message) => {
                let text = String::from_utf8_lossy(&message.plaintext).into_owned();
                let mark = if message.former { " (last words)" } else { "" };
                println!("    {} reads: {text}{mark}", self.name);
                self.read.push(text);
            }
            Opened::NeedState { .. } | Opened::NeedSenderKey(_) | Opened::Unknown => {
                self.waiting.push(envelope);
            }
            Opened::NotAllowed { reason, .. } => {
                println!("    {} drops it: {reason:?}", self.name);
            }
            other => println!("    {} drops it: {other:?}", self.name),
        }
    }
}

fn validity(now: Timestamp) -> Outcome<Validity> {
    Ok(Validity::starting(now, Duration::from_hours(8760))?)
}

fn certified(
    account: &AccountId,
    pair: &AccountKeyPair,
    now: Timestamp,
    rng: &mut ChaCha20Rng,
) -> Outcome<LocalDevice> {
    let keys = DeviceKeys::generate(rng);
    let terms = CertificateTerms { validity: validity(now)?, capabilities: 0 };
    let request = keys.request_certificate(account, &pair.public_key(), terms);
    Ok(LocalDevice::new(keys, pair.certify(&request, now)?)?)
}
