//! Chains that many devices share.

use sealwax::crypto::Digest;
use sealwax::envelope::Envelope;
use sealwax::identity::DeviceAddress;
use sealwax::sender_key::{
    Audience, EpochSecret, KeyRequest, Outcome, ReceivingChains, RequestLog, Rotation, Scope,
    ScopeIndex, SenderMessage, SendingChain, Standing,
};
use sealwax::time::Timestamp;

use crate::TEXT;
use crate::sheet::{Sheet, show};
use crate::support::alice_and_bob;

pub(crate) fn chains() -> Sheet {
    let mut sheet = Sheet::default();
    let (world, alice, bob) = alice_and_bob(1);
    let (alice, bob, now, mut rng) =
        (world.address(alice), world.address(bob), world.now, world.rng.clone());
    let epoch = EpochSecret::generate(&mut rng);
    let scope = Scope::group(Digest::from_bytes([1; 32]), 0, epoch.commitment(0));
    let mut sending = SendingChain::new(scope, alice.clone(), epoch, now, &mut rng).unwrap();
    let audience = Audience::new(&scope, &alice, [bob.clone()]).unwrap();
    sending.record(&audience, sending.position(), std::slice::from_ref(&bob)).unwrap();
    let mut receiving = ReceivingChains::new(scope);
    receiving.accept(&alice, &sending.distribution(), now).unwrap();
    let (standing, group) = (Standing::default(), Rotation::GROUP);
    let mut say =
        || sending.encrypt_reportable(&audience, standing, TEXT, &group, now, &mut rng).unwrap();
    let (late, envelope) = (say(), say().envelope);
    drop(late);
    let Ok(Envelope::Sender(message)) = Envelope::decode(&envelope) else { panic!("an envelope") };
    opened(&mut sheet, &mut receiving, &message, &alice, now);
    let (request, mut answered) = (KeyRequest { scope, chain: sending.id() }, RequestLog::new());
    let answer = sending.answer(&request, &bob, &audience, &mut answered, now);
    show!(sheet, sender_key::Answer, &answer);
    show!(sheet, sender_key::RequestLog, &answered);
    show!(sheet, sender_key::Distribution, &sending.distribution());
    show!(sheet, sender_key::SendingChain, &sending);
    show!(sheet, sender_key::StoredSendingChain, &sending.stored());
    for bytes in [&sending.distribution().encode(), &sending.stored().hot] {
        sheet.secret(bytes);
    }
    sheet.drawn(&rng);
    sheet.secret(TEXT);
    sheet
}

fn opened(
    sheet: &mut Sheet,
    chains: &mut ReceivingChains,
    message: &SenderMessage<'_>,
    from: &DeviceAddress,
    now: Timestamp,
) {
    let opened = chains.open(message).unwrap().unwrap();
    let outcome = chains.decrypt(&opened, from, now).unwrap();
    let mut index = ScopeIndex::default();
    index.insert(chains);
    show!(sheet, sender_key::Outcome, &outcome);
    let Outcome::Decrypted(decrypted) = outcome else { panic!("{outcome:?}") };
    show!(sheet, sender_key::Decrypted, &decrypted);
    show!(sheet, sender_key::ReceivingChains, chains);
    show!(sheet, sender_key::ScopeIndex, &index);
    stored_forms(sheet, chains);
    sheet.secret(&decrypted.opening.unwrap().to_bytes());
}

pub(crate) fn stored_forms(sheet: &mut Sheet, chains: &ReceivingChains) {
    sheet.secret(&chains.scope_bytes());
    for (device, chain) in chains.chain_names() {
        sheet.secret(&chains.chain_bytes(device, chain).unwrap());
    }
}
