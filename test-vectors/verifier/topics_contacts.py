"""The checker of contacts."""

from . import certified, identity
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .contacts import Contact


def contacts_(params, test):
    contact = None
    for step in test["steps"]:
        before = contact and contact.stored()
        result, code, cause = outcome(lambda: take(contact, params, step))
        equal("cause", cause, step.get("cause"))
        if code != "ok" and contact and contact.stored() != before:
            raise Difference(f"{step['do']}: refused, and something changed")
        if step["do"] == "meet":
            contact = result
        elif code == "ok":
            code = result or "ok"
        equal("expect", code, step["expect"])
        if contact:
            equal("events", [event.hex() for event in contact.events], step["events"])
            equal("state", p.state_digest(contact.stored()), step["state"])
    equal("expect", test["steps"][-1]["expect"], test["expect"])


def list_of(params, name):
    return identity.decode_list(unhex(params["lists"][name]))


def take(contact, params, step):
    do, now = step["do"], params["now"]
    if do in ("meet", "replace"):
        lists = [list_of(params, name) for name in step["lists"]]
        return Contact(lists, now) if do == "meet" else contact.replace(lists, now)
    if do == "update":
        return update(contact, list_of(params, step["list"]), step, now)
    if do == "acknowledge":
        return contact.acknowledge([unhex(event) for event in step["seen"]])
    if do == "verify":
        return contact.verify(unhex(step["account"]), unhex(step["key"]))
    if do == "withdraw":
        return contact.withdraw()
    if do == "permit":
        return contact.permit(step["device"], step["now"])
    if do == "judge":
        return judge(contact, step)
    raise Difference(f"unknown step {do}")


def update(contact, received, step, now):
    ours = contact.entry.version
    result = contact.update(received, now)
    if result == "gap":
        equal("have", [ours, received.entry.version], step["have"])
    if result == "other-account-key":
        equal("key", received.entry.account_key, step["key"])
    return result


def judge(contact, step):
    certificate = certified.decode_certificate(unhex(step["certificate"]))
    result = contact.judge(certificate, step["version"], unhex(step["hash"]), step["now"])
    if result == "need-newer-list":
        equal("have", [contact.entry.version, step["version"]], step["have"])
    return result
