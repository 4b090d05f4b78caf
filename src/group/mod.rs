//! Groups: who is in and may do what. SPEC.md section 15.
//!
//! Members decide, not the server: a group begins with a signed [`SignedGenesis`] whose hash is its
//! id, and every [`SignedChange`] names the state that it builds on and the one that it leads to. A
//! [`GroupState`] is only reached through changes that passed every check; a [`Group`] is what a
//! device stores of one, with the past that late messages need.

mod access;
mod action;
mod apply;
mod authority;
mod authors;
mod buffer;
mod change;
pub mod channel;
mod devices;
mod draft;
mod error;
mod evidence;
mod extension;
#[cfg(test)]
pub(crate) mod fixture;
mod genesis;
mod genesis_body;
mod id;
#[cfg(test)]
#[path = "../vectors/group_joining.rs"]
pub(crate) mod joining_vectors;
mod link;
mod member;
mod membership;
mod order;
mod past;
mod proof;
mod rebase;
mod snapshot;
mod stage;
mod state;
mod state_layout;
mod suspect;
mod sync;
#[cfg(test)]
mod tests;
mod text;
mod ticket;
#[cfg(test)]
#[path = "../vectors/group.rs"]
pub(crate) mod vectors;

pub use access::{AccessTable, Level, Permission, Role};
pub use action::Action;
pub use apply::{Applied, Outcome};
pub use buffer::ChangeBuffer;
pub use change::SignedChange;
pub use devices::{DeviceLists, DeviceSet, ListsNeeded, Withheld, WithheldReason};
pub use draft::{Authored, ChangeDraft, DraftRefused};
pub use error::{ApplyError, ChangeError};
pub use evidence::{EvidenceError, EvidenceKind, GroupEvidence};
pub use extension::{Avatar, Extension, ExtensionValue};
pub use genesis::{Founded, GenesisDraft, GenesisError, SignedGenesis};
pub use genesis_body::Predecessor;
pub use id::{GroupId, PinnedLinkKey};
pub use link::{InviteLink, LinkId, LinkMode, LinkSecret, LinkTerms};
pub use member::{Ban, Invitation, JoinRequest, ListRef, Member, PinnedKey};
pub use membership::{Confirmation, Group, Witnessed};
pub use order::{Replayed, replay, winner};
pub use past::PastSender;
pub use proof::{DeviceProof, ProofError};
pub use rebase::{Dropped, Rebase, rebase};
pub use snapshot::{JoinError, Snapshot, SnapshotError};
pub use state::{GroupState, Timer};
pub use suspect::Suspect;
pub use sync::{StateAck, SyncAnswer, SyncLimiter, SyncRequest};
pub use text::{Description, TextError, Title};
pub use ticket::{Ticket, TicketError, TicketKind};
