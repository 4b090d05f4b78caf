"""Contents of every body, right and wrong: whatever section 12 says of each is the output.

They are made by the schemas; what a field should be like is said here, by its name. Now and then
a field is made another length or left out, and now and then the bytes are changed.
"""

from verifier import content, proto
from verifier.compare import outcome
from verifier.content_bodies import option_name
from verifier.layout import bytes_field, varint
from verifier.media import ciphertext_length

from .seeded import Seeded

LENGTH = {
    "message_id": 16, "hash": 32, "key": 32, "root": 32, "pack_id": 16, "pack_key": 32,
    "fingerprint": 32, "group_id": 32, "link_id": 8, "link_secret": 32, "wire_id": 12,
    "session": 8, "id": 32, "state": 16, "correct": 0,
}  # fmt: skip
WORDS = ["a", "Hello", "two words", "ä🙂ö", "x" * 60, "https://example.org/a in a text", " ", "\n"]
STRINGS = {
    "content_type": ["image/jpeg", "text/plain", "a/b; c=d", "image", "A/"],
    "url": ["https://example.org/a", "HTTP://x", "ftp://x", "https:///", "https://a b"],
    "file_name": ["", "a.txt", "..", "a/b", "ü\u202eb"],
    "blurhash": ["", "L6Pj0^jE.AyE", "ab c", '"'],
    "emoji": ["👍", "👍🏽", "❤️", "🇩🇪", "🇩", "ab", "e\u0301", "\u200d", "👩\u200d🚀"],
}  # fmt: skip
COUNTS = {"max_choices": 3, "attempt": 5, "edit_seq": 10, "times": 255, "kind": 8, "style": 9}
# The bodies whose rules the verifier has.
KNOWN = {16, *range(17, 19), 20, 21, *range(23, 28), *range(32, 39), 40, 48, 49, 50, 1027}
SENT = 1_800_000_000_000


class Maker:
    def __init__(self, name):
        self.seeded = Seeded(name)
        self.mischief = self.seeded.chance(2)

    def wrong(self):
        return self.mischief and self.seeded.chance(12)

    def message(self, kind, depth=0):
        out, chosen = {}, {}
        fields = proto.schema()[0][kind].fields
        for field in fields.values():
            if field.oneof and field.oneof not in chosen:
                members = [f.name for f in fields.values() if f.oneof == field.oneof]
                chosen[field.oneof] = None if self.seeded.chance(6) else self.seeded.choice(members)
            if self.is_left_out(field, chosen, depth):
                continue
            if field.repeated:
                count = self.seeded.choice([1, 2, 3])
                out[field.name] = [self.value(field, depth) for _ in range(count)]
            else:
                out[field.name] = self.value(field, depth)
        self.mend(kind, out)
        return out

    def is_left_out(self, field, chosen, depth):
        if field.oneof:
            return chosen[field.oneof] != field.name
        needed = field.kind in ("MessageRef", "MediaObject") or field.name in (
            "pointer", "text", "items", "options",
        )  # fmt: skip
        if needed:
            return self.wrong()
        message = proto.is_message(field.kind)
        return self.seeded.chance(2) if message or field.repeated else self.seeded.chance(25)

    def value(self, field, depth):
        kind, seeded = field.kind, self.seeded
        if proto.is_message(kind):
            return self.message(kind, depth + 1)
        if kind == "bytes":
            length = LENGTH.get(field.name, seeded.between(1, 40))
            return seeded.bytes(length + (seeded.choice([-1, 1]) if self.wrong() and length else 0))
        if kind == "string":
            words = STRINGS.get(field.name, WORDS)
            return seeded.choice(words if self.wrong() else words[:2]).encode()
        if kind == "bool":
            return seeded.chance(4)
        if self.wrong():
            return seeded.choice([2**31 - 1, 0, 1])
        most = COUNTS.get(field.name, 100)
        return seeded.between(-most if kind == "sint32" else 1, most)

    def mend(self, kind, out):
        """What has to fit together, mostly."""
        if self.wrong():
            return
        if kind == "MediaObject":
            out["size"] = self.seeded.below(100_000)
            out["ciphertext_size"] = ciphertext_length(out["size"])
        for name in ("ranges", "mentions"):
            text = out.get("text", b"")
            for at, part in enumerate(out.get(name, [])):
                part["start"], part["length"] = min(at, max(len(text) - 1, 0)), 1
        if kind == "MediaPointer" and ("width" in out) != ("height" in out):
            out.pop("width", None), out.pop("height", None)
        if kind == "MediaItem" and out.get("kind") != 4:
            out.pop("waveform", None)
        if kind == "Poll":
            options = [b"option %d" % i for i in range(self.seeded.between(2, 12))]
            out["options"] = options
            out["max_choices"] = self.seeded.between(1, len(options))
            if self.seeded.chance(3):
                out.update(correct=option_name(options[0]), max_choices=1, open=False)
        if kind == "PollVote":
            names = sorted(option_name(b"%d" % i) for i in range(self.seeded.below(13)))
            out["options"] = b"".join(names)
        if kind == "Receipt":
            ids = sorted(self.seeded.bytes(16) for _ in range(self.seeded.between(1, 5)))
            out["ids"], out["kind"] = b"".join(ids), self.seeded.between(1, 4)
        if kind == "Null":
            out["padding"] = bytes(self.seeded.below(40))
        if kind in ("Text", "LinkPreview") and self.seeded.chance(2):
            out.pop("long_text", None)
            if kind == "Text" and "preview" in out:
                out["text"] = b"see " + out["preview"].get("url", b"")

    def frame(self, number):
        described = proto.schema()[0]["Content"].fields[number]
        place = content.kinds()[number]["where"].split(", ")[0].replace("own devices", "peer")
        frame = {
            "required_version": 1, "message_id": self.seeded.bytes(16),
            "sent_at": SENT + self.seeded.below(2**30),
            "own_list": {"version": 1, "hash": self.seeded.bytes(32)},
            described.name: self.message(described.kind),
        }  # fmt: skip
        if self.wrong():
            place = self.seeded.choice(["peer", "group", "story"])
        binding = {"id": self.seeded.bytes(32), "revision": 7, "state": self.seeded.bytes(16)}
        frame[place] = binding if place == "group" else {}
        if content.kinds()[number]["expires"] == "yes" and self.seeded.chance(2):
            frame["expiry"] = {"seconds": self.seeded.below(2**20), "timer_version": 2}
        return proto.encode("Content", frame)

    def changed(self, data):
        at = self.seeded.below(len(data))
        return self.seeded.choice([
            data[:at] + bytes([data[at] ^ 1 << self.seeded.below(8)]) + data[at + 1 :],
            data[:at] + data[at + 1 :], data[:at] + b"\0" + data[at:], data[:at],
            data + bytes_field(2047, b"x"), data + varint(961 << 3) + b"\x05",
            data[:1] + b"\x02" + data[2:],
        ])  # fmt: skip


def all_():
    for number in sorted(set(content.kinds()) & KNOWN):
        for variant in range(12):
            maker = Maker(f"content/{number}/{variant}")
            data = maker.frame(number)
            if variant >= 9:
                data = maker.changed(data)
            found, code, _ = outcome(lambda data=data: content.decode(data))
            output = {"expect": found["code"] if found else code}
            if found:
                names = ("message_id", "sent_at", "body", "hash")
                output.update({name: found[name] for name in names if name in found})
            yield "content-decode", {"content": data}, output
