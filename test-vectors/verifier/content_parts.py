"""SPEC.md section 12.4, common parts: references, media pointers, styled text, quotes."""

from . import content_words as words
from .content_words import check_length, refuse
from .media import ciphertext_length

INLINE, INLINE_TOGETHER, MEDIA = 16_384, 32_768, 2**40
LAST_TIME = 253_402_300_799_999


def reference(ref):
    if ref is None or not 1 <= len(ref["author"]) <= 64:
        refuse("reference")
    if len(ref["message_id"]) != 16 or len(ref["hash"]) != 32:
        refuse("reference")


# Media


def media_object(object_):
    if len(object_["key"]) != 32:
        refuse("media-key")
    if len(object_["root"]) != 32:
        refuse("media-root")
    size = object_["size"]
    if size > MEDIA or object_["ciphertext_size"] != ciphertext_length(size):
        refuse("media-size")
    check_length(object_["locator"], 1, 512, "media-locator")


def pointer(found):
    if found is None or found["object"] is None:
        refuse("no-media-object")
    media_object(found["object"])
    if (found["width"] == 0) != (found["height"] == 0):
        refuse("dimensions")
    if found["file_name"]:
        words.check_file_name(found["file_name"])
    if found["blurhash"]:
        words.check_blurhash(found["blurhash"])
    check_length(found["description"], 0, 1024, "media-description")
    words.check_content_type(found["content_type"])
    inline_thumbnail(found["inline_thumbnail"])
    if found["remote_thumbnail"] is not None:
        media_object(found["remote_thumbnail"])


def inline_thumbnail(data):
    if data is not None:
        check_length(data, 1, INLINE, "thumbnail")


def thumbnails(pointers, quote):
    """Of all of one body together."""
    inline = [found["inline_thumbnail"] or b"" for found in pointers if found]
    inline.append(quote["thumbnail"] if quote else b"")
    if sum(map(len, inline)) > INLINE_TOGETHER:
        refuse("thumbnails")


# Text


def is_boundary(text, at):
    return at == len(text) or (at < len(text) and text[at] & 0xC0 != 0x80)


def is_part(text, found):
    start, end = found["start"], found["start"] + found["length"]
    return found["length"] > 0 and is_boundary(text, start) and is_boundary(text, end)


def styled(text, ranges, mentions):
    if len(ranges) > 256:
        refuse("format-range-count")
    if not all(is_part(text, found) for found in ranges):
        refuse("format-range")
    if len(mentions) > 128:
        refuse("mention-count")
    end = 0
    for mention in mentions:
        account = mention["account"]
        if not is_part(text, mention) or mention["start"] < end:
            refuse("mention")
        if mention["everyone"] is None and (account is None or not 1 <= len(account) <= 64):
            refuse("mention")
        end = mention["start"] + mention["length"]


def quote(found):
    if found is None:
        return
    reference(found["target"])
    snippet = found["snippet"]
    if snippet is not None:
        check_length(snippet["text"], 1, 2048, "snippet")
        styled(snippet["text"], snippet["ranges"], snippet["mentions"])
        if snippet["mentions"]:
            refuse("snippet")
    check_length(found["thumbnail"], 0, INLINE, "thumbnail")
    if found["kind"] == 8 and (snippet is not None or found["thumbnail"]):
        refuse("quote-of-view-once")


def forwarded(found):
    if found is not None and not 1 <= found["times"] <= 255:
        refuse("forwarded")


def preview(found):
    if found is None:
        return
    check_length(found["title"], 0, 256, "preview")
    check_length(found["description"], 0, 1024, "preview")
    if found["image"] is not None:
        pointer(found["image"])
    words.check_link(found["url"])
    if found["published_at"] > LAST_TIME:
        refuse("preview")
