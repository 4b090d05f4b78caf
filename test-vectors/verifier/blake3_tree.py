"""BLAKE3's tree, as far as section 17.3 needs it: values of subtrees, and the root of them.

Whole hashes come from a package; this is for what packages do not show.
"""

from functools import lru_cache

IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
    0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)  # fmt: skip
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
LANES = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 2**32 - 1


def words(data):
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def compress(chaining, block, counter, length, flags):
    """The first half of the output, as eight words."""
    v = [*chaining, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for _ in range(7):
        for lane, (a, b, c, d) in enumerate(LANES):
            for word, first, second in ((block[2 * lane], 16, 12), (block[2 * lane + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & MASK
                x = v[d] ^ v[a]
                v[d] = (x >> first | x << (32 - first)) & MASK
                v[c] = (v[c] + v[d]) & MASK
                x = v[b] ^ v[c]
                v[b] = (x >> second | x << (32 - second)) & MASK
        block = [block[i] for i in ORDER]
    return [v[i] ^ v[i + 8] for i in range(8)]


def chunk_value(data, number):
    """Of one BLAKE3 chunk of up to 1,024 bytes."""
    value = IV
    blocks = range(0, max(len(data), 1), 64)
    for at in blocks:
        block = data[at : at + 64]
        flags = (CHUNK_START if at == 0 else 0) | (CHUNK_END if at == blocks[-1] else 0)
        value = compress(value, words(block.ljust(64, b"\0")), number, len(block), flags)
    return value


def parent(left, right, flags=0):
    return compress(IV, [*left, *right], 0, 64, PARENT | flags)


def split_at(count):
    """The largest power of two that is less than the count."""
    return 1 << (count - 1).bit_length() - 1


@lru_cache(maxsize=None)
def subtree(data, first):
    """The chaining value of a subtree that is not the root; `first` is its first chunk's number."""
    return b"".join(word.to_bytes(4, "little") for word in subtree_words(data, first))


def subtree_words(data, first):
    count = -(-len(data) // 1024)
    if count <= 1:
        return chunk_value(data, first)
    left = split_at(count)
    return parent(
        subtree_words(data[: left * 1024], first),
        subtree_words(data[left * 1024 :], first + left),
    )


def root(values):
    """17.3: of two or more chaining values."""

    def merged(values, flags):
        if len(values) == 1:
            return words(values[0])
        left = split_at(len(values))
        return parent(merged(values[:left], 0), merged(values[left:], 0), flags)

    return b"".join(word.to_bytes(4, "little") for word in merged(values, ROOT))
