//! What other sections need to get from one device to another. A content knows only how long it may
//! be; SPEC.md sections 14 and 15 say what it is.

mod capabilities;
mod carried;
mod snapshot;

pub use capabilities::Capabilities;
pub use carried::{
    GroupChange, GroupStateAck, GroupSyncRequest, GroupTicket, SenderKey, SenderKeyRequest,
    SenderKeyWithheld,
};
pub use snapshot::{GroupSnapshot, JoinError, SnapshotId};
