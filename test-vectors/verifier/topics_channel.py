"""The checkers of group-messages and scenario-five-members."""

from . import identity
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .group_channel import Channel
from .topics_ratchet import Draw
from .topics_senders import address_of


def channel_of(stated):
    hot, recipients = stated["hot"], stated["recipients"]
    scopes = [
        (unhex(scope["scope"]), list(map(unhex, scope["chains"]))) for scope in stated["scopes"]
    ]
    return Channel.load(
        unhex(stated["membership"]), hot and unhex(hot), recipients and unhex(recipients), scopes
    )


def check_stored(channel, stated):
    """That what was read is written as it was."""
    parts = [stated["membership"], stated["hot"] or "", stated["recipients"] or ""]
    for scope in stated["scopes"]:
        parts += [scope["scope"], *scope["chains"]]
    equal("stored", channel.stored(), "".join(parts))


def compare_state(channel, stated):
    equal("state", p.state_digest(channel.stored()), stated["state_digest"])


# group-messages


def open_(params, test):
    channel = channel_of(params["reader"])
    check_stored(channel, params["reader"])
    take_message(channel, test, test["now"])
    compare_state(channel, test)


def take_message(channel, stated, now):
    found, code, _ = outcome(lambda: channel.open(unhex(stated["envelope"]), now))
    equal("expect", code, stated["expect"])
    for name, value in (found or {}).items():
        equal(name, value, stated[name])


# scenario-five-members


def scenario(params, test):
    channels = {actor["name"]: channel_of(actor["stored"]) for actor in test["actors"]}
    decoded = [identity.decode_list(unhex(actor["list"])) for actor in test["actors"]]
    now = test["steps"][0]["now"]
    for actor in test["actors"]:
        check_stored(channels[actor["name"]], actor["stored"])
        channels[actor["name"]].lists = {
            one.entry.account: identity.trust(one, now) for one in decoded
        }
    prepared = {}
    for number, step in enumerate(test["steps"]):
        try:
            run_step(step, number, channels[step["actor"]], prepared)
        except Exception as error:
            error.args = (f"step {number} ({step['op']}): {error}",)
            raise
    equal("expect", "ok", test["expect"])


def run_step(step, number, channel, prepared):
    op, now, draw = step["op"], step["now"], Draw(unhex(step.get("random", "")))
    before = channel.stored()
    if op == "open":
        take_message(channel, step, now)
    else:
        if op not in OPERATIONS:
            raise Difference(f"unknown step {op}")
        found, code, _ = outcome(lambda: OPERATIONS[op](channel, step, now, draw, prepared, number))
        equal("expect", code, step["expect"])
        for name, value in (found or {}).items():
            equal(name, value, step[name])
    draw.finish()
    if step["expect"] != "ok":
        equal("unchanged", channel.stored(), before.hex())
    compare_state(channel, step)


def learn(channel, step, now, draw, prepared, number):
    channel.learn(unhex(step["epoch_secret"]))


def prepare(channel, step, now, draw, prepared, number):
    given, devices = channel.prepare(now, draw)
    prepared[number] = given
    named = [{"account": account.hex(), "device": device} for account, device in devices]
    return {"distribution": given.encoded(), "devices": named}


def record(channel, step, now, draw, prepared, number):
    channel.record(list(map(address_of, step["devices"])))


def accept(channel, step, now, draw, prepared, number):
    channel.accept(prepared[step["prepared_in"]], address_of(step["from"]), now)


def apply(channel, step, now, draw, prepared, number):
    channel.apply(unhex(step["change"]), now)
    return {"state_hash": channel.group.state.hash}


def encrypt(channel, step, now, draw, prepared, number):
    return {"envelope": channel.encrypt(unhex(step["plaintext"]), now, draw)}


OPERATIONS = {
    "learn": learn, "prepare": prepare, "record": record, "accept": accept, "apply": apply,
    "encrypt": encrypt,
}  # fmt: skip
