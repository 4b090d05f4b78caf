//! A group of three, the same in every process.

use std::sync::OnceLock;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::group::channel::GroupChannel;
use sealwax::time::Timestamp;

#[allow(dead_code, reason = "shared with the figures and the benches")]
#[path = "../../examples/sizes/groups.rs"]
mod crowd;

pub(super) use crowd::Crowd;

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(super) const MEMBERS: usize = 3;

pub(super) fn crowd() -> &'static Crowd {
    static CROWD: OnceLock<Crowd> = OnceLock::new();
    CROWD.get_or_init(|| Crowd::new(MEMBERS, 1, NOW, &mut rng(1)).unwrap())
}

pub(super) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Everybody's end, each with everybody's chain.
pub(super) fn channels() -> Vec<GroupChannel> {
    let crowd = crowd();
    let mut channels: Vec<_> = (0..MEMBERS).map(|member| crowd.channel(member).unwrap()).collect();
    let mut rng = rng(2);
    for from in 0..MEMBERS {
        let prepared = channels[from].prepare(&crowd.lists, NOW, &mut rng).unwrap();
        channels[from].record(prepared.distribution.position(), &prepared.devices).unwrap();
        let own = channels[from].own().clone();
        for to in (0..MEMBERS).filter(|to| *to != from) {
            channels[to].accept(&own, &prepared.distribution, &crowd.lists, NOW).unwrap();
        }
    }
    channels
}
