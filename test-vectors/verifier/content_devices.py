"""SPEC.md section 12.4: what the devices of one account tell each other."""

from . import content_calls as calls
from .content_signals import (
    LAST_TIME, account, account_key, accounts, check_list, check_one_of, device, name,
    optional_secret, secret, stamp, standing, time,
)  # fmt: skip
from .content_words import check_length, refuse
from .group_state import account_order

NAMES, CONTACTS, GROUPS, BLOCKED, TIMER, NEWEST = 512, 128, 256, 512, 31_622_400, 5
LISTS, MEMBERS, ALL, MODES = 16, 800, 1, 5
MESSAGE, MEDIA, REFLECTED = 9, 10, 61_440


# Parts


def message(found):
    if found is None:
        refuse("no-message")
    account(found["author"])
    check_length(found["id"], 16, 16, "message-id")


def messages(found, least, most):
    for item in found:
        message(item)
    check_list(found, least, most, lambda item: (account_order(item["author"]), item["id"]))


def group(id_):
    check_length(id_, 32, 32, "group-binding")


def chat(found):
    if found is None or (found["account"] is None and found["group"] is None):
        refuse("no-chat")
    if found["account"] is not None:
        account(found["account"])
    else:
        group(found["group"])


def verified(state):
    check_one_of(state, 3, "verified-state")


# Bodies


def seen(body):
    messages(body["messages"], 1, NAMES)
    time(body["at"])


def view_once_opened(body):
    message(body["message"])
    time(body["at"])


def chat_state(body):
    chat(body["chat"])
    stamp(body["stamp"])
    if body["muted_until"] > LAST_TIME:
        refuse("time")


def contacts(body):
    for entry in body["contacts"]:
        contact(entry)
    check_list(body["contacts"], 1, CONTACTS, lambda entry: account_order(entry["account"]))


def contact(entry):
    account(entry["account"])
    stamp(entry["stamp"])
    standing(entry["standing"])
    name(entry["name"])
    if entry["account_key"]:
        account_key(entry["account_key"])
        verified(entry["verified"])
    elif entry["verified"] != 0:
        refuse("verified-state")
    versioned_secret(entry["profile_key"], entry["profile_version"])


def versioned_secret(key, version):
    """Both or neither."""
    optional_secret(key)
    if bool(key) != (version != 0):
        refuse("key-version")


def groups(body):
    for entry in body["groups"]:
        group(entry["id"])
        stamp(entry["stamp"])
        standing(entry["standing"])
    check_list(body["groups"], 1, GROUPS, lambda entry: entry["id"])


def block_list(body):
    stamp(body["stamp"])
    accounts(body["accounts"], BLOCKED)
    for id_ in body["groups"]:
        group(id_)
    check_list(body["groups"], 0, BLOCKED)


def verification(body):
    account(body["account"])
    stamp(body["stamp"])
    account_key(body["account_key"])
    verified(body["state"])


def settings(body):
    stamp(body["stamp"])
    if body["default_timer"] > TIMER:
        refuse("expiry-duration")


def story_lists(body):
    for entry in body["lists"]:
        story_list(entry)
    check_list(body["lists"], 1, LISTS, lambda entry: entry["id"])
    if sum(len(entry["members"]) for entry in body["lists"]) > MEMBERS:
        refuse("list-count")


def story_list(entry):
    check_length(entry["id"], 32, 32, "story-list")
    stamp(entry["stamp"])
    name(entry["name"])
    check_one_of(entry["mode"], MODES, "audience-mode")
    if entry["mode"] == ALL and entry["members"]:
        refuse("audience-members")
    accounts(entry["members"], MEMBERS)
    versioned_secret(entry["secret"], entry["version"])


def own_keys(body):
    stamp(body["stamp"])
    keys = [body[key] for key in ("storage", "backup", "media", "profile") if body[key]]
    if not keys:
        refuse("no-keys")
    for key in keys:
        secret(key)


def device_request(body):
    check_one_of(body["what"], MEDIA, "requested")
    if body["what"] in (MESSAGE, MEDIA):
        message(body["message"])
    elif body["message"] is not None:
        refuse("requested")


def device_response(body):
    check_length(body["request"], 16, 16, "message-id")
    check_one_of(body["outcome"], 4, "response-outcome")


def request_response(body):
    chat(body["chat"])
    check_one_of(body["answer"], 5, "request-answer")
    time(body["at"])


def delete_for_me(body):
    chat(body["chat"])
    time(body["at"])
    if body["messages"] is not None:
        messages(body["messages"]["messages"], 1, NAMES)
    elif body["media"] is not None:
        message(body["media"]["message"])
        if body["media"]["index"] >= 32:
            refuse("media-index")
    elif body["conversation"] is not None:
        messages(body["conversation"]["newest"], 0, NEWEST)
    else:
        refuse("no-deletion")


def call_log(body):
    entry = body["call"]
    if body["cleared_until"] is not None:
        time(body["cleared_until"])
    elif entry is None:
        refuse("no-call-log-entry")
    else:
        chat(entry["chat"])
        calls.kind(entry["kind"])
        check_one_of(entry["direction"], 2, "call-direction")
        check_one_of(entry["outcome"], 4, "call-outcome")
        time(entry["at"])


def device_name(body):
    device(body["device"])
    stamp(body["stamp"])
    check_length(body["name"], 1, 128, "name-length")


def device_hint(body):
    if body["list_version"] == 0 or len(body["list_hash"]) != 32:
        refuse("device-list")
    device(body["device"])


RULES = {
    "MessagesRead": seen, "MessagesViewed": seen, "MessagesPlayed": seen,
    "ViewOnceOpened": view_once_opened, "ChatState": chat_state, "Contacts": contacts,
    "Groups": groups, "BlockList": block_list, "Verified": verification, "Settings": settings,
    "StoryLists": story_lists, "OwnKeys": own_keys, "DeviceRequest": device_request,
    "DeviceResponse": device_response, "MessageRequestResponse": request_response,
    "DeleteForMe": delete_for_me, "CallLog": call_log, "DeviceName": device_name,
    "DeviceAdded": device_hint, "DeviceRevoked": device_hint,
}  # fmt: skip
