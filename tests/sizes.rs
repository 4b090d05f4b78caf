//! The sizes that the `sizes` example prints, against what SPEC.md promises.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

#[path = "../examples/sizes/figures.rs"]
mod figures;

static FIGURES: LazyLock<Vec<figures::Figure>> = LazyLock::new(|| figures::measure().unwrap());

fn bytes(name: &str) -> usize {
    FIGURES.iter().find(|figure| figure.name == name).unwrap().bytes
}

#[test]
fn a_message_of_an_established_session_has_little_around_it() {
    assert!(bytes("session_message_overhead") <= 190);
}

#[test]
fn a_commitment_costs_34_bytes_where_it_is_asked_for_and_nothing_elsewhere() {
    let plain = bytes("session_message_overhead");
    assert_eq!(bytes("reportable_message_overhead"), plain + 34);
}

#[test]
fn a_fresh_session_is_small() {
    assert!(bytes("session_state_fresh") <= 1_536);
}

#[test]
fn a_session_in_the_middle_of_an_epoch_is_bounded() {
    assert!(bytes("session_state_largest") <= 3_072);
}

#[test]
fn the_braid_takes_at_most_what_the_specification_says() {
    assert_eq!(bytes("braid_state_largest"), 1_320);
}

#[test]
fn what_a_server_hands_out_is_within_the_limits() {
    assert!(bytes("device_list_16_longest_account") <= sealwax::limits::DOCUMENT_BYTES);
    assert!(bytes("bundle") <= sealwax::limits::DOCUMENT_BYTES);
    assert!(bytes("publication") <= sealwax::limits::PUBLICATION_BYTES);
}

#[test]
fn groups_cost_what_the_specification_says() {
    assert_eq!(bytes("group_message_overhead"), 164);
    assert!(bytes("group_state_1024") <= 160 * 1024);
    assert!(bytes("sender_key_distribution") <= 192);
}

#[test]
fn every_figure_has_a_name_of_its_own() {
    let mut names: Vec<_> = FIGURES.iter().map(|figure| figure.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FIGURES.len());
}
