"""The checkers of stories."""

from . import envelope, identity, stories
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .content_rules import Said
from .senders import Distribution, Sending
from .stories import ALL, ALL_EXCEPT, Audience, StoryList
from .topics_ratchet import Draw
from .topics_senders import address_of

# day


class Day:
    """An author's device with one list, and a device of each account that views."""

    def __init__(self, test):
        decoded = [identity.decode_list(unhex(one)) for one in test["lists"]]
        accounts = [one.entry.account for one in decoded]
        now = test["steps"][0]["now"]
        self.own = address_of(test["author"])
        self.lists = {one.entry.account: identity.trust(one, now) for one in decoded}
        self.viewers = {account: stories.Viewer() for account in accounts}
        self.list, self.sending, self.posts = None, None, []

    def devices(self, now):
        return stories.devices_of(self.list, self.own, self.lists, now)


def day(params, test):
    lived = Day(test)
    for number, step in enumerate(test["steps"]):
        try:
            run_step(lived, step)
        except Exception as error:
            error.args = (f"step {number} ({step['op']}): {error}",)
            raise
    equal("expect", "ok", test["expect"])


def run_step(lived, step):
    if step["op"] not in STEPS:
        raise Difference(f"unknown step {step['op']}")
    draw = Draw(unhex(step.get("random", "")))
    found = STEPS[step["op"]](lived, step, step["now"], draw)
    draw.finish()
    for name, value in (found or {}).items():
        equal(name, value, step.get(name))
    equal("list", p.state_digest(lived.list.stored()), step["list_digest"])
    chain = lived.sending and p.state_digest(lived.sending.stored())
    equal("chain", chain, step["chain_digest"])


def accounts_of(names):
    return [name.encode() for name in names]


def make_list(lived, step, now, draw):
    contacts = accounts_of(step["contacts"])
    lived.list = StoryList.make(lived.own[0], Audience(ALL), contacts, now, draw)


def make_chain(lived, step, now, draw):
    lived.sending = Sending.make(lived.list.scope, lived.own, lived.list.secret, now, draw)


def distribute(lived, step, now, draw):
    given, audience = lived.sending.distribution(), lived.devices(now)
    lacking = [device for device in audience if device not in lived.sending.recipients]
    taken = [give(lived, given, device, now) for device in lacking]
    lived.sending.record(audience, lacking)
    return {"distribution": given.encoded(), "taken": taken}


def give(lived, given, device, now):
    viewer = lived.viewers[device[0]]
    closed = viewer.accept(given, lived.own, now)
    named = {"account": device[0].hex(), "device": device[1]}
    return {"to": named, "closed": closed, "viewer_digest": digest_of(viewer)}


def digest_of(viewer):
    return p.state_digest(viewer.stored()).hex()


def take(lived, step, now, draw):
    given, sender = Distribution.decode(unhex(step["distribution"])), address_of(step["from"])
    viewer = viewer_of(lived, step)
    _, code, cause = outcome(lambda: viewer.accept(given, sender, now))
    return {"expect": code, "cause": cause, "viewer_digest": digest_of(viewer)}


def viewer_of(lived, step):
    return lived.viewers[step["viewer"].encode()]


def post(lived, step, now, draw):
    data, devices = unhex(step["content"]), lived.devices(now)
    made, code, _ = outcome(
        lambda: stories.post(lived.sending, lived.list, devices, data, now, draw)
    )
    if made:
        lived.posts.append(made)
    return {"expect": code, "envelope": made}


def forge(lived, step, now, draw):
    claimed = step["member_index"], step["revision"], unhex(step["state_prefix"])
    data, devices = unhex(step["content"]), lived.devices(now)
    made = stories.send(lived.sending, claimed, devices, data, now, draw)
    lived.posts.append(made)
    return {"envelope": made}


def open_(lived, step, now, draw):
    viewer = viewer_of(lived, step)
    data = unhex(step["bytes"]) if "bytes" in step else lived.posts[step["post"]]
    message = envelope.decode(data).message
    ends, code, cause = outcome(lambda: viewer.open(message, now))
    return {"expect": code, "cause": cause, "ends": ends, "viewer_digest": digest_of(viewer)}


def expire(lived, step, now, draw):
    viewer = viewer_of(lived, step)
    return {"removed": viewer.expire(now), "viewer_digest": digest_of(viewer)}


def update(lived, step, now, draw):
    audience = Audience(ALL_EXCEPT, tuple(accounts_of(step["except"])))
    return {"expect": lived.list.update(audience, accounts_of(step["contacts"]), now)}


def renew(lived, step, now, draw):
    lived.list.renew(now)


STEPS = {
    "make-list": make_list, "make-chain": make_chain, "distribute": distribute, "post": post,
    "forge": forge, "take": take, "open": open_, "expire": expire, "update": update, "renew": renew,
}  # fmt: skip


# learn


def learn(params, test):
    held, now = StoryList.decode(unhex(test["before"])), params["now"]
    told = test["version"], unhex(test["root"])
    change, code, _ = outcome(lambda: held.learn(*told, test["sent_at"], now))
    equal("expect", change or code, test["expect"])
    equal("after", held.stored(), test["after"])
    equal("secret", held.secret, test["epoch_secret"])


# answer


def answer(params, test):
    said, at = Said(unhex(test["story"])), test["at"]
    ends = stories.life_ends(said, params["received"])
    _, code, _ = outcome(lambda: stories.may_answer(said, ends, test["answer"], at))
    equal("expect", code, test["expect"])


OPERATIONS = {"day": day, "learn": learn, "answer": answer}


def stories_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
