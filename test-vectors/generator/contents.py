"""Contents of every body, right and wrong: whatever section 12 says of each is the output.

They are made by the schemas; what a field should be like is said here, by its name. Now and then
a field is made another length or left out, and now and then the bytes are changed.
"""

from verifier import content, proto
from verifier.compare import outcome
from verifier.content_bodies import option_name
from verifier.layout import bytes_field, varint
from verifier.group_state import account_order
from verifier.media import ciphertext_length
from verifier.primitives import sign_public, u16

from .seeded import Seeded

LENGTH = {
    "message_id": 16, "hash": 32, "key": 32, "root": 32, "pack_id": 16, "pack_key": 32,
    "fingerprint": 32, "group_id": 32, "link_id": 8, "link_secret": 32, "wire_id": 12,
    "session": 8, "id": 32, "state": 16, "correct": 0, "era": 16, "snapshot": 16, "secret": 32,
    "profile_key": 32, "storage": 32, "backup": 32, "media": 32, "profile": 32, "request": 16,
    "story_list": 32, "list_hash": 32, "epoch_secret": 32, "groups": 32, "group": 32,
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
# Of what decides: the highest number.
ENUMS = {
    "AudienceMode": 5, "CallDirection": 2, "CallKind": 2, "CallOutcome": 4, "ContactStanding": 3,
    "GroupCallPresence": 2, "HangUpReason": 5, "RequestAnswer": 5, "Requested": 8,
    "ResponseOutcome": 4, "VerifiedState": 3,
}  # fmt: skip
# Bodies of which there were more from the beginning.
MANY = {16, *range(17, 19), 20, 21, *range(23, 28), *range(32, 39), 40, 48, 49, 50, 1027}
REFLECTED = [16, 17, 20, 32, 35, 1056, 1057, 1061]
SENT = 1_800_000_000_000


NEEDED = (
    "MessageRef", "MediaObject", "Stamp", "Chat", "MessageName", "StoryTerms", "StoryBackground",
    *ENUMS,
)  # fmt: skip


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
        needed = field.kind in NEEDED or field.name in (
            "pointer", "text", "items", "options", "at", "account", "item",
        )  # fmt: skip
        if needed:
            return self.wrong()
        message = proto.is_message(field.kind)
        return self.seeded.chance(2) if message or field.repeated else self.seeded.chance(25)

    def value(self, field, depth):
        kind, seeded = field.kind, self.seeded
        if proto.is_message(kind):
            return self.message(kind, depth + 1)
        if field.name == "account_key" and not self.wrong():
            return sign_public(seeded.bytes(32))
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
        most = ENUMS.get(kind) or COUNTS.get(field.name, 100)
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
        self.mend_lists(kind, out)
        self.mend_devices(kind, out)
        if kind in ("Text", "LinkPreview") and self.seeded.chance(2):
            out.pop("long_text", None)
            if kind == "Text" and "preview" in out:
                out["text"] = b"see " + out["preview"].get("url", b"")

    def mend_lists(self, kind, out):
        def named(item):
            return account_order(item.get("author", b"")), item.get("id", b"")

        for name, order in (
            ("messages", named), ("newest", named), ("accounts", account_order),
            ("members", account_order), ("lists", lambda item: item.get("id", b"")),
            ("contacts", lambda item: account_order(item.get("account", b""))),
            ("groups", lambda item: item.get("id", b"") if isinstance(item, dict) else item),
        ):  # fmt: skip
            if isinstance(out.get(name), list):
                out[name].sort(key=order)
        if kind == "StoryBackground":
            colours = out.setdefault("colours", [1])
            out.pop("positions", None), out.pop("angle", None)
            if len(colours) > 1:
                out["positions"] = [10 * at for at in range(len(colours))]
                out["angle"] = self.seeded.below(360)
        if kind == "Capabilities":
            numbers = sorted({self.seeded.below(2000) for _ in range(5)})
            out["bodies"] = b"".join(u16(number) for number in numbers)
        if kind == "StoryView":
            out["ids"] = b"".join(sorted(self.seeded.bytes(16) for _ in range(3)))

    def mend_devices(self, kind, out):
        if kind in ("MessageName", "StoryAnswer") and "id" in out:
            out["id"] = out["id"][:16]
        if kind == "StoryList" and out.get("mode") == 1:
            out.pop("members", None)
        if kind == "StoryList" and ("secret" in out) != ("version" in out):
            out.pop("secret", None), out.pop("version", None)
        if kind == "ContactEntry":
            if "account_key" not in out:
                out.pop("verified", None)
            if ("profile_key" in out) != ("profile_version" in out):
                out.pop("profile_key", None), out.pop("profile_version", None)
        if kind == "CallHangUp" and out.get("reason") not in (2, 3, 4):
            out.pop("device", None)
        if kind == "DeviceRequest":
            if out.get("what") in range(1, 9):
                out.pop("message", None)
        if kind == "SnapshotPart":
            out["parts"] = out["part"] = self.seeded.between(1, 24)
            out["part"] -= 1
        if kind == "StoryMedia" and "item" in out:
            out["item"]["kind"] = self.seeded.between(1, 3)
            out["item"].pop("waveform", None)
        if kind == "StoryText" and "preview" in out and "text" in out:
            out["text"] = {"text": b"see " + out["preview"].get("url", b"")}
        if kind == "SentTranscript":
            number = self.seeded.choice(REFLECTED)
            out["content"] = self.frame(number)
            place = content.kinds()[number]["where"].split(", ")[0]
            for name, where in (("account", "peer"), ("story_list", "story")):
                out.pop(name, None) if place != where else out.setdefault(
                    name, self.seeded.bytes(32)
                )

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
    for number in sorted(content.kinds()):
        variants = range(12) if number in MANY else range(5, 11)
        for variant in variants:
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
