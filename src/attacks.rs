//! Published attacks on messengers, what answers each of them here, and the tests that show it.
//!
//! There is no code in this module. *Answer* names the section of `SPEC.md`, *tests* the files and
//! functions in the repository; a test of its own (`tests/attacks.rs`) makes sure that they exist.
//! Where a symbolic model shows it too, `formal/` is named. What is out of scope, and what a device
//! that is compromised now gives away, is in `SPEC.md` section 2 and `SECURITY.md`.
//!
//! # Keys and primitives
//!
//! ## A Diffie–Hellman that contributes nothing
//! Olm accepted all-zero outputs of X25519 (Soatok on vodozemac, February 2026); libsignal added the
//! check in the same month. A peer can thereby fix a shared secret that everybody knows.
//!
//! *Answer* 3.1: one fallible Diffie–Hellman, at every position; only canonical keys are decoded.
//! *Tests* `src/crypto/dh.rs` `no_point_of_small_order_gives_a_secret`,
//! `every_value_from_the_prime_on_is_refused`; `tests/hostile_server.rs`
//! `an_ephemeral_key_of_small_order_is_refused`, `a_bundle_with_a_key_of_small_order_starts_no_session`;
//! `src/ratchet/tests.rs` `a_ratchet_key_of_small_order_is_refused`.
//!
//! ## One key in two spellings
//! A key with a torsion component, or in another encoding, gives the same secret under another name,
//! and slips past replay caches (libsignal refuses such base keys since September 2025).
//!
//! *Answer* 3.1, 7.2: one encoding, and the exact bytes are in the transcript, so that another spelling
//! leads to other keys. *Tests* `tests/hostile_server.rs` `a_torsioned_ephemeral_key_is_refused`;
//! `src/crypto/dh.rs` `exactly_the_values_below_the_prime_are_taken`.
//!
//! ## Truncated MACs
//! Olm and the deployed protocols after libsignal authenticate messages with 8 bytes (Least Authority
//! on vodozemac, 2022; Soatok, 2026), sealed sender and WhatsApp's media with 10; OpenMLS went wrong
//! in comparing the length of a tag (GHSA-8x3w-qj7j-gqhf).
//!
//! *Answer* 8.2: the whole tag of the AEAD, twice; a search tag authenticates nothing. *Tests*
//! `src/ratchet/tests.rs` `every_flipped_bit_is_refused_without_a_change_on_every_branch`;
//! `src/crypto/aead.rs` `a_changed_bit_does_not_open_and_the_buffer_stays`,
//! `what_is_shorter_than_a_tag_does_not_open`; `src/ratchet/braid/authenticator.rs`
//! `a_mac_of_another_length_or_with_a_flipped_bit_is_none`.
//!
//! ## Downgrades
//! vodozemac could be led from its longer MAC to its shorter one, also by stored state that names no
//! version (Soatok, 2026).
//!
//! *Answer* 3, 7.2, 13: one suite, in the transcript; nothing is negotiated; stored states begin with
//! their version. *Tests* `tests/establishing.rs` `other_versions_are_refused_for_their_number_alone`;
//! `tests/persistence.rs` `damaged_storage_is_refused_or_loads`.
//!
//! ## Malleable signatures, and keys of small order
//! Lax Ed25519 accepts several signatures for one message, and keys under which one signature fits
//! many messages (Soatok on libolm 2024 and on vodozemac 2026).
//!
//! *Answer* 3.1: strict verification. *Tests* `src/crypto/sign.rs` `a_malleated_signature_is_refused`,
//! `a_signature_with_a_point_of_small_order_is_refused`,
//! `keys_of_small_order_are_refused_in_every_encoding`, `keys_are_taken_in_their_canonical_encoding_alone`.
//!
//! ## One key for two purposes
//! Threema's protocols shared keys, so that one could be played against the other (USENIX Security
//! 2023); Matrix took a device id for a cross-signing key (Nebuchadnezzar, IEEE S&P 2023). In PQXDH a
//! KEM key and a curve key could be mistaken for each other (Bhargavan et al., 2023).
//!
//! *Answer* 3.1–3.4: kinds of keys are types with type bytes; every hash, derivation and signature
//! has a label. *Tests* `src/crypto/tests.rs` `a_key_of_one_kind_is_never_read_as_another`;
//! `src/crypto/sign.rs` `a_signature_counts_for_its_purpose_alone`; `src/crypto/labels.rs`
//! `no_label_is_a_prefix_of_another`; `tests/documents.rs` `prekeys_in_the_wrong_place_are_refused`.
//!
//! ## Secrets in memory and in logs
//! RUSTSEC-2024-0342 (vodozemac lost wiping with a feature), RUSTSEC-2022-0062 (tokens in logs), secrets
//! in the `Debug` output of an MLS library. *Answer* 24: features are named; secrets wipe
//! themselves and do not print. *Tests* `src/crypto/tests.rs` `secrets_are_wiped_on_drop`;
//! `tests/debug/main.rs` `nothing_printed_shows_a_secret`; `tests/secrets.rs` `a_dropped_endpoint_is_wiped`,
//! `messages_leave_nothing`, `handshakes_leave_nothing`, `a_store_of_prekeys_leaves_nothing`.
//!
//! ## Timing
//! Table-based AES and base64 of secrets in libolm (Soatok, 2024; RUSTSEC-2024-0354), divisions in KEMs
//! and signatures (KyberSlash, RUSTSEC-2023-0079; RUSTSEC-2025-0144), a branch that a compiler put into
//! curve25519-dalek (RUSTSEC-2024-0344). *Answer* 3, `SECURITY.md`: no tables, no divisions, no text
//! encoding of secrets. No unit test shows a time. What does is `.ci/deep constant_time`: it runs making
//! keys, handshakes and messages, optimised, under valgrind with the secrets marked, and fails at every
//! branch and address that depends on them and is not on a list with its reason; sender chains, groups, media
//! and other processors it does not cover. The tests here show only that a comparison in constant time
//! compares everything. *Tests* `src/crypto/hash.rs` `constant_time_comparison_compares`;
//! `src/crypto/secret.rs` `comparison_sees_every_byte`.
//!
//! ## Plaintext that did not authenticate
//! A library left what it had decrypted in the caller's buffer though the tag did not fit (RUSTSEC-2023-0096 of
//! aes-gcm). *Answer* 8.5, 17.6: what is refused is left as it came, or wiped, and nothing is given out before
//! its tag was checked. *Tests* `src/crypto/aead.rs` `a_changed_bit_does_not_open_and_the_buffer_stays`;
//! `src/media/tests/refusals.rs` `a_refused_chunk_changes_nothing`.
//!
//! ## A key pair put together of two
//! Where the public half was an argument beside the secret one, two signatures under different ones gave the
//! secret away (RUSTSEC-2022-0093 of ed25519-dalek). *Answer* 3.1, 5.3: a key pair is stored as its seed and
//! signs with the public half that follows from it; keys and a certificate that do not belong together are no
//! device. *Tests* `src/crypto/tests.rs` `secret_keys_survive_storage`; `tests/hostile_server.rs`
//! `a_certificate_is_nothing_without_its_keys`.
//!
//! ## Checks that a build leaves out
//! Compiled for fuzzing, vodozemac takes every MAC and signature (Soatok, 2026, who no longer calls it an
//! attack); with other features OpenMLS read stored states as something else (issue 2034). *Answer* 3, 4.1:
//! no check depends on how the crate is built, no feature changes a byte, and fuzzing drives the build that
//! everybody has. *Tests* `tests/attacks.rs` `no_check_depends_on_how_the_crate_is_built`; `tests/fuzz.rs`
//! `envelope`, `session_pair`, `stored`.
//!
//! ## Compression that answers
//! Of changed iMessage attachments it showed whether they still decompressed, and so what was in them (Garman
//! et al., USENIX Security 2016); by their lengths, Threema's compressed backups gave secrets away (USENIX
//! Security 2023). *Answer* 4.4, 8.5, 17.12: nothing is compressed, sizes follow from lengths alone, and what was
//! changed is refused before anybody looks into it. *Tests* `src/wire/padding.rs` `sizes_are_those_of_padme`;
//! `src/media/tests/sizes.rs` `the_smallest_object_is_padded_like_a_message`; `tests/atomicity.rs`
//! `a_flipped_bit_changes_nothing_on_any_way`.
//!
//! # Identity
//!
//! ## A server that adds devices, or lies about them
//! Homeservers controlled device lists (Nebuchadnezzar, CVE-2022-39250 and others); a device with the
//! account's one identity key adds further ones for ever ("Help, my Signal has bad Device!", 2021).
//!
//! *Answer* 5.4, 5.6, 5.7, 5.9: own keys for each device; the account key signs a hash-chained list;
//! additions wait for acknowledgement. *Tests* `tests/contacts.rs`
//! `an_added_device_waits_for_acknowledgement`, `an_unlisted_device_is_not_listened_to`,
//! `a_hidden_list_is_noticed`, `a_revoked_device_is_out_for_good`, `two_lists_of_one_version_are_evidence`.
//!
//! ## A verified identity that changes in silence
//! CVE-2024-52813 (no sign when a verified identity changes), CVE-2024-40648 (own identity unverified, yet
//! "verified"). *Answer* 5.9: verification is a latch; leaving it stops sending until a person decides.
//! *Tests* `tests/contacts.rs` `a_violated_verification_refuses_until_a_person_decides`;
//! `src/identity/contact.rs` `verified_is_a_latch_that_an_identity_change_breaks_visibly`,
//! `a_retired_key_cannot_come_back_as_a_new_identity`.
//!
//! ## A sender who is not who the session is with
//! CVE-2025-48937 (the event's sender was not compared with the session's owner), CVE-2026-45056 (the
//! user inside signed device keys). *Answer* 5.10, 7.5, 11.2: the crate compares; accepting takes proof of
//! the certificate's address and keys. *Tests* `tests/hostile_server.rs`
//! `a_certificate_is_nothing_without_its_keys`; `src/identity/sender.rs`
//! `strangers_impostors_and_forks_are_told_apart`; `src/session/tests.rs`
//! `a_device_under_a_known_address_with_other_keys_is_refused`; `src/session/tests/identity.rs`
//! `a_new_session_is_accepted_with_the_proof_of_the_very_device`.
//!
//! ## What own devices say, said by somebody else
//! Signal for Android took content that was for a device of one's own from others ("How Signal lost
//! integrity", RWC 2026); in Matrix, keys that nobody had asked for were taken from whoever sent them
//! (RUSTSEC-2022-0085), and a key of the attacker's for all backups as if an own device had sent it (both
//! Nebuchadnezzar). *Answer* 12.6, 14.6: every content is judged by what authenticated it, before anything is done
//! with it, so that secrets of own devices (`OwnKeys`, 12.4) come from own devices; keys of chains come in the
//! session of the device whose they are. *Tests* `src/content/source.rs`
//! `what_devices_of_an_account_tell_each_other_nobody_else_may_say`, `keys_come_in_sessions_alone`,
//! `what_the_table_allows_comes_from_there_and_nothing_else_does`.
//!
//! ## Two addresses for one peer
//! Aliases led to two sessions with one device (Baileys issue 2763), and merging them let a server
//! inject ("How Signal lost integrity", RWC 2026). *Answer* 5.1, 11.2: one canonical address; sessions
//! never merge. *Tests* `src/identity/address.rs` `an_address_round_trips`; `tests/contacts.rs`
//! `a_device_id_under_other_keys_is_refused`.
//!
//! ## Certifying keys that one does not hold
//! Identity misbinding: Eve has Bob's key certified as hers, and what Alice says to Bob is taken as
//! said to Eve. *Answer* 5.4, 7.2: proof of possession; addresses and all keys are in the transcript.
//! *Tests* `tests/hostile_server.rs` `nobody_certifies_keys_they_do_not_hold`,
//! `an_agreement_key_that_eve_claims_gives_her_nothing`; `src/identity/certificate.rs`
//! `a_device_key_that_is_not_possessed_is_refused`. Model: `formal/handshake.vp`.
//!
//! ## Check codes that can be guessed
//! An ECIES login channel was confirmed by one of 100 codes (Soatok on vodozemac, 2026). *Answer* 5.11: 60
//! digits over both accounts. *Tests* `src/identity/safety.rs`
//! `somebody_in_between_shows_as_a_mismatch_on_both_sides`; `tests/hostile_server.rs`
//! `a_substituted_account_shows_in_the_safety_number`.
//!
//! ## Made-up history at first contact
//! A server, together with whoever stole a device's signing key, shows somebody who meets the account a list
//! under a key of their own, with the stolen device and a spy on it (found by a review of this protocol). The
//! device's own handshakes then show a certificate under another account key.
//!
//! *Answer* 5.10: a certificate under an account key that no rotation leads from is never taken for a listed
//! device's, whatever its keys (rule 3, *identity changed*): a person is asked, and compares the safety number
//! (5.11). *Tests* `src/identity/sender.rs` `a_certificate_of_before_we_met_is_a_changed_identity`,
//! `strangers_impostors_and_forks_are_told_apart`.
//!
//! ## Keys that devices share
//! Devices and accounts of WhatsApp were found to have the same X25519 keys ("Hey there! You are using
//! WhatsApp", arXiv 2511.20252). *Answer* 5.1, 5.4, 5.6, 5.7: every device draws its own; a list in which two
//! share a key, or one comes back under another id, is refused, and under another account a key says nothing
//! without its secret. That two accounts drew the same shows nowhere: the generator is the caller's.
//! *Tests* `src/identity/device.rs` `two_devices_share_neither_id_nor_key`; `src/identity/list.rs`
//! `two_devices_may_not_share_a_key_and_one_may_not_change_any`,
//! `a_key_of_a_revoked_device_may_not_return_under_another_id`; `src/prekey/store.rs`
//! `no_two_keys_of_a_store_are_the_same`; `tests/hostile_server.rs`
//! `an_agreement_key_that_eve_claims_gives_her_nothing`.
//!
//! ## A device that its owner was talked into
//! With codes sent as invitations, people were made to link a stranger's device to their account (phishing of
//! Signal's QR codes, 2025; T1676 in MITRE's catalogue). *Answer* 5.4, 5.9: that a device is one's own is for the person
//! to confirm, by a code that depends on both sides' keys; the application has to show it, and to say what
//! certifying means. If it was certified: no contact sends on before somebody saw the new device, and revoked it
//! is out for good. *Tests* `tests/contacts.rs` `an_added_device_waits_for_acknowledgement`,
//! `a_revoked_device_is_out_for_good`.
//!
//! ## What sort of devices somebody has
//! To every user WhatsApp tells which devices another one has linked, and by their ids and keys of what sort
//! they are (Be'ery, 2024). *Answer* 5.1, 5.4, 7.3: ids are drawn, certificates name no sort of device, and
//! the initiator's identity has one length. How many devices there are, everybody sees who may send to them;
//! to whom the lists are given is the service's choice. *Tests* `src/identity/device.rs`
//! `two_devices_share_neither_id_nor_key`; `src/handshake/identity.rs`
//! `the_longest_identity_fits_and_all_have_one_length`.
//!
//! # Prekeys and handshake
//!
//! ## Unsigned or foreign prekeys
//! Proteus does not insist on signed prekeys; an audit of a Matrix client lists 19 ways in which a server
//! swaps parts of a bundle. *Answer* 6.1, 6.2: only a verified bundle starts a session. *Tests*
//! `src/prekey/bundle.rs` `a_hostile_server_swaps_in_vain`; `src/prekey/published.rs`
//! `a_swapped_owner_is_refused_even_if_signed`; `tests/documents.rs` `no_bit_of_a_bundle_may_flip`,
//! `a_bundle_of_another_device_is_refused`. Model: `unsigned-prekeys` of `formal/handshake.vp`.
//!
//! ## Draining one-time prekeys
//! Prekey Pogo (arXiv 2504.07323): an attacker uses up the one-time prekeys, and the first messages'
//! forward secrecy with them; refills tell when a device is online. *Answer* 6.2, 6.4: the bundle says
//! how strong the handshake will be; keys rotate by time; the refill threshold is random. *Tests*
//! `src/prekey/bundle.rs` `without_one_time_prekeys_a_bundle_says_that_it_is_weaker`; `tests/prekeys.rs`
//! `no_one_time_prekey_is_needed`; `src/prekey/store.rs` `one_time_prekeys_are_refilled_below_a_threshold`,
//! `a_lying_server_makes_us_generate_up_to_the_limit_and_no_more`.
//!
//! ## Replay of a last-resort handshake
//! Olm's fallback keys and Proteus's last prekey accept the same first message again; libsignal leaves
//! the record to the store. *Answer* 6.5, 7.5: a bounded record for each such key, which fails closed.
//! *Tests* `tests/prekeys.rs` `a_replay_to_the_last_resort_prekey_is_refused`,
//! `a_full_replay_record_refuses_until_the_rotation`; `src/prekey/store.rs`
//! `a_last_resort_handshake_is_not_accepted_twice_even_after_a_restart`. Model: `last-resort-replayed` of
//! `formal/handshake.vp`.
//!
//! ## Prekeys used up by forged messages
//! *Answer* 6.5, 7.5: a one-time prekey is deleted when the first message authenticated and was accepted. *Tests*
//! `tests/establishing.rs` `a_bad_first_message_consumes_nothing_and_the_good_one_does`;
//! `tests/atomicity.rs` `a_failed_handshake_leaves_every_byte_as_it_was`.
//!
//! ## Key ids that come again
//! An import set vodozemac's counter back by one, and a published key was overwritten (issue 382). Signal for
//! Android gave a one-time and a last-resort KEM key one id (pull request 13021).
//! *Answer* 6.4: one persisted counter, over all kinds, that ends. *Tests* `src/prekey/store.rs`
//! `ids_go_on_after_import_and_are_never_reused`, `the_counter_ends_and_does_not_wrap`,
//! `stored_ids_that_repeat_or_exceed_the_counter_are_refused`.
//!
//! ## A first message under another name
//! libsignal's tests have a prekey message replayed under Mallory's address and a ciphertext wrapped with
//! another base key. *Answer* 7.2, 7.3: who sent it is inside, and all of it is in the keys. *Tests*
//! `tests/establishing.rs` `the_same_handshake_from_somebody_else_is_still_its_initiators`,
//! `a_handshake_opens_at_no_other_device`; `tests/atomicity.rs`
//! `a_message_wrapped_with_another_handshake_is_refused`.
//!
//! ## KEM re-encapsulation
//! With one compromised KEM prekey an attacker makes two sides agree on a secret but not on the prekey
//! (Bhargavan et al. on PQXDH, 2024). *Answer* 7.2: key, id and ciphertext are hashed; ML-KEM from its seed
//! binds. *Tests* `src/vectors/mod.rs` `handshake`; `src/crypto/kem_incremental.rs`
//! `a_forged_ciphertext_decapsulates_to_another_secret`.
//!
//! ## A stolen signed prekey
//! Whoever has it makes handshakes to its owner in anybody's name, in X3DH and PQXDH (key compromise
//! impersonation). *Answer* 24: here too, until the prekey was rotated and its grace is over. It is no way to
//! speak as the owner; the owner's identity key alone is no way to speak as others; and of a handshake by a
//! link the owner sees whether the link's secret was used (7.3). *Tests* `src/prekey/store.rs`
//! `rotation_comes_with_time_and_old_keys_answer_for_their_grace`; `src/session/tests/identity.rs`
//! `an_introduction_says_what_it_is_protected_by`. Model: `prekeys-stolen` and `responder-identity-stolen` of
//! `formal/handshake.vp`.
//!
//! ## A stolen ephemeral key
//! One ephemeral key was enough to be a Threema client towards the server for ever (USENIX Security 2023).
//! *Answer* 7.4, 7.6: an ephemeral serves one handshake and authenticates nobody; the initiator's identity key
//! does, anew in each. *Tests* `src/session/tests/identity.rs`
//! `nobody_is_heard_under_a_certificate_without_its_agreement_key`. Model: `without-initiator-dh` of
//! `formal/handshake.vp`.
//!
//! ## Replay to a device that forgot
//! To who had installed Threema anew a server could deliver the old messages again (USENIX Security 2023).
//! *Answer* 11.5, 21: a device that lost its states comes back with another id and other keys, at which
//! nothing old opens; one that forgot a session still has its prekeys' record. *Tests* `tests/establishing.rs`
//! `a_handshake_opens_at_no_other_device`; `tests/hostile_server.rs`
//! `a_message_for_one_device_is_nothing_to_another`; `tests/prekeys.rs`
//! `a_replay_to_the_last_resort_prekey_is_refused`.
//!
//! ## Reflection
//! *Answer* 7.5, 9.2: directions have keys of their own, and a device does not talk to itself. *Tests*
//! `tests/hostile_server.rs` `reflected_messages_open_nothing`, `a_device_does_not_talk_to_itself`.
//!
//! ## Sending again to a changed identity
//! WhatsApp encrypted undelivered messages anew after a key change (Boelter, 2016). *Answer* 5.9, 11.5,
//! 12.6: nothing is sent again by itself to another identity. *Tests* `src/content/retry.rs`
//! `nothing_is_sent_again_to_a_changed_identity`; `tests/establishing.rs`
//! `a_new_identity_of_a_known_contact_waits_for_a_person`.
//!
//! ## Requests to send again that a server makes up
//! libsignal takes them in clear, so that who carries messages can have a session given up and another begun;
//! one client counted 168,000 failed messages in two hours (Baileys issue 2234). *Answer* 11.5, 12.4, 12.6:
//! a request is said in a session or not at all, an error is no reason for a handshake, and nothing is sent
//! again more than five times. When a request leaves is the application's: with another message, or at a
//! random time (20). *Tests* `src/content/source.rs`
//! `what_the_table_allows_comes_from_there_and_nothing_else_does`, `keys_come_in_sessions_alone`;
//! `tests/delivery.rs` `a_damaged_message_is_named_and_can_be_sent_again`; `tests/establishing.rs`
//! `a_silent_peer_makes_a_new_handshake_due`; `src/content/retry.rs`
//! `no_order_of_requests_costs_more_than_the_limit`.
//!
//! # Ratchet and sessions
//!
//! ## State that changes before a message authenticated
//! A port of libsignal consumed keys before the MAC was checked; one forged message broke a session, and
//! the fix needed two attempts (wacore-libsignal, 2026). snow moved a nonce (RUSTSEC-2024-0011). *Answer*
//! 1, 8.5: everything is staged and committed last. *Tests* `tests/atomicity.rs`
//! `a_flipped_bit_changes_nothing_on_any_way`; `src/ratchet/tests.rs`
//! `every_flipped_bit_is_refused_without_a_change_on_every_branch`.
//!
//! ## Work for a forger
//! A forged counter made receivers step a chain 25,000 times. *Answer* 7.5, 8.5, 11.4: bounds on work before
//! authentication, counted in tests. *Tests* `src/ratchet/tests.rs`
//! `a_body_changed_on_the_way_costs_one_opening_however_much_it_skips`,
//! `the_largest_numbers_are_refused_without_deriving_anything`; `src/session/tests.rs`
//! `a_forged_envelope_costs_one_search`, `a_forged_handshake_costs_what_the_specification_says`.
//!
//! ## Messages that vanish
//! vodozemac drops skipped keys after 40 and says nothing (Soatok, 2026). *Answer* 8.6: limits are
//! constants, what was dropped is counted and reported, too late differs from twice. *Tests*
//! `tests/delivery.rs` `evicted_keys_are_reported_and_their_messages_too_old`, `duplicates_are_told`;
//! `src/ratchet/tests.rs` `the_oldest_skipped_keys_are_dropped_counted_and_told_from_duplicates`.
//!
//! ## Messages reordered or held back
//! Servers of WhatsApp, Signal and Threema could change the order of messages, or drop some, unseen ("More is
//! Less"; USENIX Security 2023). *Answer* 8.6, 12.6, 12.7, 15.6: each opens in any order and once. What has an
//! order that counts (edits, votes, timers, changes of a group) has it from what its authors said, never from
//! when it came; texts are shown by their authors' times, which are claims. That one is held back shows when
//! a limit drops its key, and not before; of a group's changes it shows in the next message. *Tests*
//! `src/ratchet/tests.rs` `any_schedule_of_loss_and_reordering_delivers_what_it_delivers`; `tests/delivery.rs`
//! `evicted_keys_are_reported_and_their_messages_too_old`; `src/content/operation/rules_tests.rs`
//! `a_later_edit_holds_whatever_comes_after`; `src/content/said/tally_tests.rs`
//! `the_result_does_not_depend_on_the_order`; `src/content/frame.rs`
//! `which_timer_holds_does_not_depend_on_the_order`; `src/group/channel/tests/attacks.rs`
//! `changes_may_be_reordered_and_dropped_with_messages_in_flight`.
//!
//! ## What stands beside a text
//! Threema did not authenticate all that a message came with (USENIX Security 2023). *Answer* 8.2, 12.1, 13:
//! id, time, conversation and timer are said inside the encryption, in every content; what is outside is bound
//! to it. *Tests* `src/content/tests.rs` `the_frame_is_complete_and_well_formed`; `tests/atomicity.rs`
//! `parts_of_two_messages_make_no_third`, `a_flipped_bit_changes_nothing_on_any_way`.
//!
//! ## Keys that outlive their messages
//! Megolm's receivers keep the first state of a ratchet, from which all later keys follow; libsignal keeps five
//! chains, and skipped keys without an age. *Answer* 8.6, 9.1, 14.7: a past chain is its skipped keys and no
//! chain key, skipped keys have an age, and a chain key is kept where it stands. *Tests*
//! `src/ratchet/tests.rs` `skipped_keys_expire_by_age`; `src/ratchet/pq/tests.rs` `skipped_keys_expire_by_age`,
//! `the_epochs_that_can_still_arrive_are_kept_and_older_ones_erased`; `src/sender_key/tests/limited.rs`
//! `skipped_keys_expire_by_age`, `chains_and_scopes_expire_by_age`. Model: `chain-not-advanced` of
//! `formal/ratchet.vp`.
//!
//! ## Old sessions that a thief keeps alive
//! Archived sessions undo healing, and clones are not seen (Cremers et al., CCS 2020 and USENIX Security
//! 2023; Albrecht, Dowling and Jones on WhatsApp, eprint 2025/794). *Answer* 11.2: few, aged, retired once a
//! later one is answered; crossings have one winner. *Tests* `src/session/tests.rs`
//! `a_thief_of_an_old_session_gets_nothing_once_a_later_one_is_answered`; `tests/simultaneous.rs`
//! `inactive_sessions_are_bounded_in_number_and_age`, `crossing_handshakes_agree_on_the_smaller_id`,
//! `a_session_that_was_reset_receives_and_never_sends_again`.
//!
//! ## States that are rolled back
//! A backup that is restored, or a cloned virtual machine, seals with keys that were used before; with
//! a nonce from a counter the two texts share their key stream and the authenticator's key with it.
//! *Answer* 8.2, 14.10, 21: nonces are random, a repeated number is a duplicate, and two devices that went
//! different ways come back to one session. *Tests* `src/ratchet/tests.rs` and `src/sender_key/tests.rs`
//! `a_sender_that_was_rolled_back_repeats_its_keys_under_another_nonce`; `tests/simultaneous.rs`
//! `whatever_happens_both_agree_in_the_end`.
//!
//! ## Post-quantum protection that is optional
//! A ProVerif trace of a sparse post-quantum ratchet shows a missing key taken as a known one; a wrong
//! byte order in a KEM silently disabled one (eprint 2026/192). *Answer* 9: no message without it; a failure
//! ends the session. *Tests* `src/ratchet/pq/tests.rs`
//! `every_message_has_a_key_of_its_own_from_the_first_on`, `a_forged_chunk_ends_the_session_and_changes_nothing`;
//! `src/crypto/kem_incremental.rs` `the_steps_together_are_ordinary_ml_kem`. Model: `one-half-enough` and
//! `epoch-not-mixed-in` of `formal/ratchet.vp`.
//!
//! ## Counters that wrap
//! hpke-rs repeated nonces at 2³² (RUSTSEC-2026-0071). *Answer* 8.5, 9.4, 10.6: a counter ends its chain. *Tests*
//! `src/ratchet/pq/tests.rs` `the_last_message_number_ends_the_chain`; `src/ratchet/braid/tests.rs`
//! `the_last_epoch_is_an_error_and_no_wrap`.
//!
//! ## Who talks to whom
//! Ratchet keys and counters in clear link a session's messages, and so does a certificate's hash; delivery
//! receipts let a server match sealed senders (Martiny et al., NDSS 2021). *Answer* 8.2, 11.4, 13: headers are
//! sealed and of one length, envelopes name nobody. When receipts leave is the application's: several at once,
//! after a random time (12.6). *Tests* `tests/delivery.rs`
//! `an_envelope_shows_neither_names_nor_keys_nor_short_lengths`; `src/handshake/identity.rs`
//! `the_longest_identity_fits_and_all_have_one_length`. Model: `identity-in-clear` and `header-in-clear`.
//!
//! ## Sizes that speak
//! Random padding averages out, and no padding tells what was said. *Answer* 4.4: size classes, inside the
//! encryption. *Tests* `src/wire/padding.rs` `short_texts_share_one_size`, `sizes_are_those_of_padme`.
//!
//! # Content and parsing
//!
//! ## Silent receipts
//! Careless Whisper (2024): strangers track a device by receipts that it sends for reactions, edits and
//! rubbish. *Answer* 12.6: only to accepted contacts, for what people see. *Tests* `src/content/receipt.rs`
//! `only_accepted_contacts_get_receipts`, `only_what_people_see_is_answered`.
//!
//! ## Acknowledgements that anybody can make
//! A server could say that a message had arrived ("More is Less"). *Answer* 12.4, 12.6, 15.7: receipts are
//! contents of a session, and of a group's state only members acknowledge. An application counts a receipt for
//! messages that it sent to the receipt's author, and for no others (12.4). *Tests* `src/content/source.rs`
//! `what_the_table_allows_comes_from_there_and_nothing_else_does`; `src/group/channel/tests/membership.rs`
//! `an_acknowledgement_of_a_later_revision_makes_us_wait`, `everybody_can_hold_us_up_once_a_day`;
//! `src/group/tests/joining.rs` `a_joiner_is_confirmed_by_another_account_than_the_adders`.
//!
//! ## History that somebody hands over
//! What newcomers and new devices are given of the past is taken for what its authors said (MSC4268 and
//! matrix-rust-sdk issues 5613 and 5770; eprint 2025/794 on WhatsApp). *Answer* 12.4, 12.6, 14.6: a chain is
//! given as it stands, so that no earlier message opens, and by its own device alone; own devices tell each
//! other what their account said (`SentTranscript`); of what others said only quotes travel, which count where
//! the quoted message is held. An application that carries more to another device has to keep it apart from
//! what came in a session there. *Tests*
//! `src/group/channel/tests/sending.rs` `whoever_joins_later_reads_from_then_on`; `src/sender_key/tests.rs`
//! `a_late_joiner_reads_from_its_place_on_and_nothing_earlier`; `src/sender_key/tests/hostile.rs`
//! `a_chain_cannot_be_passed_off_as_ones_own`; `src/content/sample.rs`
//! `transcripts_do_not_nest_and_are_of_what_people_say`; `src/content/said/quote.rs`
//! `only_the_very_message_confirms_its_quote`.
//!
//! ## Reports that do not fit, and messages that cannot be reported
//! Invisible salamanders: one ciphertext opens to two texts under two keys, so that its receiver sees
//! what the judge of a report does not (Dodis et al., CRYPTO 2018, on Facebook's message franking).
//! *Answer* 13.1–13.3: the commitment is to the text, sender and conversation by HMAC; who receives a
//! message compares before it shows anything, and a report holds what was compared. *Tests* `tests/reports.rs`
//! `nothing_else_can_be_reported_with_an_opening`,
//! `a_commitment_changed_added_or_taken_off_is_refused_and_changes_nothing`;
//! `src/sender_key/tests/reportable.rs`
//! `a_sender_that_commits_to_something_else_is_refused_and_nothing_changes`; `src/ratchet/tests.rs`
//! `a_commitment_to_something_else_is_refused_and_changes_nothing`.
//!
//! ## Bytes that two readers read differently
//! Trailing bytes that were ignored, duplicate fields, two bodies in one message, lengths in more bytes
//! than they need. *Answer* 4.3, 12.3:
//! one encoding; exact bytes are hashed and signed. *Tests* `src/content/tests.rs`
//! `there_is_exactly_one_body_whether_known_or_not`,
//! `repeated_unordered_and_explicit_default_fields_are_refused`; `src/wire/strict.rs`
//! `a_field_that_is_there_once_is_there_once`, `integers_and_lengths_are_minimal`.
//!
//! ## Panics and growth as denial of service
//! RUSTSEC-2025-0065, RUSTSEC-2025-0135, GHSA-rrmv-c79f-cf5r, RUSTSEC-2024-0399, RUSTSEC-2024-0447 (panics on
//! input), RUSTSEC-2024-0336 (a loop without end), RUSTSEC-2024-0437, RUSTSEC-2020-0002 (recursion),
//! RUSTSEC-2026-0185 (unbounded reassembly). *Answer* 22: named limits, and no panic. *Tests* `tests/persistence.rs`
//! `arbitrary_bytes_open_nothing`; `tests/spec.rs` `the_table_of_limits_is_the_code`;
//! `src/content/tests.rs` `arbitrary_bytes_never_panic`; `src/wire/strict.rs` `messages_nest_to_a_limit`;
//! `src/crypto/tests.rs` `truncated_and_overlong_keys_are_refused`; `tests/fuzz.rs` `documents`, `content`.
//!
//! ## Names that deceive
//! Titles with control or right-to-left characters, and file names that are paths or look like other
//! kinds (injection into clients, CVE-2018-10994 and CVE-2018-11101). *Answer* 12, 15.2: refused on receipt. *Tests*
//! `src/group/text.rs` `a_title_with_control_or_bidi_characters_is_refused`; `src/content/said/words.rs`
//! `a_file_name_is_no_path_and_no_disguise`.
//!
//! # Groups
//!
//! ## A server that adds a member
//! "More is Less" (Rösler, Mainka, Schwenk, eprint 2017/713) on WhatsApp; Nebuchadnezzar on Matrix; eprint
//! 2025/794 on WhatsApp again. Knowing a group's id was enough to change it in Signal's first groups. What
//! nobody signs also lets a server say that somebody left (eprint 2023/1385).
//!
//! *Answer* 15: members sign changes, chained from the genesis whose hash is the id. *Tests*
//! `src/group/tests/attacks.rs` `the_server_cannot_add_a_member`,
//! `a_former_member_who_knows_the_group_injects_nothing`, `a_change_replayed_in_another_group_is_refused`;
//! `src/group/tests/checks.rs` `g2_to_g5_group_actor_device_and_signature`; `src/group/tests/joining.rs`
//! `nobody_joins_without_being_in_it_or_on_a_strangers_word`. Model: `formal/membership.vp`.
//!
//! ## Permission that nobody asks about
//! Left to the application, changes of who was no admin were merged (marmot's mdk, issues 44 and 59), judged
//! by the first of several proposers, or promoted who was no member (libxmtp, 3977); whoever introduced a
//! member to SimpleX chose any role for it; one kind of proposal got around the rules for another (OpenMLS,
//! 2125). *Answer* 15.4, 15.5: a change has one actor; every action is judged by that member's role in the
//! state that it builds on, and documents of others inside it by themselves. *Tests*
//! `src/group/tests/checks.rs` `g6_what_a_role_does_not_permit_is_refused`,
//! `g6_nobody_grants_or_touches_a_rank_at_or_above_their_own_but_owners`, `g6_documents_inside_are_verified`,
//! `g7_targets_are_where_they_must_be`; `src/group/tests/actions.rs`
//! `an_invitation_gives_no_rank_that_its_giver_lost`.
//!
//! ## A bad change that stops a group
//! mls-rs made every bad proposal an error, and there was no way on (245); a server that orders what it cannot
//! read may choose a change that nobody can take (RFC 9420, section 14). *Answer* 15.6: what passes no check is
//! skipped, and whoever wrote what lost derives it anew. *Tests* `src/group/tests/conflicts.rs`
//! `what_no_check_would_pass_does_not_compete`; `src/group/channel/tests/authoring.rs`
//! `a_pending_change_goes_when_the_state_goes_on`.
//!
//! ## A member who speaks as another
//! Symmetric sender keys without signatures; in Matrix, confusing pairwise and group keys let a server's
//! friend impersonate (Nebuchadnezzar). *Answer* 14.5: a signing key for each chain. *Tests*
//! `src/sender_key/tests/hostile.rs` `a_member_cannot_speak_as_another`,
//! `a_chain_cannot_be_passed_off_as_ones_own`, `a_second_chain_under_one_id_is_refused_and_a_repetition_is_none`.
//! Model: `unsigned` of `formal/group.vp`.
//!
//! ## One ciphertext for many, exchanged by one of them
//! Sealed sender's second version authenticates to each recipient the key of a shared ciphertext and not the
//! ciphertext: with a server, one of them could put another before the rest. *Answer* 14.5, 17.3, 19.1: the
//! signature covers the body, as a profile's covers what it says and a pointer's root every byte of its
//! object; all else has one receiver. *Tests* `src/sender_key/tests/hostile.rs`
//! `a_member_cannot_put_another_body_under_anothers_signature`,
//! `a_body_under_another_key_than_the_signed_one_is_refused`; `src/group/channel/tests/attacks.rs`
//! `a_member_cannot_forge_anothers_message`; `src/media/tests/refusals.rs`
//! `a_chunk_sealed_by_another_holder_of_the_key`; `src/profile/sealed.rs`
//! `a_contact_who_has_the_key_cannot_publish_in_the_account_s_name`.
//!
//! ## A removed member who reads on
//! Chains that are not renewed, or only later (WhatsUpp with Sender Keys, eprint 2023/1385). *Answer* 14.2,
//! 14.4, 15.6: the key epoch rises with the removal, and sending refuses until new keys are given. *Tests*
//! `src/sender_key/tests/hostile.rs` `a_former_member_without_the_new_epoch_secret_opens_nothing`;
//! `src/sender_key/tests.rs` `after_a_change_of_scope_nothing_is_sent_on_the_old_chain`;
//! `src/group/tests/actions.rs` `the_key_epoch_rises_with_everybody_who_goes_and_not_otherwise`;
//! `src/group/tests/attacks.rs` `a_removed_member_speaks_from_the_past_no_longer_than_the_past_counts`.
//! Model: `nothing-renewed` of `formal/group.vp`.
//!
//! ## One signing key for ever
//! The signature key of a sender chain never moves in deployed protocols, so its thief forges the past and
//! the future (eprint 2023/1385). *Answer* 14.3, 14.4: a new one with every chain; chains are limited in messages and age.
//! *Tests* `src/sender_key/tests/limited.rs` `a_chain_serves_so_many_messages_and_no_more`,
//! `a_chain_gets_so_old_and_no_older`.
//!
//! ## Group messages opened twice
//! Megolm decrypts an index as often as it is asked. *Answer* 14.7: a key is used once. *Tests*
//! `src/sender_key/tests.rs` `any_order_with_repetitions_opens_every_message_once`.
//!
//! ## One message, two readings
//! ChaCha20-Poly1305 and AES-GCM do not commit to their key: who gives members different keys can have
//! one ciphertext read differently (Dodis et al., CRYPTO 2018). *Answer* 14.5: the signature covers a commitment to the
//! key. *Tests* `src/sender_key/tests/hostile.rs`
//! `members_who_were_given_different_chain_keys_cannot_both_open_one_message`.
//!
//! ## Orders that a clock decides
//! Matrix breaks ties by time stamps, which a sender chooses. *Answer* 15.6: removal first, then rank, then
//! hash. *Tests* `src/group/tests/conflicts.rs`
//! `removal_beats_demotion_beats_access_beats_the_rest_whatever_the_rank`,
//! `any_set_of_changes_in_any_order_with_duplicates_leads_to_the_same_state`; `src/group/tests/attacks.rs`
//! `two_admins_who_remove_each_other_leave_one`, `an_equivocating_device_is_caught_by_who_sees_both`.
//!
//! # Media
//!
//! ## Objects that open as something else
//! Invisible salamanders (CRYPTO 2018): one object, two keys, two pictures, and a report that shows the
//! harmless one. A recipient who knows the key and works with the server replaces the file for others. *Answer* 17.1, 17.5:
//! a key commitment, and the hash of the object in the message. *Tests* `src/media/tests/refusals.rs`
//! `another_salt_or_commitment`, `a_chunk_sealed_by_another_holder_of_the_key`. Model: `formal/media.vp`.
//!
//! ## Plaintext before its check, and ends that nobody marked
//! Matrix attachments are released before their hash is known, their counter was not authenticated
//! (Nebuchadnezzar), and reading into no room counted as their end. *Answer* 17.6: chunks are verified one by
//! one, the last is marked. *Tests* `src/media/tests/refusals.rs` `a_changed_byte_anywhere`, `cut_short_anywhere`,
//! `reordered_swapped_repeated_or_left_out`, `an_object_is_whole_after_its_last_chunk_and_not_before`;
//! `src/media/tests/streams.rs` `an_empty_buffer_is_no_end`.
//!
//! ## Files that a server recognises
//! Where equal files are stored once, whoever can add files learns which are there (Fábrega et al. on
//! encrypted backups). *Answer* 17.4, 17.10: every object has a key of its own, and what recognises a file is a
//! keyed tag that never leaves the device. *Tests* `src/media/tests/mod.rs`
//! `equal_files_have_one_tag_on_one_device_only`.
//!
//! ## Four gigabytes
//! A 32-bit length let a Signal for Android attachment pass with part of it unchecked (2016). *Answer* 17.2: 64 bits,
//! checked. *Tests* `src/media/tests/beyond.rs` `lengths_beyond_four_gib_are_not_cut`,
//! `a_chunk_beyond_four_gib_has_its_own_nonce`.
//!
//! # Not ours
//!
//! What a crate without a network, a store or a screen cannot answer, and who has to.
//!
//! - *Looking accounts up* by the hundred million ("Hey there", arXiv 2511.20252): account ids are the application's
//!   opaque bytes (5.1), and how often somebody may ask is the service's to limit.
//! - *Backups* that are compressed (Threema), or grow with what others send (Fábrega et al.): there are none here.
//!   Whoever makes them pads them, and puts no states into them: they must not be restored (21).
//! - *Encryption at rest*: vodozemac's takes its IV from the key alone, so that equal states show (Soatok, 2026).
//!   States are handed out as plain bytes; the application encrypts them, under nonces that do not repeat, and
//!   deletes old ones (`SECURITY.md`).
//! - *Two writers*: an encryption that raced a decryption brought an old chain back (whatsmeow, Baileys). One
//!   device's states have one writer at a time (21); parts of different writes are refused (`state/torn`).
//! - *Databases, screens, other programs*: SQL injection (CVE-2025-53549), HTML in a client (CVE-2018-10994,
//!   CVE-2018-11101), a plugin's name that was run (RUSTSEC-2024-0433). What was said comes out as typed text that
//!   has limits (12.5) and is still a stranger's.
//! - *Files after they were opened*: other applications exchanged them in shared storage before they were shown
//!   (Media File Jacking, Symantec 2019). An object is verified as it opens (17.6); its plaintext has to lie
//!   where nobody else writes.
//! - *The generator*: libcrux-ed25519 went on with a key of zeros when its generator had failed
//!   (RUSTSEC-2026-0075). Here it is an argument, of a type that cannot fail; one that gives zeros gives keys
//!   that everybody knows (`SECURITY.md`).
//! - *Bindings*: a wrapper went on with a `Result` as if it were the session inside (mx.crypto). There is no unsafe
//!   code here; other languages are for other crates.
//! - *What is not used*: HPKE (RUSTSEC-2026-0069 and -0070), ML-DSA (RUSTSEC-2026-0076, -0077, -0125, -0126),
//!   libcrux-psq (RUSTSEC-2026-0024, -0025), libcrux-ed25519 (RUSTSEC-2026-0026), pqcrypto-mlkem
//!   (RUSTSEC-2026-0161).
//! - *What comes along* with what is used: bytes (RUSTSEC-2026-0007), rand (RUSTSEC-2026-0097) and libcrux-sha3
//!   (RUSTSEC-2026-0074, -0207, -0208); `Cargo.lock` has them as mended.
