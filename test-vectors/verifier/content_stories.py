"""SPEC.md section 12.4: stories, and what viewers answer."""

from . import content_parts as parts
from . import content_words as words
from .content_words import check_length, refuse

PICTURES = (1, 2, 3)
TEXT, REPLY, COLOURS = 2048, 8192, 8


def terms(found):
    if found is None:
        refuse("story-terms")
    if found["origin"] is not None:
        parts.reference(found["origin"])


def media(body):
    item, caption = body["item"], body["caption"]
    if item is None:
        refuse("no-media-object")
    parts.pointer(item["pointer"])
    if item["kind"] not in PICTURES:
        refuse("story-media")
    check_length(item["waveform"], 0, 0, "waveform")
    if caption is not None:
        check_length(caption["text"], 1, 4096, "caption")
        parts.styled(caption["text"], caption["ranges"], caption["mentions"])
    terms(body["terms"])
    parts.thumbnails([item["pointer"]], None)


def text(body):
    styled(body["text"], TEXT, "story-text")
    background(body["background"])
    preview = body["preview"]
    parts.preview(preview)
    if preview is not None and preview["url"] not in body["text"]["text"]:
        refuse("preview-not-in-text")
    terms(body["terms"])


def styled(found, most, reason):
    if found is None:
        refuse(reason)
    check_length(found["text"], 1, most, reason)
    parts.styled(found["text"], found["ranges"], found["mentions"])


def background(found):
    if found is None or not 1 <= len(found["colours"]) <= COLOURS:
        refuse("story-background")
    positions, angle = found["positions"], found["angle"]
    if len(found["colours"]) == 1:
        if positions or angle:
            refuse("story-background")
        return
    rising = all(a < b for a, b in zip(positions, positions[1:]))
    if len(positions) != len(found["colours"]) or not rising or max(positions) > 100:
        refuse("story-background")
    if angle > 359:
        refuse("story-background")


def reply(body):
    parts.reference(body["target"])
    styled(body["text"], REPLY, "story-reply")


def reaction(body):
    if body["emoji"]:
        words.check_character(body["emoji"])
    parts.reference(body["target"])


RULES = {
    "StoryMedia": media, "StoryText": text, "StoryReply": reply, "StoryReaction": reaction,
    "StoryDelete": lambda body: parts.reference(body["target"]),
}  # fmt: skip
