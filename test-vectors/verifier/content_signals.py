"""SPEC.md section 12.4: parts of the protocol's own bodies; signals, keys, contacts."""

from .content_words import check_length, refuse
from .group_state import account_order
from .primitives import Refused, check_ed25519

LAST_TIME, SECRET, CARRIED = 253_402_300_799_999, 32, 512
CHANGE, PART, PARTS, CAPABILITIES = 55_296, 49_152, 24, 256


# Parts


def check_one_of(value, most, reason):
    """A number that decides: from 1."""
    if not 1 <= value <= most:
        refuse(reason)


def account(data):
    check_length(data, 1, 64, "account")


def account_key(data):
    try:
        valid = len(data) == 32 and check_ed25519(data)
    except Refused:
        valid = False
    if not valid:
        refuse("account-key")


def secret(data):
    check_length(data, SECRET, SECRET, "key-length")


def optional_secret(data):
    if data:
        secret(data)


def name(data):
    check_length(data, 0, 128, "name-length")


def time(value):
    check_one_of(value, LAST_TIME, "time")


def device(value):
    if value == 0:
        refuse("device")


def standing(value):
    check_one_of(value, 3, "contact-standing")


def stamp(found):
    if found is None or found["version"] == 0:
        refuse("stamp")
    time(found["changed_at"])


def check_list(items, least, most, order=lambda item: item):
    """As many as may be, strictly ascending."""
    if not least <= len(items) <= most:
        refuse("list-count")
    places = [order(item) for item in items]
    if any(a >= b for a, b in zip(places, places[1:])):
        refuse("list-order")


def accounts(items, most):
    for item in items:
        account(item)
    check_list(items, 0, most, account_order)


# Bodies


def profile_key(body):
    secret(body["key"])
    if body["version"] == 0:
        refuse("key-version")


def carried(body):
    check_length(body["body"], 1, CARRIED, "opaque-length")


def carried_change(body):
    check_length(body["body"], 1, CHANGE, "opaque-length")
    optional_secret(body["epoch_secret"])


def snapshot_part(body):
    check_length(body["body"], 1, PART, "opaque-length")
    if len(body["snapshot"]) != 16:
        refuse("snapshot-part")
    if not body["part"] < body["parts"] <= PARTS:
        refuse("snapshot-part")
    if body["part"] + 1 < body["parts"] and len(body["body"]) < PART:
        refuse("snapshot-part")


def capabilities(body):
    numbers = body["bodies"]
    if body["content_version"] == 0 or len(numbers) % 2:
        refuse("capabilities")
    check_list([numbers[i : i + 2] for i in range(0, len(numbers), 2)], 1, CAPABILITIES)


def contact_state(body):
    account(body["account"])
    standing(body["standing"])
    stamp(body["stamp"])


def contact_link(body):
    account(body["account"])
    account_key(body["account_key"])
    optional_secret(body["secret"])
    name(body["name"])


RULES = {
    "Typing": lambda body: None, "ProfileShare": profile_key, "ProfileKeyUpdate": profile_key,
    "Carried": carried, "CarriedChange": carried_change, "SnapshotPart": snapshot_part,
    "Capabilities": capabilities, "ContactStateUpdate": contact_state,
    "ContactLink": contact_link,
}  # fmt: skip
