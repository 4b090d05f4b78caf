"""SPEC.md section 17: media objects."""

from dataclasses import dataclass

import blake3

from . import blake3_tree
from .layout import padded_length
from .primitives import Refused, expand, open_, seal, split, u64

PIECE, CHUNK, HEADER, LIMIT = 65_520, 65_536, 56, 2**40


def refuse(reason):
    raise Refused("media/" + reason)


def blake(data):
    return blake3.blake3(data).digest()


# 17.1 and 17.2


def derive(key, salt):
    """The AEAD's key and the commitment."""
    return split(expand(key, "media/object", salt, 64))


def nonce(index, last):
    return bytes(3) + u64(index) + (b"\1" if last else b"\0")


def body_length(length):
    return HEADER + padded_length(length)


def chunk_count(length):
    return -(-body_length(length) // PIECE)


def ciphertext_length(length):
    return body_length(length) + 16 * chunk_count(length)


def clear_part(index):
    """Bytes at the front of a chunk that are not encrypted."""
    return HEADER if index == 0 else 0


def seal_chunk(aead_key, index, last, piece):
    clear = clear_part(index)
    return piece[:clear] + seal(aead_key, nonce(index, last), b"", piece[clear:])


def open_chunk(aead_key, index, last, chunk):
    """The text, without the header; None if it is not authentic."""
    return open_(aead_key, nonce(index, last), b"", chunk[clear_part(index) :])


def chunks_of(data):
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


# 17.3


def value_of(chunk, index, count):
    return blake(chunk) if count == 1 else blake3_tree.subtree(chunk, 64 * index)


def list_of(data):
    chunks = chunks_of(data)
    return b"".join(value_of(chunk, i, len(chunks)) for i, chunk in enumerate(chunks))


def root_of(list_):
    return list_ if len(list_) == 32 else blake3_tree.root(split(list_))


# 17.4 and 17.5


@dataclass
class Pointer:
    key: bytes
    length: int
    sealed_length: int
    root: bytes

    def check(self):
        if self.length > LIMIT:
            refuse("too-large")
        if self.sealed_length != ciphertext_length(self.length):
            refuse("lengths")

    def stored(self):
        return self.key + u64(self.length) + u64(self.sealed_length) + self.root

    @property
    def chunks(self):
        return chunk_count(self.length)


@dataclass
class Object:
    pointer: Pointer
    salt: bytes
    data: bytes

    @property
    def record(self):
        return b"\x01" + self.pointer.stored() + self.salt


def pieces_of(header, plaintext):
    body = header + plaintext + b"\x80"
    body = body.ljust(body_length(len(plaintext)), b"\0")
    return [body[at : at + PIECE] for at in range(0, len(body), PIECE)]


def seal_object(random, plaintext):
    key, salt = random[:32], random[32:]
    aead_key, commitment = derive(key, salt)
    pieces = pieces_of(salt + commitment, plaintext)
    last = len(pieces) - 1
    data = b"".join(
        seal_chunk(aead_key, i, i == last, piece) for i, piece in enumerate(pieces)
    )
    return Object(Pointer(key, len(plaintext), len(data), blake(data)), salt, data)


# 17.6


def open_object(pointer, data, list_=None):
    """The whole plaintext; `list_` is a verified list."""
    pointer.check()
    count, text, aead_key = pointer.chunks, b"", None
    for index in range(count):
        at = index * CHUNK
        length = min(CHUNK, pointer.sealed_length - at)
        chunk = data[at : at + length]
        if len(chunk) < length:
            refuse("truncated")
        known = known_value(pointer, list_, index)
        if index == 0:
            aead_key = check_header(pointer, chunk, known)
        text += open_one(pointer, aead_key, index, chunk, known)
        if index == count - 1 and blake(data[: at + length]) != pointer.root:
            refuse("wrong-root")
    if len(data) > pointer.sealed_length:
        refuse("extended")
    return text


def known_value(pointer, list_, index):
    if pointer.chunks == 1:
        return pointer.root
    return list_ and split(list_)[index]


def check_header(pointer, chunk, known):
    """Step 2."""
    aead_key, commitment = derive(pointer.key, chunk[:24])
    if commitment == chunk[24:HEADER]:
        return aead_key
    if open_chunk(aead_key, 0, pointer.chunks == 1, chunk) is not None:
        refuse("wrong-commitment")
    if known and value_of(chunk, 0, pointer.chunks) != known:
        refuse("damaged")
    return refuse("wrong-key")


def open_one(pointer, aead_key, index, chunk, known):
    """Steps 3 to 5: this chunk's part of the plaintext."""
    last = index == pointer.chunks - 1
    if known and value_of(chunk, index, pointer.chunks) != known:
        diagnose(aead_key, index, last, chunk, True)
    text = open_chunk(aead_key, index, last, chunk)
    if text is None:
        diagnose(aead_key, index, last, chunk, False)
    start, end = plaintext_range(index, pointer.length)
    rest = text[max(end - start, 0) :]
    ends_here = pointer.length + HEADER < PIECE * (index + 1) and start <= pointer.length
    mark = b"\x80" if ends_here else b""
    if rest != mark.ljust(len(rest), b"\0"):
        refuse("padding")
    return text[: max(end - start, 0)]


def plaintext_range(index, length):
    start = max(PIECE * index - HEADER, 0)
    return start, min(PIECE * (index + 1) - HEADER, length)


def diagnose(aead_key, index, last, chunk, by_value):
    if by_value and open_chunk(aead_key, index, last, chunk) is not None:
        refuse("substituted")
    if open_chunk(aead_key, index, not last, chunk) is not None:
        refuse("final-mark")
    for other in range(max(index - 16, 0), index + 17):
        for mark in (False, True):
            if other != index and open_chunk(aead_key, other, mark, chunk) is not None:
                refuse("reordered")
    refuse("damaged")


# 17.7 and 17.8


def check_list(pointer, list_):
    if len(list_) != 32 * pointer.chunks:
        refuse("outboard-length")
    if root_of(list_) != pointer.root:
        refuse("outboard-root")


def seek(pointer, list_, header, index, data):
    """One chunk's part of the plaintext."""
    check_list(pointer, list_)
    aead_key, commitment = derive(pointer.key, header[:24])
    if commitment != header[24:]:
        refuse("wrong-key")
    if index >= pointer.chunks:
        refuse("no-such-chunk")
    chunk = chunks_of(data)[index]
    return open_one(pointer, aead_key, index, chunk, known_value(pointer, list_, index))


def seal_again(record, list_, index, plaintext):
    """The chunk, from the record of an object that was sealed to its end."""
    key, salt, length = record[1:33], record[81:], int.from_bytes(record[33:41], "big")
    if index >= chunk_count(length):
        refuse("no-such-chunk")
    aead_key, commitment = derive(key, salt)
    pieces = pieces_of(salt + commitment, plaintext)
    chunk = seal_chunk(aead_key, index, index == len(pieces) - 1, pieces[index])
    if value_of(chunk, index, len(pieces)) != split(list_)[index]:
        refuse("plaintext-changed")
    return chunk


# 17.10 and 17.11


def file_tag(secret, plaintext):
    return blake3.blake3(plaintext, key=expand(secret, "media/dedup", b"", 32)).digest()


def waveform(peaks):
    count = min(len(peaks), 128)
    cut = [k * len(peaks) // count for k in range(count + 1)] if count else [0]
    bars = [max(peaks[a:b]) for a, b in zip(cut, cut[1:])]
    top = max(bars, default=0)
    return bytes(255 * bar // top if top else 0 for bar in bars)
