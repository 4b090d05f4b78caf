"""The checker of media-encryption."""

from functools import lru_cache

from . import media
from .compare import Difference, equal, outcome, unhex


@lru_cache(maxsize=None)
def plaintext(length):
    return bytes((i ^ (i >> 8) ^ (i >> 16)) & 0xFF for i in range(length))


@lru_cache(maxsize=None)
def sealed(random, length):
    return media.seal_object(unhex(random), plaintext(length))


def object_of(test):
    return sealed(test["of"]["random"], test["of"]["plaintext_len"])


def pointer_of(stated):
    return media.Pointer(
        unhex(stated["key"]), stated["plaintext_len"], stated["ciphertext_len"],
        unhex(stated["root"]),
    )  # fmt: skip


def edited(original, edit):
    data = original.data
    if edit is None:
        return data
    ((what, value),) = edit.items()
    chunks = media.chunks_of(data)
    if what == "cut":
        return data[:value]
    if what == "append_zeros":
        return data + bytes(value)
    if what == "xor_one":
        return flipped(data, value)
    if what == "order":
        return b"".join(chunks[i] for i in value)
    if what == "seal":
        index = value["chunk"]
        key, _ = media.derive(original.pointer.key, original.salt)
        text = bytes([value["byte"]]) * original.pointer.length
        piece = media.pieces_of(original.data[: media.HEADER], text)[index]
        chunks[index] = media.seal_chunk(key, index, value["last"], piece)
        return b"".join(chunks)
    raise Difference(f"unknown edit {what}")


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def seal(test):
    made = sealed(test["random"], test["plaintext_len"])
    equal("key", made.pointer.key, test["media"]["key"])
    equal("pointer", made.pointer, pointer_of(test["media"]))
    equal("record", made.record, test["record"])
    equal("header", made.data[: media.HEADER], test["header"])
    equal("chunks", len(media.chunks_of(made.data)), test["chunks"])
    if "object" in test:
        equal("object", made.data, test["object"])
    if "outboard" in test:
        list_ = media.list_of(made.data)
        equal("list", list_, test["outboard"])
        equal("root of the list", media.root_of(list_), test["media"]["root"])
    return media.open_object(made.pointer, made.data) and None


def open_(test):
    pointer, list_ = pointer_of(test["media"]), test["outboard"]
    if list_ is not None:
        media.check_list(pointer, unhex(list_))
    data = edited(object_of(test), test["edit"])
    text = media.open_object(pointer, data, list_ and unhex(list_))
    equal("text", text, plaintext(test["of"]["plaintext_len"]).hex())


def seek(test):
    made = object_of(test)
    list_ = media.list_of(made.data)
    text = media.seek(made.pointer, list_, unhex(test["header"]), test["index"], made.data)
    equal("text", media.blake(text), test["text_blake3"])


def seal_again(test):
    made, text = object_of(test), plaintext(test["of"]["plaintext_len"])
    if test["xor_one"] is not None:
        text = flipped(text, test["xor_one"])
    chunk = media.seal_again(made.record, media.list_of(made.data), test["index"], text)
    equal("chunk", chunk, media.chunks_of(made.data)[test["index"]].hex())


def waveform(test):
    equal("waveform", media.waveform(test["peaks"]), test["waveform"])


def dedup(test):
    tag = media.file_tag(unhex(test["key"]), plaintext(test["plaintext_len"]))
    equal("tag", tag, test["tag"])


OPERATIONS = {
    "media-seal": seal,
    "media-open": open_,
    "media-seek": seek,
    "media-lengths": lambda test: media.Pointer(
        bytes(32), test["plaintext_len"], test["ciphertext_len"], bytes(32)
    ).check(),
    "media-outboard": lambda test: media.check_list(
        pointer_of(test["media"]), unhex(test["outboard"])
    ),
    "media-seal-again": seal_again,
    "media-waveform": waveform,
    "media-dedup": dedup,
}


def media_(params, test):
    _, code, _ = outcome(lambda: OPERATIONS[params["op"]](test))
    equal("expect", code, test["expect"])
