use alloc::boxed::Box;
use alloc::vec::Vec;

use zeroize::Zeroizing;

/// Why bytes were refused before anything was done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before the value does.
    #[error("the bytes end too early")]
    Truncated,
    /// Bytes follow the value.
    #[error("bytes follow the value")]
    Trailing,
    /// A field has a length that it cannot have.
    #[error("a field has a wrong length")]
    WrongLength,
    /// Not the one valid encoding: unknown, repeated or unordered fields, or a longer integer than
    /// needed.
    #[error("not the canonical encoding")]
    NotCanonical,
    /// A field that must be there is not.
    #[error("a required field is missing")]
    Missing,
    /// A key or point that no honest peer sends.
    #[error("a public key is invalid")]
    InvalidKey,
    /// A value outside of what the field allows.
    #[error("a value is out of range")]
    OutOfRange,
    /// More than a named limit allows.
    #[error("a limit is exceeded")]
    TooLarge,
    /// A format version that this crate does not know.
    #[error("format version {0} is not supported")]
    UnsupportedVersion(u32),
}

/// A value with one fixed encoding: what is hashed, signed or stored (SPEC.md 4.1).
pub(crate) trait Layout: Sized {
    fn write(&self, w: &mut Writer);
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Decodes a whole value; nothing may follow it.
pub(crate) fn read_all<T: Layout>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Public values of `N` bytes in all, one after the other, on the stack.
pub(crate) fn joined<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    let mut start = 0usize;
    for part in parts {
        let end = start.saturating_add(part.len());
        if let Some(place) = bytes.get_mut(start..end) {
            place.copy_from_slice(part);
        }
        start = end;
    }
    debug_assert_eq!(start, N);
    bytes
}

/// Appends fixed-layout values. What it wrote is wiped when it is dropped or grows, since stored
/// states hold secrets.
#[derive(Debug, Default)]
pub(crate) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    /// Goes on at the end of `bytes`, which [`Writer::into_public`] gives back.
    pub(crate) fn onto(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let needed = self.0.len().saturating_add(bytes.len());
        if needed > self.0.capacity() {
            let mut grown = Vec::with_capacity(needed.saturating_mul(2));
            grown.extend_from_slice(&self.0);
            self.0 = Zeroizing::new(grown);
        }
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.raw(&[value]);
    }

    /// A length or count as `u16`. Everything written has a limit below 65,536.
    pub(crate) fn count(&mut self, count: usize) {
        u16::try_from(count).unwrap_or(u16::MAX).write(self);
    }

    /// `u16(len) ‖ bytes`.
    pub(crate) fn var(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    pub(crate) fn put<T: Layout>(&mut self, value: &T) -> &mut Self {
        value.write(self);
        self
    }

    /// `u16(count)` and the items.
    pub(crate) fn list<'a, T: Layout + 'a>(&mut self, items: impl ExactSizeIterator<Item = &'a T>) {
        self.count(items.len());
        for item in items {
            item.write(self);
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for what holds no secret.
    pub(crate) fn into_public(mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }

    /// The bytes, wiped when dropped.
    pub(crate) fn into_secret(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Takes fixed-layout values from the front of bytes; never panics, never reads past the end.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn raw(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.raw(N)?.try_into().map_err(|_| DecodeError::Truncated)
    }

    pub(crate) fn get<T: Layout>(&mut self) -> Result<T, DecodeError> {
        T::read(self)
    }

    /// A count of at most `limit`.
    pub(crate) fn count(&mut self, limit: usize) -> Result<usize, DecodeError> {
        let count = usize::from(u16::read(self)?);
        if count > limit { Err(DecodeError::TooLarge) } else { Ok(count) }
    }

    /// `u16(len) ‖ bytes` of at most `limit` bytes.
    pub(crate) fn var(&mut self, limit: usize) -> Result<&'a [u8], DecodeError> {
        let len = self.count(limit)?;
        self.raw(len)
    }

    /// `u16(count)` and at most `limit` items.
    pub(crate) fn list<T: Layout, C: FromIterator<T>>(
        &mut self,
        limit: usize,
    ) -> Result<C, DecodeError> {
        let count = self.count(limit)?;
        // Its full size from the beginning: growing would leave copies of secrets behind.
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(self)?);
        }
        Ok(items.into_iter().collect())
    }

    /// The type byte before a key.
    pub(crate) fn key_type(&mut self, expected: u8) -> Result<(), DecodeError> {
        if u8::read(self)? == expected { Ok(()) } else { Err(DecodeError::InvalidKey) }
    }

    /// The version byte of a format of which only `supported` is known.
    pub(crate) fn version(&mut self, supported: u8) -> Result<(), DecodeError> {
        match u8::read(self)? {
            version if version == supported => Ok(()),
            other => Err(DecodeError::UnsupportedVersion(other.into())),
        }
    }

    /// What has not been taken yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }
}

macro_rules! integers {
    ($($int:ty),+) => {$(
        impl Layout for $int {
            fn write(&self, w: &mut Writer) {
                w.raw(&self.to_be_bytes());
            }

            fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                r.array().map(Self::from_be_bytes)
            }
        }
    )+};
}

integers!(u8, u16, u32, u64);

/// One byte, 0 or 1.
impl Layout for bool {
    fn write(&self, w: &mut Writer) {
        w.u8(u8::from(*self));
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

impl<const N: usize> Layout for [u8; N] {
    fn write(&self, w: &mut Writer) {
        w.raw(self);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array()
    }
}

/// A presence byte, 0 or 1, and the value if there is one.
impl<T: Layout> Layout for Option<T> {
    fn write(&self, w: &mut Writer) {
        self.is_some().write(w);
        if let Some(value) = self {
            value.write(w);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if bool::read(r)? { T::read(r).map(Some) } else { Ok(None) }
    }
}

impl<T: Layout> Layout for Box<T> {
    fn write(&self, w: &mut Writer) {
        T::write(self, w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::read(r).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_big_endian_and_lists_counted() {
        let mut w = Writer::new();
        w.put(&1u8).put(&2u16).put(&3u32).put(&4u64).put(&Some(5u8)).put(&None::<u8>);
        w.var(b"ab");
        w.list([6u8, 7].iter());
        assert_eq!(
            w.as_slice(),
            [1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 1, 5, 0, 0, 2, b'a', b'b', 0, 2, 6, 7]
        );
    }

    #[test]
    fn a_reader_refuses_what_is_short_long_or_over_a_limit() {
        assert_eq!(read_all::<u32>(&[0; 3]), Err(DecodeError::Truncated));
        assert_eq!(read_all::<u32>(&[0; 5]), Err(DecodeError::Trailing));
        assert_eq!(read_all::<bool>(&[2]), Err(DecodeError::OutOfRange));
        assert_eq!(Reader::new(&[0, 3, 1, 2, 3]).var(2), Err(DecodeError::TooLarge));
        assert_eq!(Reader::new(&[0, 3, 1, 2]).var(3), Err(DecodeError::Truncated));
        assert_eq!(Reader::new(&[9]).version(1), Err(DecodeError::UnsupportedVersion(9)));
    }

    #[test]
    fn joined_values_lie_one_after_the_other() {
        assert_eq!(joined(&[&[1, 2], &[], &[3]]), [1, 2, 3]);
    }

    #[test]
    fn a_growing_writer_keeps_its_bytes() {
        let mut w = Writer::with_capacity(1);
        for i in 0..1000u16 {
            i.write(&mut w);
        }
        let mut r = Reader::new(w.as_slice());
        for i in 0..1000u16 {
            assert_eq!(r.get::<u16>(), Ok(i));
        }
        assert_eq!(r.finish(), Ok(()));
    }
}
