//! What the devices of one account tell each other. SPEC.md 12.4.

mod call_log;
mod chat;
mod contacts;
mod delete;
mod groups;
mod keys;
mod list;
mod name;
mod request;
mod seen;
mod settings;
mod stamp;
mod stories;
mod transcript;

pub use call_log::{CallDirection, CallLog, CallLogEntry, CallOutcome};
pub use chat::{Chat, ChatState, MessageRequestResponse, RequestAnswer};
pub use contacts::{
    BlockList, ContactEntry, Contacts, KnownKey, KnownProfile, Verified, VerifiedState,
};
pub use delete::{DeleteForMe, Deletion};
pub use groups::{GroupEntry, Groups};
pub use keys::OwnKeys;
pub use list::{DeviceAdded, DeviceName, DeviceRevoked};
pub use name::{MessageName, MessageNames};
pub use request::{DeviceRequest, DeviceResponse, Requested, ResponseOutcome};
pub use seen::{MessagesPlayed, MessagesRead, MessagesViewed, ViewOnceOpened};
pub use settings::Settings;
pub use stamp::Stamp;
pub use stories::{AudienceMode, StoryList, StoryListId, StoryLists};
pub use transcript::{Destination, SentTranscript, Transcribed};
