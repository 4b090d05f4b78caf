//! The order in which peers are searched and named.

use super::*;

/// Each of these begins a session with Bob and is heard, in this order.
fn heard_by(bob: &mut Party, names: &[&str], rng: &mut ChaCha20Rng) -> Vec<Party> {
    let begin = |name: &&str| {
        let mut peer = Party::new(name, rng);
        let bundle = bob.bundle();
        peer.endpoint.initiate(&bundle, None, NOW, rng).unwrap();
        let envelope = peer.say(bob, b"hello", rng);
        bob.hear(&peer, &envelope);
        peer
    };
    names.iter().map(begin).collect()
}

fn named(endpoint: &Endpoint) -> Vec<&[u8]> {
    endpoint.peers().map(|peer| peer.account.as_bytes()).collect()
}

#[test]
fn who_is_forgotten_takes_nobody_along() {
    let (_, mut bob, mut rng) = parties(14);
    let mut peers = heard_by(&mut bob, &["alice", "carol", "dave"], &mut rng);
    assert_eq!(named(&bob.endpoint), [b"dave".as_slice(), b"carol", b"alice"]);
    let late: Vec<_> = peers.iter_mut().map(|peer| peer.say(&bob, b"late", &mut rng)).collect();
    for peer in &mut peers {
        let envelope = peer.say(&bob, b"early", &mut rng);
        bob.hear(peer, &envelope);
    }
    let carol = peers[1].endpoint.local().address().clone();
    let removed = Changes { removed: true, ..Changes::default() };
    assert_eq!(bob.endpoint.forget(&carol), Some(removed));
    assert_eq!(bob.endpoint.forget(&carol), None);
    assert_eq!(named(&bob.endpoint), [b"dave".as_slice(), b"alice"]);
    assert_eq!(bob.endpoint.open(&late[1], NOW).unwrap_err().code(), "open/handshake");
    for at in [0, 2] {
        assert_eq!(bob.hear(&peers[at], &late[at]).plaintext, b"late");
    }
    assert_eq!(named(&bob.endpoint), [b"dave".as_slice(), b"alice"]);
}

#[test]
fn restored_peers_are_in_the_order_in_which_they_were_last_heard_of() {
    let (_, mut bob, mut rng) = parties(15);
    let mut peers = heard_by(&mut bob, &["alice", "carol", "dave"], &mut rng);
    for (minutes, at) in [(1, 2), (2, 0), (3, 1)] {
        let later = NOW.saturating_add(Duration::from_mins(minutes));
        let envelope = peers[at].say(&bob, b"again", &mut rng);
        assert!(matches!(bob.endpoint.open(&envelope, later), Ok(Opened::Message(_))));
    }
    let order = [b"carol".as_slice(), b"alice", b"dave"];
    assert_eq!(named(&bob.endpoint), order);
    let address = |peer: &Party| peer.endpoint.local().address().clone();
    let stored: Vec<_> =
        peers.iter().map(|peer| bob.endpoint.stored_peer(&address(peer)).unwrap()).collect();
    let local = bob.endpoint.local().clone();
    let (list, prekeys) = (bob.endpoint.own_list().clone(), bob.endpoint.prekeys().clone());
    let restored = Endpoint::restore(local, list, prekeys, &stored).complete().unwrap();
    assert_eq!(named(&restored), order);
}

#[test]
fn a_new_session_with_an_old_peer_does_not_put_it_before_those_heard_of_since() {
    let (_, mut bob, mut rng) = parties(24);
    let mut peers = heard_by(&mut bob, &["alice", "carol", "dave"], &mut rng);
    let bundle = peers[0].bundle();
    bob.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    assert_eq!(named(&bob.endpoint), [b"dave".as_slice(), b"carol", b"alice"]);
    let envelope = peers[2].say(&bob, b"again", &mut rng);
    let (_, cost) = meter::measure(|| bob.endpoint.open(&envelope, NOW).unwrap());
    assert_eq!(cost.search, 1);
}
