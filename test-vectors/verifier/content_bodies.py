"""SPEC.md section 12.4: the rules of each body, in the order that it states."""

from . import content_calls, content_devices, content_signals, content_stories
from . import content_parts as parts
from . import content_words as words
from . import franking
from .content_words import check_length, refuse
from .primitives import hash_

VOICE_NOTE, PHOTO, VIDEO = 4, 1, 2
TIMER = 31_622_400


def check(kind, body):
    RULES[kind](body)


def names(data, length):
    """Names of this length, one after the other."""
    return [data[i : i + length] for i in range(0, len(data), length)]


def is_ascending(items):
    return all(a < b for a, b in zip(items, items[1:]))


# Said


def text(body):
    check_length(body["text"], 1, 2**32, "empty-text")
    check_length(body["text"], 1, 8192, "text-too-long")
    parts.styled(body["text"], body["ranges"], body["mentions"])
    parts.forwarded(body["forwarded"])
    preview, long_text = body["preview"], body["long_text"]
    parts.preview(preview)
    parts.quote(body["quote"])
    if long_text is not None:
        parts.pointer(long_text)
    if preview is not None and preview["url"] not in body["text"]:
        refuse("preview-not-in-text")
    parts.thumbnails([preview and preview["image"], long_text], body["quote"])
    if long_text is not None:
        length, size = len(body["text"]), long_text["object"]["size"]
        if length > 2048 or long_text["content_type"] != b"text/plain":
            refuse("long-text")
        if not length < size <= 65_536:
            refuse("long-text")


def media(body):
    items, caption = body["items"], body["caption"]
    if not 1 <= len(items) <= 32:
        refuse("media-count")
    parts.quote(body["quote"])
    for item in items:
        parts.pointer(item["pointer"])
        voice = item["kind"] == VOICE_NOTE
        check_length(item["waveform"], 0, 128 if voice else 0, "waveform")
    if caption is not None:
        check_length(caption["text"], 1, 4096, "caption")
        parts.styled(caption["text"], caption["ranges"], caption["mentions"])
    parts.forwarded(body["forwarded"])
    for item in items:
        if item["kind"] == VOICE_NOTE and (
            len(items) > 1 or caption is not None or item["pointer"]["duration"] == 0
        ):
            refuse("voice-note")
    if body["view_once"]:
        if len(items) > 1 or items[0]["kind"] not in (PHOTO, VIDEO, VOICE_NOTE):
            refuse("view-once")
        if body["forwarded"] is not None:
            refuse("view-once")
    parts.thumbnails([item["pointer"] for item in items], body["quote"])


def sticker(body):
    if len(body["pack_id"]) != 16 or len(body["pack_key"]) != 32:
        refuse("sticker-pack")
    parts.pointer(body["pointer"])
    if body["emoji"]:
        words.check_character(body["emoji"])
    parts.quote(body["quote"])


def contact_card(body):
    if len(body["details"]) > 32:
        refuse("contact-details")
    account = body["account"]
    if account is not None:
        check_length(account["account"], 1, 64, "contact-account")
        if len(account["fingerprint"]) not in (0, 32):
            refuse("contact-account")
    if body["avatar"] is not None:
        parts.pointer(body["avatar"])
    for name in ("given_name", "family_name", "organisation"):
        check_length(body[name], 0, 256, "contact-name")
    for detail in body["details"]:
        check_length(detail["value"], 1, 512, "contact-detail")
        check_length(detail["label"], 0, 64, "contact-detail")
    words.check_words(body["name"], 256, "contact-name")


def location(body):
    check_length(body["name"], 0, 256, "place-words")
    check_length(body["address"], 0, 1024, "place-words")
    if body["name"] and not body["address"]:
        refuse("place-words")
    if body["url"]:
        words.check_link(body["url"])
    if abs(body["latitude"]) > 900_000_000 or abs(body["longitude"]) > 1_800_000_000:
        refuse("coordinates")


def group_invite(body):
    lengths = [len(body[name]) for name in ("group_id", "link_id", "link_secret")]
    if lengths != [32, 8, 32]:
        refuse("group-link")
    check_length(body["thumbnail"], 0, parts.INLINE, "thumbnail")
    words.check_words(body["title"], 256, "invite-title")
    if body["expires_at"] > parts.LAST_TIME:
        refuse("invite-expiry")


# Polls


def option_name(option):
    return hash_("poll-option", option)[:16]


def poll(body):
    options, correct = body["options"], body["correct"]
    if len(options) > 12:
        refuse("poll-option-count")
    if len(correct) not in (0, 16):
        refuse("poll-quiz")
    words.check_words(body["question"], 512, "poll-question")
    for option in options:
        words.check_words(option, 256, "poll-option")
    if len(options) < 2:
        refuse("poll-option-count")
    if len(set(options)) < len(options):
        refuse("poll-option-twice")
    if not 1 <= body["max_choices"] <= (12 if body["open"] else len(options)):
        refuse("poll-choices")
    if body["closes_at"] > parts.LAST_TIME:
        refuse("poll-closing")
    if correct:
        named = correct in map(option_name, options)
        if not named or body["open"] or body["max_choices"] != 1:
            refuse("poll-quiz")


def poll_vote(body):
    chosen = names(body["options"], 16)
    if (chosen and len(chosen[-1]) != 16) or not is_ascending(chosen):
        refuse("vote-options")
    parts.reference(body["poll"])
    if len(chosen) > 12:
        refuse("vote-options")
    if body["vote_count"] == 0:
        refuse("vote-count")


def poll_option(body):
    parts.reference(body["poll"])
    words.check_words(body["text"], 256, "poll-option")


# Operations


def reaction(body):
    if body["emoji"] is None and body["none"] is None:
        refuse("no-reaction")
    if body["emoji"] is not None:
        words.check_character(body["emoji"])
    parts.reference(body["target"])


def edit(body):
    parts.reference(body["target"])
    new_text, new_media = body["text"], body["media"]
    if new_text is None and new_media is None:
        refuse("no-replacement")
    if new_text is not None:
        text(new_text)
    else:
        media(new_media)
    if not 1 <= body["edit_seq"] <= 10:
        refuse("edit-seq")
    replacement = new_text or new_media
    if replacement["quote"] is not None or replacement["forwarded"] is not None:
        refuse("edit-extra")
    if new_media is not None:
        voice = any(item["kind"] == VOICE_NOTE for item in new_media["items"])
        if new_media["view_once"] or voice:
            refuse("edit-extra")


def target(body):
    parts.reference(body["target"])


def pin(body):
    target(body)
    if body["duration"] > TIMER:
        refuse("pin-duration")


def expiry_timer(body):
    if body["seconds"] > TIMER:
        refuse("expiry-duration")
    if body["timer_version"] == 0:
        refuse("expiry-version")


# Signals and the protocol's own


def receipt(body):
    if not 1 <= body["kind"] <= 4:
        refuse("receipt-kind")
    message_ids(body)


def message_ids(body):
    ids = names(body["ids"], 16)
    if not 1 <= len(ids) <= 512 or len(ids[-1]) != 16:
        refuse("receipt-count")
    if not is_ascending(ids):
        refuse("receipt-order")


def null(body):
    if any(body["padding"]):
        refuse("padding")


def retry(body):
    if len(body["wire_id"]) != 12:
        refuse("wire-id")
    if len(body["session"]) not in (0, 8):
        refuse("session-name")
    if not 1 <= body["attempt"] <= 5:
        refuse("attempt")


def anything(body):
    """Nothing beyond 12.3."""


RULES = {
    "Text": text, "Media": media, "Sticker": sticker, "ContactCard": contact_card,
    "Location": location, "GroupInvite": group_invite, "Poll": poll, "PollVote": poll_vote,
    "PollOption": poll_option, "PollClose": lambda body: parts.reference(body["poll"]),
    "Reaction": reaction, "Edit": edit, "Delete": target, "AdminDelete": target, "Pin": pin,
    "Unpin": target, "ExpiryTimer": expiry_timer, "Receipt": receipt, "Null": null,
    "SessionReset": anything, "Retry": retry, "StoryView": message_ids,
    **content_signals.RULES, **content_calls.RULES, **content_devices.RULES,
    **content_stories.RULES,
}  # fmt: skip

RULES.update(franking.RULES)
