//! The account of it all, and the check that ends it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::device::Device;
use crate::story::{Story, count, heading, pieces};
use crate::world::{Epoch, Meter, Said, Sizes, Stopwatch};

/// Lines shown at the beginning and at the end of the conversation.
const SHOWN: usize = 5;
const SHOWN_EPOCHS: usize = 12;

pub(crate) fn print(story: &Story) {
    heading(12, "Who said what");
    print_conversation(story);
    heading(13, "What it took");
    print_network(story);
    print_sizes(&story.world.meter);
    print_speed(&story.world.meter);
    print_epochs(&story.world.meter);
    print_writes(story);
}

fn print_conversation(story: &Story) {
    let said = &story.world.said;
    let (first, rest) = said.split_at(SHOWN.min(said.len()));
    let (left_out, last) = rest.split_at(rest.len().saturating_sub(SHOWN * 3));
    for said in first {
        print_said(story, said);
    }
    println!("    ... {} more ...", left_out.len());
    for said in last {
        print_said(story, said);
    }
}

fn print_said(story: &Story, said: &Said) {
    let by = everybody(story).find(|device| *device.address() == said.by);
    let name = by.map_or("somebody", |device| device.name);
    let text: String = said.text.trim_end().chars().take(56).collect();
    let seconds = said.at.since(story.world.said.first().map_or(said.at, |said| said.at)).as_secs();
    println!("  {seconds:>4} s  {name:<13}  {text}");
}

fn print_network(story: &Story) {
    let network = &story.world.network;
    let sent = network.copies.len();
    println!(
        "  network    {sent} envelopes: {} lost, {} repeated, {} overtaken by later ones",
        network.lost, network.repeated, network.overtaken
    );
    let outcomes = story.world.meter.outcomes.iter();
    let outcomes: Vec<_> = outcomes.map(|(outcome, times)| format!("{times} {outcome}")).collect();
    println!("  opened     {}", outcomes.join(", "));
}

fn print_sizes(meter: &Meter) {
    print_size("in established sessions", &meter.established);
    print_size("that carry a handshake", &meter.with_handshake);
}

fn print_size(what: &str, sizes: &Sizes) {
    let Sizes { messages, wire, plaintext } = sizes;
    let mean = |sum: &usize| sum / messages.max(&1);
    println!(
        "  bytes      {} on the wire for {} of content, mean of {messages} messages {what}",
        mean(wire),
        mean(plaintext)
    );
}

fn print_speed(meter: &Meter) {
    let each = |watch: &Stopwatch| watch.total / watch.runs.max(1);
    let (encrypt, open) = (each(&meter.encrypting), each(&meter.opening));
    println!(
        "  speed      {} messages/s encrypted, {} opened ({} and {} µs each, wall time)",
        per_second(encrypt),
        per_second(open),
        encrypt.as_micros(),
        open.as_micros()
    );
}

fn per_second(each: Duration) -> u128 {
    Duration::from_secs(1).as_nanos() / each.as_nanos().max(1)
}

fn print_epochs(meter: &Meter) {
    let epochs = &meter.epochs;
    let sum = |field: fn(&Epoch) -> u32| epochs.iter().map(field).map(u64::from).sum::<u64>();
    let mean = |sum: u64| sum / u64::try_from(epochs.len()).unwrap_or(u64::MAX).max(1);
    println!(
        "  healing    {} completed, counted at both ends; mean: {} messages sent, {} received",
        count(epochs.len(), "post-quantum epoch"),
        mean(sum(|epoch| epoch.sent)),
        mean(sum(|epoch| epoch.received)),
    );
    for Epoch { at, number, sent, received } in epochs.iter().take(SHOWN_EPOCHS) {
        println!("             {at:<13}  number {number}: {sent} sent, {received} received");
    }
}

fn print_writes(story: &Story) {
    for device in everybody(story) {
        let database = &device.database;
        let mean = database.written / database.writes.max(1);
        println!("  database   {:<13}  {} writes, {mean} bytes each", device.name, database.writes);
    }
}

fn everybody(story: &Story) -> impl Iterator<Item = &Device> {
    story.devices.iter().chain(&story.stolen)
}

/// Whether every line arrived exactly once and unaltered on every device that should have it, and
/// on no other, and the text can be put together again.
pub(crate) fn check(story: &Story, text: &str) -> bool {
    heading(14, "The check");
    let mut wrong: Vec<String> =
        story.world.said.iter().flat_map(|said| misdelivered(story, said)).collect();
    let strays = everybody(story).flat_map(|device| strays(story, device));
    wrong.extend(strays);
    if !text_is_whole(story, text) {
        wrong.push("the text that Bob has is not the text that Alice read".into());
    }
    for line in &wrong {
        println!("  WRONG: {line}");
    }
    let copies: usize = story.world.said.iter().map(|said| said.for_devices.len()).sum();
    if wrong.is_empty() {
        println!(
            "  {} lines, {copies} copies: each arrived exactly once and unaltered.",
            story.world.said.len()
        );
    }
    wrong.is_empty()
}

fn misdelivered<'a>(story: &'a Story, said: &'a Said) -> impl Iterator<Item = String> + 'a {
    let unaddressed =
        said.for_devices.is_empty().then(|| format!("{:?} was never sent", said.text));
    let wrong = everybody(story).filter_map(move |device| {
        let rows = device.database.chat.inbox.iter().filter(|row| row.id == said.id);
        let copies: Vec<_> = rows.collect();
        let intact = copies.iter().all(|row| row.text == said.text && row.from == said.by);
        let expected = usize::from(said.for_devices.contains(device.address()));
        let ok = copies.len() == expected && intact;
        (!ok).then(|| {
            format!("{} has {} of {:?}", device.name, count(copies.len(), "copy"), said.text)
        })
    });
    unaddressed.into_iter().chain(wrong)
}

/// What arrived although nobody said it.
fn strays<'a>(story: &'a Story, device: &'a Device) -> impl Iterator<Item = String> + 'a {
    let said = |id| story.world.said.iter().any(|said| said.id == id);
    let rows = device.database.chat.inbox.iter();
    rows.filter(move |row| !said(row.id))
        .map(|row| format!("{} has {:?}, which nobody said", device.name, row.text))
}

/// Puts the lines that Bob's phone got in the order in which they were written.
fn text_is_whole(story: &Story, text: &str) -> bool {
    let Some(phone) = &story.stolen else { return false };
    let lines: BTreeMap<_, _> =
        phone.database.chat.inbox.iter().map(|row| (row.sent_at, row.text.as_str())).collect();
    let heard: Vec<&str> = lines.into_values().collect();
    let read: Vec<&str> = pieces(text).collect();
    read.is_empty() || heard.windows(read.len()).any(|window| window == read)
}
