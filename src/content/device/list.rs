use super::Stamp;
use crate::content::body::WireBody;
use crate::content::{DeviceListRef, Name, Violation, part};
use crate::crypto::Digest;
use crate::identity::{DeviceId, ListVersion};
use crate::wire::proto;

/// What a device is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceName {
    /// The device.
    pub device: DeviceId,
    /// Which name is newest.
    pub stamp: Stamp,
    /// Its name.
    pub name: Name,
}

impl WireBody for DeviceName {
    type Wire = proto::DeviceName;

    fn from_wire(wire: proto::DeviceName) -> Result<Self, Violation> {
        Ok(Self {
            device: part::device(wire.device)?,
            stamp: Stamp::from_wire(wire.stamp)?,
            name: Name::new(wire.name)?,
        })
    }

    fn to_wire(&self) -> proto::DeviceName {
        proto::DeviceName {
            device: self.device.as_u32(),
            stamp: Some(self.stamp.to_wire()),
            name: Name::to_wire(Some(&self.name)),
        }
    }
}

/// Declares a body that points to a device list.
macro_rules! hint {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            /// The device.
            pub device: DeviceId,
            /// The first list of which it is true.
            pub list: DeviceListRef,
        }

        impl WireBody for $name {
            type Wire = proto::$name;

            fn from_wire(wire: proto::$name) -> Result<Self, Violation> {
                let list = list_ref(wire.list_version, &wire.list_hash)?;
                Ok(Self { device: part::device(wire.device)?, list })
            }

            fn to_wire(&self) -> proto::$name {
                proto::$name {
                    device: self.device.as_u32(),
                    list_version: self.list.version.as_u32(),
                    list_hash: self.list.hash.as_bytes().to_vec(),
                }
            }
        }
    )+};
}

hint! {
    /// A device was added: fetch the list. The signed list alone says who belongs to the account.
    DeviceAdded;
    /// A device was revoked: fetch the list.
    DeviceRevoked;
}

fn list_ref(version: u32, hash: &[u8]) -> Result<DeviceListRef, Violation> {
    let version = ListVersion::new(version).ok_or(Violation::DeviceList)?;
    let hash = hash.try_into().map_err(|_| Violation::DeviceList)?;
    Ok(DeviceListRef { version, hash: Digest::from_bytes(hash) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::stamp;
    use alloc::vec;

    #[test]
    fn a_hint_names_a_device_and_a_list() {
        let added = |device, list_version, len| {
            let list_hash = vec![7; len];
            DeviceAdded::from_wire(proto::DeviceAdded { device, list_version, list_hash })
                .map(|_| ())
        };
        assert_eq!(added(1, 1, 32), Ok(()));
        assert_eq!(added(0, 1, 32), Err(Violation::Device));
        assert_eq!(added(1, 0, 32), Err(Violation::DeviceList));
        assert_eq!(added(1, 1, 31), Err(Violation::DeviceList));
    }

    #[test]
    fn a_device_has_a_name() {
        let stamp = Some(stamp().to_wire());
        let wire = proto::DeviceName { device: 1, stamp, name: alloc::string::String::new() };
        assert_eq!(DeviceName::from_wire(wire), Err(Violation::NameLength));
    }
}
