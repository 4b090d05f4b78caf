"""The checker of contacts."""

from . import certified, identity
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .contacts import Contact


def contacts_(params, test):
    now, contact, code = params["now"], None, None
    for step in test["steps"]:
        if step["do"] == "meet":
            contact, code = Contact(list_of(params, step), now), "ok"
        else:
            before = contact.stored()
            result, code, cause = outcome(lambda: take(contact, params, step, now))
            if code == "ok":
                code = result or "ok"
            elif contact.stored() != before:
                raise Difference(f"{step['do']}: refused, and something changed")
            equal("cause", cause, step.get("cause"))
        equal("expect", code, step["expect"])
        equal("events", [event.hex() for event in contact.events], step["events"])
        equal("state", p.state_digest(contact.stored()), step["state"])
    equal("expect", code, test["expect"])


def list_of(params, step):
    return identity.decode_list(unhex(params["lists"][step["list"]]))


def take(contact, params, step, now):
    do = step["do"]
    if do in ("update", "replace"):
        return getattr(contact, do)(list_of(params, step), now)
    if do == "acknowledge":
        return contact.acknowledge([unhex(event) for event in step["seen"]])
    if do == "verify":
        return contact.verify(unhex(step["account"]), unhex(step["key"]))
    if do == "withdraw":
        return contact.withdraw()
    if do == "permit":
        return contact.permit(step["device"], step["now"])
    if do == "judge":
        certificate = certified.decode_certificate(unhex(step["certificate"]))
        return contact.judge(certificate, step["version"], unhex(step["hash"]), step["now"])
    raise Difference(f"unknown step {do}")
