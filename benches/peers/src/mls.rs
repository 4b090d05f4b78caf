//! What the two libraries for MLS (RFC 9420) are measured with, written once.

use std::cell::RefCell;
use std::rc::Rc;

use crate::table::{Sample, repeated, timed};
use crate::{PREKEYS, QUEUE, TEXT};

/// A client in at most one group, as a library has it. All that travels is bytes.
pub(crate) trait Member: 'static {
    fn key_package(&mut self) -> Vec<u8>;
    fn create_group(&mut self);
    /// Commits an addition with a new path and applies it; gives the welcome.
    fn add(&mut self, key_package: &[u8]) -> Vec<u8>;
    fn join(&mut self, welcome: &[u8]);
    fn encrypt(&mut self, text: &[u8]) -> Vec<u8>;
    fn decrypt(&mut self, message: &[u8]) -> Vec<u8>;
    /// Commits a change of the own leaf alone.
    fn update(&mut self) -> Vec<u8>;
    /// Commits a removal.
    fn remove(&mut self, leaf: u32) -> Vec<u8>;
    /// Applies the own commit.
    fn apply(&mut self);
    /// Takes somebody else's commit and applies it.
    fn process(&mut self, commit: &[u8]);
    /// Writes the group to the store, if that has not happened.
    fn store(&mut self);
    /// Reads the group from the store.
    fn load(&mut self);
}

/// Makes a member of that name.
pub(crate) type New<M> = fn(&str) -> M;

/// The last two that joined a group, of which the first writes and the second reads.
pub(crate) struct Group<M> {
    writer: M,
    reader: M,
    /// Who is removed next.
    leaf: u32,
}

/// A group that several rows use.
pub(crate) struct Shared<M>(Rc<RefCell<Group<M>>>);

impl<M: Member> Group<M> {
    /// A group of so many, in which every member added the next one: the tree is filled, which is
    /// the best case for what follows.
    pub(crate) fn new(new: New<M>, members: usize) -> Self {
        let mut writer = new("member 0");
        writer.create_group();
        let mut reader = admit(&mut writer, new, 1);
        for number in 2..members {
            writer = reader;
            reader = admit(&mut writer, new, number);
        }
        let commit = reader.update();
        reader.apply();
        writer.process(&commit);
        Self { writer, reader, leaf: 0 }
    }

    pub(crate) fn shared(self) -> Shared<M> {
        Shared(Rc::new(RefCell::new(self)))
    }

    fn next_leaf(&mut self) -> u32 {
        self.leaf += 1;
        self.leaf
    }
}

fn admit<M: Member>(by: &mut M, new: New<M>, number: usize) -> M {
    let mut newcomer = new(&format!("member {number}"));
    let welcome = by.add(&newcomer.key_package());
    newcomer.join(&welcome);
    newcomer
}

pub(crate) fn prekeys<M: Member>(new: New<M>) -> impl FnMut(usize) -> Sample {
    move |count| {
        timed((0..count).map(|_| new("somebody")), |mut member| {
            let packages: Vec<_> = (0..PREKEYS).map(|_| member.key_package()).collect();
            (member, packages)
        })
    }
}

/// A group of two and its first message.
pub(crate) fn initiate<M: Member>(new: New<M>) -> impl FnMut(usize) -> Sample {
    let mut bob = new("bob");
    move |count| {
        let inputs = (0..count).map(|_| (new("alice"), bob.key_package())).collect::<Vec<_>>();
        timed(inputs, |(mut alice, package)| {
            alice.create_group();
            let welcome = alice.add(&package);
            let message = alice.encrypt(&TEXT);
            (alice, welcome, message)
        })
    }
}

pub(crate) fn respond<M: Member>(new: New<M>) -> impl FnMut(usize) -> Sample {
    move |count| {
        let input = |_| {
            let (mut alice, mut bob) = (new("alice"), new("bob"));
            alice.create_group();
            let welcome = alice.add(&bob.key_package());
            let message = alice.encrypt(&TEXT);
            (bob, welcome, message)
        };
        timed((0..count).map(input), |(mut bob, welcome, message)| {
            bob.join(&welcome);
            let text = bob.decrypt(&message);
            (bob, text)
        })
    }
}

/// A message each way, each behind a commit with new keys.
pub(crate) fn ping_pong<M: Member>(new: New<M>) -> impl FnMut(usize) -> Sample {
    let mut group = Group::new(new, 2);
    move |count| {
        repeated(count, || {
            turn(&mut group.writer, &mut group.reader);
            turn(&mut group.reader, &mut group.writer)
        })
    }
}

fn turn<M: Member>(from: &mut M, to: &mut M) -> Vec<u8> {
    let commit = from.update();
    from.apply();
    let message = from.encrypt(&TEXT);
    to.process(&commit);
    to.decrypt(&message)
}

pub(crate) fn group_create<M: Member>(new: New<M>) -> impl FnMut(usize) -> Sample {
    move |count| {
        timed((0..count).map(|_| new("somebody")), |mut member| {
            member.create_group();
            member
        })
    }
}

impl<M: Member> Shared<M> {
    fn handle(&self) -> Rc<RefCell<Group<M>>> {
        Rc::clone(&self.0)
    }

    pub(crate) fn encrypting(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            let group = &mut *group.borrow_mut();
            let mut messages = Vec::with_capacity(count);
            let sample = repeated(count, || messages.push(group.writer.encrypt(&TEXT)));
            messages.iter().for_each(|message| drop(group.reader.decrypt(message)));
            sample
        }
    }

    pub(crate) fn decrypting(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            let Group { writer, reader, .. } = &mut *group.borrow_mut();
            let messages: Vec<_> = (0..count).map(|_| writer.encrypt(&TEXT)).collect();
            timed(messages, |message| reader.decrypt(&message))
        }
    }

    pub(crate) fn catch_up(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            let Group { writer, reader, .. } = &mut *group.borrow_mut();
            let queue = |_| (0..QUEUE).map(|_| writer.encrypt(&TEXT)).collect::<Vec<_>>();
            let queues: Vec<_> = (0..count).map(queue).collect();
            timed(queues, |queue| {
                queue.iter().map(|message| reader.decrypt(message)).collect::<Vec<_>>()
            })
        }
    }

    /// One commit removes somebody and gives the group new keys.
    pub(crate) fn removing(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            assert_eq!(count, 1, "a commit at a time");
            let group = &mut *group.borrow_mut();
            let leaf = group.next_leaf();
            let mut commit = Vec::new();
            let sample = repeated(1, || commit = group.writer.remove(leaf));
            group.writer.apply();
            group.reader.process(&commit);
            sample
        }
    }

    pub(crate) fn processing(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            assert_eq!(count, 1, "a commit at a time");
            let group = &mut *group.borrow_mut();
            let leaf = group.next_leaf();
            let commit = group.writer.remove(leaf);
            group.writer.apply();
            repeated(1, || group.reader.process(&commit))
        }
    }

    pub(crate) fn loading(&self) -> impl FnMut(usize) -> Sample + use<M> {
        let group = self.handle();
        move |count| {
            let reader = &mut group.borrow_mut().reader;
            reader.store();
            repeated(count, || reader.load())
        }
    }

    pub(crate) fn message_len(&self) -> usize {
        let Group { writer, reader, .. } = &mut *self.0.borrow_mut();
        let message = writer.encrypt(&TEXT);
        reader.decrypt(&message);
        message.len()
    }

    /// What a commit that removes somebody weighs.
    pub(crate) fn removal_len(&self) -> usize {
        let group = &mut *self.0.borrow_mut();
        let leaf = group.next_leaf();
        let commit = group.writer.remove(leaf);
        group.writer.apply();
        group.reader.process(&commit);
        commit.len()
    }
}

/// Of a group of two: the welcome and the first message together, and a key package.
pub(crate) fn first_lens<M: Member>(new: New<M>) -> (usize, usize) {
    let (mut alice, mut bob) = (new("alice"), new("bob"));
    alice.create_group();
    let package = bob.key_package();
    let welcome = alice.add(&package);
    (welcome.len() + alice.encrypt(&TEXT).len(), package.len())
}
