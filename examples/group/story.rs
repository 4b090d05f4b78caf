//! What happens, in order. Each function is one section of the printed account.

use std::time::Duration;

use sealwax::group::channel::{GroupChannel, SendRefused};
use sealwax::group::{
    Action, Confirmation, GenesisDraft, Group, LinkMode, LinkSecret, LinkTerms,
    Outcome as ChangeOutcome, Role, SignedChange, SignedGenesis, Snapshot, Ticket, Title, rebase,
};

use crate::Outcome;
use crate::world::World;

const FOUNDERS: [&str; 3] = ["olga", "anna", "max"];
const LAST: [&str; 3] = ["olga", "anna", "sam"];

/// Tells the whole story; whether it ended as it should.
pub(crate) fn tell(seed: u64) -> Outcome<bool> {
    println!("sealwax: a group (seed {seed})");
    let mut world = World::new(seed, &["olga", "anna", "max", "sam", "server"])?;
    found(&mut world)?;
    join_by_link(&mut world)?;
    chat(&mut world)?;
    remove_with_messages_under_way(&mut world)?;
    concurrent_changes(&mut world)?;
    the_server_adds_itself(&mut world)?;
    a_stolen_device(&mut world)?;
    end(&mut world)
}

fn heading(number: usize, title: &str) {
    println!("\n{number}. {title}");
}

fn found(world: &mut World) -> Outcome {
    heading(1, "Founding");
    let (anna, max) = (world.person("anna")?.list.clone(), world.person("max")?.list.clone());
    let draft = GenesisDraft::new(Title::new("Climbing")?)
        .member(&anna, Role::Admin)
        .member(&max, Role::Member);
    let (now, mut rng) = (world.now, world.rng.clone());
    let olga = world.person("olga")?;
    let founded = draft.sign(&olga.device, &olga.list, now, &mut rng)?;
    world.rng = rng;
    let bytes = founded.genesis.encode();
    println!("  olga founds the group with anna and max: a genesis of {} bytes.", bytes.len());
    for name in FOUNDERS {
        world.enter(name, Group::founded(SignedGenesis::decode(&bytes)?))?;
    }
    world.person_mut("olga")?.channel_mut()?.learn(&founded.epoch_secret)?;
    // olga's chain brings the epoch secret, without which the others cannot make theirs.
    for name in FOUNDERS {
        let devices = world.distribute(name)?;
        println!("  {name} gives its sender chain to {devices} devices.");
    }
    Ok(())
}

fn join_by_link(world: &mut World) -> Outcome {
    heading(2, "Joining by link");
    let group = world.person("olga")?.channel()?.id();
    let link = LinkSecret::generate(group, &mut world.rng);
    let terms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: Some(5) };
    let change = world.author("olga", vec![Action::create_link(&link, terms)])?;
    publish(world, "olga", &change.change)?;
    let in_url = link.to_bytes();
    println!("  olga makes a link; its {} bytes are for the fragment of a URL.", in_url.len());
    let link = LinkSecret::from_bytes(&in_url)?;
    let sam = world.person("sam")?;
    let ticket = Ticket::link(&link, &sam.device, &sam.list, world.now)?;
    println!("  sam signs a ticket of {} bytes; anna carries it.", ticket.encode().len());
    let change = world.author("anna", vec![Action::carry(&ticket)])?;
    publish(world, "anna", &change.change)?;
    let snapshot = world.person("anna")?.channel()?.group().snapshot().encode();
    println!("  anna sends sam a snapshot of {} bytes.", snapshot.len());
    let (anna, sam) = (world.person("anna")?.account().clone(), world.person("sam")?);
    let joined = Snapshot::decode(&snapshot)?.join(&anna, (sam.account(), &sam.key))?;
    world.enter("sam", joined)?;
    for name in FOUNDERS {
        world.distribute(name)?;
    }
    let refused = world.distribute("sam").is_err();
    println!("  sam does not write yet, as anna alone vouches for the group: {refused}.");
    world.say("max", "Welcome, Sam!")?;
    let confirmed = world.person("sam")?.channel()?.group().confirmation();
    println!("  max has the same state; sam's group is confirmed: {}.", is(confirmed));
    world.distribute("sam")?;
    Ok(())
}

fn is(confirmation: &Confirmation) -> bool {
    *confirmation == Confirmation::Confirmed
}

/// A change that the server ordered reaches everybody.
fn publish(world: &mut World, author: &'static str, change: &SignedChange) -> Outcome {
    let bytes = change.encode();
    let names: Vec<_> =
        world.people.iter().filter(|p| p.channel.is_some()).map(|p| p.name).collect();
    for name in &names {
        world.take_change(name, &SignedChange::decode(&bytes)?)?;
    }
    println!("  {author}'s change of {} bytes goes to {}.", bytes.len(), names.join(", "));
    Ok(())
}

fn chat(world: &mut World) -> Outcome {
    heading(3, "Talking");
    world.say("sam", "Thanks. When do we meet?")?;
    world.say("olga", "Saturday at nine.")?;
    world.say("max", "I will bring the rope.")
}

fn remove_with_messages_under_way(world: &mut World) -> Outcome {
    heading(4, "A removal, with messages under way");
    let from_max = world.encrypt("max", "Saturday does not suit me.")?;
    let max = world.person("max")?.account().clone();
    let removal = world.author("olga", vec![Action::Remove(max)])?;
    world.take_own("olga", &removal)?;
    println!("  olga removes max; a message of max's is under way.");
    let early = world.encrypt("olga", "too early");
    println!("  olga writes on the old chain: {}.", refusal(early.err()));
    let devices = world.distribute("olga")?;
    println!(
        "  olga gives a new chain to {devices} devices; it overtakes the change, and so does:"
    );
    world.say("olga", "Max is out. Nine it is.")?;
    let anna = world.encrypt("anna", "Nine is fine.");
    println!("  anna heard of a key epoch that she lacks, and writes: {}.", refusal(anna.err()));
    println!("  the change arrives:");
    for name in ["anna", "sam"] {
        world.take_change(name, &removal.change)?;
        world.distribute(name)?;
    }
    println!("  max's message arrives, within the hour that last words have:");
    world.spread("max", &from_max)?;
    world.later(Duration::from_hours(2));
    println!("  two hours later max, who took no notice, says something else:");
    let late = world.encrypt("max", "I am still here!")?;
    world.spread("max", &late)?;
    println!("  and gets what the others say:");
    world.say("anna", "Quiet at last.")
}

fn refusal(error: Option<Box<dyn std::error::Error>>) -> String {
    match error {
        Some(error) => match error.downcast_ref::<SendRefused>() {
            Some(refused) => format!("refused, {refused} ({})", refused.code()),
            None => error.to_string(),
        },
        None => "sent".into(),
    }
}

fn concurrent_changes(world: &mut World) -> Outcome {
    heading(5, "Two admins at once");
    let title = |text: &str| Title::new(text).map(Action::SetTitle);
    let first = world.author("anna", vec![title("Climbing on Saturdays")?])?;
    let actions = vec![title("Climbing at nine")?, Action::SetSlowMode(30)];
    let second = world.author("olga", actions)?;
    println!(
        "  anna and olga change revision {}; the server takes anna's.",
        first.state.revision() - 1
    );
    publish_to_members(world, &first.change)?;
    let outcome = world.take_change("olga", &second.change)?;
    let ChangeOutcome::Rebase { base, .. } = outcome else { return Err("not a conflict".into()) };
    println!("  olga's has to be derived anew from revision {base}'s successor:");
    let olga = world.person("olga")?;
    let state = olga.channel()?.group().state().clone();
    let rebased = rebase(&second.change, &state);
    println!("    {} actions dropped.", rebased.dropped.len());
    let again = world.sign("olga", rebased.draft.ok_or("nothing is left of it")?)?;
    publish_to_members(world, &again.change)?;
    println!("  the title is now {:?}.", again.state.title().as_str());
    for name in LAST {
        world.distribute(name)?;
    }
    Ok(())
}

fn publish_to_members(world: &mut World, change: &SignedChange) -> Outcome {
    for name in LAST {
        world.take_change(name, change)?;
    }
    Ok(())
}

/// The server knows the state, and has a device of its own; what it lacks is a member's key.
fn the_server_adds_itself(world: &mut World) -> Outcome {
    heading(6, "The server adds itself");
    let olga = world.author("olga", vec![Action::SetTimer(3600)])?;
    let server = world.person("server")?;
    let group = world.person("anna")?.channel()?.group().clone();
    let add = group.state().change().with(Action::add(&server.list, Role::Member));
    let mut channel = GroupChannel::new(server.address().clone(), group);
    let (lists, rng) = (&world.lists, &mut world.rng.clone());
    let signed = channel.sign(add, &server.device, lists, world.now, rng);
    let Err(refused) = signed else { return Err("the server signed a change".into()) };
    println!("  its own change is refused when it is signed: {refused}.");
    let mut bytes = olga.change.encode();
    let at = bytes.len() / 3;
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    let refused = match SignedChange::decode(&bytes) {
        Err(error) => error.to_string(),
        Ok(change) => match world.take_change("anna", &change) {
            Err(error) => error.to_string(),
            Ok(outcome) => return Err(format!("taken: {outcome:?}").into()),
        },
    };
    println!("  a change of olga's with one bit changed: {refused}.");
    let prepared = world.distribute("anna")?;
    println!("  anna's next message goes to {prepared} more devices.");
    world.say("anna", "See you on Saturday.")
}

/// A thief with anna's device and the server would add a reader.
fn a_stolen_device(world: &mut World) -> Outcome {
    heading(7, "A stolen device");
    let before = world.lists.clone();
    let group = world.person("sam")?.channel()?.group().clone();
    let add = Action::add(&world.person("server")?.list, Role::Member);
    let (now, mut rng) = (world.now, world.rng.clone());
    let thief = world.person_mut("anna")?.replace_device(now, &mut rng)?;
    let anna = world.person("anna")?;
    let (account, key, list) = (anna.account().clone(), anna.key, anna.list.clone());
    world.lists.insert(account.clone(), list);
    let mut stolen = GroupChannel::new(thief.address().clone(), group);
    let draft = stolen.group().state().change().with(add);
    let change = stolen.sign(draft, &thief, &before, now, &mut rng)?.authored.change;
    world.rng = rng;
    println!("  anna revokes her stolen phone; with it, a thief adds the server's account.");
    world.take_change("olga", &change)?;
    world.person_mut("sam")?.channel_mut()?.apply(&change, &before, now)?;
    let refused = world.distribute("olga");
    println!("  sam has not heard, and follows; olga follows, and does not write:");
    println!("    {}.", refusal(refused.err()));
    let state = world.person("olga")?.channel()?.group().state();
    let mut actions = state.outdated(&world.lists);
    actions.push(Action::Remove(world.person("server")?.account().clone()));
    let told = world.author("olga", actions)?;
    for name in ["olga", "sam"] {
        world.take_change(name, &told.change)?;
    }
    let seen = told.state.revision();
    world.person_mut("olga")?.channel_mut()?.dismiss_suspects(seen);
    println!("  olga looks, tells the group and takes the server out again.");
    let snapshot = world.person("sam")?.channel()?.group().snapshot();
    let sam = world.person("sam")?.account().clone();
    world.enter("anna", snapshot.join(&sam, (&account, &key))?)?;
    world.distribute("olga")?;
    world.say("olga", "That was not you, Anna, was it?")?;
    for name in ["anna", "sam"] {
        world.distribute(name)?;
    }
    world.say("anna", "No. Here is my new phone.")
}

fn end(world: &mut World) -> Outcome<bool> {
    heading(8, "The end");
    let mut good = true;
    let expected = *world.person("olga")?.channel()?.group().state().hash();
    for name in LAST {
        let person = world.person(name)?;
        let state = person.channel()?.group().state();
        println!(
            "  {name:<5} revision {} {}",
            state.revision(),
            hex::encode(state.hash().as_bytes())
        );
        good &= *state.hash() == expected && person.waiting.is_empty();
    }
    let max = world.person("max")?;
    println!("  max read {} messages, the last one {:?}.", max.read.len(), max.read.last());
    good &= max.read.last().is_some_and(|last| last == "Saturday at nine.");
    let sam = world.person("sam")?;
    good &= sam.read.last().is_some_and(|last| last == "No. Here is my new phone.");
    println!("{}", if good { "\nAll as it should be." } else { "\nNOT as it should be." });
    Ok(good)
}
