//! Large groups, for the figures and for the benches.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use sealwax::group::channel::GroupChannel;
use sealwax::group::{Action, Authored, ChangeDraft, GenesisDraft, Group, Role, Title};
use sealwax::identity::{
    AccountId, AccountKeyPair, CertificateTerms, DeviceKeys, ListDraft, LocalDevice, Validity,
    VerifiedDeviceList,
};
use sealwax::limits::{GROUP_ACTIONS, GROUP_FOUNDERS};
use sealwax::sender_key::EpochSecret;
use sealwax::time::Timestamp;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// An account and its devices.
pub(crate) struct Account {
    pub(crate) devices: Vec<LocalDevice>,
    pub(crate) list: VerifiedDeviceList,
}

/// The members of a group, the owner first, and the group.
pub(crate) struct Crowd {
    pub(crate) accounts: Vec<Account>,
    pub(crate) lists: BTreeMap<AccountId, VerifiedDeviceList>,
    pub(crate) group: Group,
    pub(crate) secret: EpochSecret,
    now: Timestamp,
}

impl Account {
    pub(crate) fn new(
        name: &str,
        devices: usize,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
    ) -> Outcome<Self> {
        let account = AccountId::new(name.as_bytes())?;
        let pair = AccountKeyPair::generate(rng);
        let validity = Validity::starting(now, Duration::from_hours(720))?;
        let mut made = Vec::new();
        for _ in 0..devices {
            let keys = DeviceKeys::generate(rng);
            let terms = CertificateTerms { validity, capabilities: 0 };
            let request = keys.request_certificate(&account, &pair.public_key(), terms);
            made.push(LocalDevice::new(keys, pair.certify(&request, now)?)?);
        }
        let draft = ListDraft::first(account);
        let draft = made.iter().fold(draft, |draft, d| draft.with(d.certificate().clone()));
        let list = VerifiedDeviceList::trust_on_first_use(draft.sign(&pair, validity)?, now)?;
        Ok(Self { devices: made, list })
    }
}

impl Crowd {
    /// A group of so many accounts with so many devices each.
    pub(crate) fn new(
        members: usize,
        devices: usize,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
    ) -> Outcome<Self> {
        let named =
            (0..members).map(|n| Account::new(&format!("member-{n:08}"), devices, now, rng));
        let accounts = named.collect::<Outcome<Vec<_>>>()?;
        let owner = accounts.first().ok_or("nobody")?;
        let mut rest = accounts.iter().skip(1);
        let draft = GenesisDraft::new(Title::new("a large group")?);
        let draft = rest
            .by_ref()
            .take(GROUP_FOUNDERS)
            .fold(draft, |draft, account| draft.member(&account.list, Role::Member));
        let device = owner.devices.first().ok_or("no device")?;
        let founded = draft.sign(device, &owner.list, now, rng)?;
        let lists = accounts.iter().map(|a| (a.list.account().clone(), a.list.clone())).collect();
        let (group, secret) = (Group::founded(founded.genesis), founded.epoch_secret);
        let later: Vec<_> = rest.map(|a| Action::add(&a.list, Role::Member)).collect();
        let mut crowd = Self { accounts, lists, group, secret, now };
        for actions in later.chunks(GROUP_ACTIONS) {
            let added = crowd.change(actions.to_vec(), rng)?;
            crowd.group.apply(&added.change, &crowd.lists, now)?;
        }
        Ok(crowd)
    }

    /// A change of the owner's.
    pub(crate) fn change(&self, actions: Vec<Action>, rng: &mut ChaCha20Rng) -> Outcome<Authored> {
        let owner = self.accounts.first().ok_or("nobody")?;
        let device = owner.devices.first().ok_or("no device")?;
        let mut channel = GroupChannel::new(device.address().clone(), self.group.clone());
        let draft = actions.into_iter().fold(self.group.state().change(), ChangeDraft::with);
        Ok(channel.sign(draft, device, &self.lists, self.now, rng)?.authored)
    }

    /// A member's end of the group.
    pub(crate) fn channel(&self, member: usize) -> Outcome<GroupChannel> {
        let device = self.accounts.get(member).and_then(|account| account.devices.first());
        let own = device.ok_or("no such member")?.address().clone();
        let mut channel = GroupChannel::new(own, self.group.clone());
        channel.learn(&self.secret)?;
        Ok(channel)
    }

    /// Two ends of the group, of which the first may write and the second reads it.
    pub(crate) fn pair(&self, rng: &mut ChaCha20Rng) -> Outcome<(GroupChannel, GroupChannel)> {
        let (mut writer, mut reader) = (self.channel(0)?, self.channel(1)?);
        let prepared = writer.prepare(&self.lists, self.now, rng)?;
        writer.record(prepared.distribution.position(), &prepared.devices)?;
        reader.accept(&writer.own().clone(), &prepared.distribution, &self.lists, self.now)?;
        Ok((writer, reader))
    }
}
