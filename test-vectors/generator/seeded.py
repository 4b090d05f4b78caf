"""Reproducible inputs: a stream of bytes for each name."""

import hashlib


class Seeded:
    def __init__(self, name):
        self.name, self.drawn = name.encode(), 0

    def bytes(self, length):
        out = b""
        while len(out) < length:
            self.drawn += 1
            out += hashlib.sha256(b"%s/%d" % (self.name, self.drawn)).digest()
        return out[:length]

    def below(self, limit):
        return int.from_bytes(self.bytes(8), "big") % limit

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def choice(self, items):
        return items[self.below(len(items))]

    def chance(self, one_in):
        return self.below(one_in) == 0
