#!/usr/bin/env python3
"""The cost model behind scale.md: `python3 docs/scale.py`.

Reads scale-inputs.json (what was measured, and the assumptions), writes the tables of scale.md
between their marks, and draws scale.svg. Standard library only; the simulation is seeded, so that
the same inputs give the same files. `--check` writes nothing and fails if they would change.
"""

import heapq
import json
import math
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = json.loads((HERE / "scale-inputs.json").read_text(encoding="utf-8"))
MEASURED = {name: entry["value"] for name, entry in INPUTS["measured"].items()}
ASSUMED = {name: entry["value"] for name, entry in INPUTS["assumed"].items()}
DAY = 86_400


def padded(length):
    """SPEC.md 4.4."""
    length = max(length + 1, 128)
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-length // unit) * unit


def session_envelope(m, text):
    return padded(m["content_frame"] + text) + m["session_message_overhead"]


def group_envelope(m, text):
    return padded(m["content_frame"] + text) + m["group_message_overhead"]


def change_envelope(m):
    return session_envelope(m, m["group_change"] + 40)


# What a user costs in a day -------------------------------------------------------------------


class Row:
    """One kind of traffic of one user and day, all devices together."""

    def __init__(self, name, envelopes=0.0, up=0.0, down=0.0, send=0.0, receive=0.0):
        self.name, self.envelopes = name, envelopes
        self.up, self.down = up, down
        self.send, self.receive = send, receive


def session_messages(m, a, number, text):
    """Pairwise messages to all devices of a peer, and to the own other devices as transcripts."""
    copies = number * (2 * a["devices"] - 1)
    size = session_envelope(m, text)
    turns = a["turns"]
    turn = m["ping_pong_us"] / 2 - m["encrypt_us"] - m["decrypt_us"]
    send = copies * (m["encrypt_us"] + turns * turn / 2)
    receive = copies * (m["decrypt_us"] + turns * turn / 2)
    return copies, copies * size, send, receive


def user_day(m, a):
    rows = []

    def pairwise(name, number, text):
        copies, size, send, receive = session_messages(m, a, number, text)
        rows.append(Row(name, copies, size, size, send, receive))

    direct = a["messages"] * (1 - a["group_share"])
    grouped = a["messages"] * a["group_share"]
    readers = a["group_members"] * a["devices"] - 1
    pairwise("messages between two", direct, a["text_bytes"])
    received = direct + grouped * (a["group_members"] - 1)
    pairwise("receipts", received * a["receipts"], a["receipt_bytes"])
    size = group_envelope(m, a["text_bytes"])
    rows.append(
        Row(
            "group messages",
            grouped,
            grouped * size,
            grouped * readers * size,
            grouped * m["group_encrypt_us"],
            grouped * readers * m["group_decrypt_us"],
        )
    )
    rows.append(rotations(m, a, readers))
    rows.append(changes(m, a, readers))
    rows.append(stories(m, a))
    rows += contacts(m, a)
    rows.append(media(m, a))
    return rows


def distribution(m, a, name, number, devices):
    size = session_envelope(m, m["sender_key_distribution"])
    copies = number * devices
    return Row(
        name, copies, copies * size, copies * size, copies * m["encrypt_us"], copies * m["decrypt_us"]
    )


def rotations(m, a, readers):
    """Every device that writes in a group gives it a new chain after a removal, and by age."""
    each_day = 1 / a["chain_days"] + a["removals"]
    number = a["groups"] * a["writers"] * each_day * a["writing_devices"]
    return distribution(m, a, "new chains of groups", number, readers)


def changes(m, a, readers):
    """Pairwise, since the change that begins a key epoch carries its secret."""
    number = a["groups"] * a["changes"] / a["group_members"]
    copies, size = number * readers, change_envelope(m)
    # The cost of one at 1,024 members is an upper limit.
    send = copies * m["encrypt_us"] + number * m["group_change_us"]
    receive = copies * (m["decrypt_us"] + m["group_change_us"])
    return Row("changes of groups", copies, copies * size, copies * size, send, receive)


def stories(m, a):
    viewers = a["story_audience"] * a["devices"]
    keys = distribution(m, a, "", a["story_days"], viewers)
    size = group_envelope(m, a["story_bytes"])
    posts = a["stories"]
    return Row(
        "stories, without media",
        keys.envelopes + posts,
        keys.up + posts * size,
        keys.down + posts * viewers * size,
        keys.send + posts * m["group_encrypt_us"],
        keys.receive + posts * viewers * m["group_decrypt_us"],
    )


def contacts(m, a):
    """New sessions, prekeys in their place, and device lists."""
    sessions = a["new_sessions"]
    bundle, first = m["bundle"], m["handshake_message_overhead"] + padded(150)
    refill, rotation = m["publication"] / 101, m["publication_update"] / 7
    lists = a["contacts"] / a["list_days"]
    listed = m["device_list_1"] + (a["devices"] - 1) * m["device_list_more"]
    return [
        Row(
            "new sessions",
            sessions,
            sessions * first,
            sessions * (first + bundle),
            sessions * (m["bundle_us"] + m["initiate_us"]),
            sessions * m["respond_us"],
        ),
        Row("prekeys", sessions, sessions * refill + rotation, 0, sessions * m["prekeys_us"] / 101, 0),
        Row("device lists", lists / a["contacts"], listed / a["list_days"], lists * listed, 0,
            lists * m["verify_us"]),
    ]


def media(m, a):
    size = a["media"] * a["media_bytes"] * (1 + 16 / 65_520)
    seconds = lambda speed: size / (speed * 1e6) * 1e6
    return Row(
        "media", a["media"], size, size * a["media_readers"], seconds(m["media_seal_mb_s"]),
        a["media_readers"] * seconds(m["media_open_mb_s"]),
    )


def totals(rows):
    total = Row("all")
    for row in rows:
        for field in ("envelopes", "up", "down", "send", "receive"):
            setattr(total, field, getattr(total, field) + getattr(row, field))
    return total


def user_table():
    rows = user_day(MEASURED, ASSUMED)
    lines = [
        "| a user and day | uploads | bytes up | bytes down | CPU sending | CPU receiving |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    without_media = totals(row for row in rows if row.name != "media")
    without_media.name = "**all but media**"
    for row in rows + [without_media]:
        cells = (f"{row.envelopes:,.1f}", size(row.up), size(row.down), time(row.send), time(row.receive))
        lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
    return lines


def server_table():
    rows = user_day(MEASURED, ASSUMED)
    a, m, users = ASSUMED, MEASURED, ASSUMED["users"]
    small = totals(row for row in rows if row.name not in ("media", "prekeys", "device lists"))
    bulk = next(row for row in rows if row.name == "media")
    group = next(row for row in rows if row.name == "group messages")
    fan_out = small.envelopes + group.envelopes * (a["group_members"] * a["devices"] - 2)
    devices = users * a["devices"]
    rate = lambda number: f"{number * users / DAY:,.0f} /s"
    stored = devices * m["publication"]
    queued = users * small.down * a["offline_share"] * a["offline_days"]
    lines = ["| the server | mean | at the peak |", "|---|---:|---:|"]
    peak = a["peak"]
    for name, value in (("envelopes taken in", small.envelopes), ("envelopes handed out", fan_out)):
        lines.append(f"| {name} | {rate(value)} | {rate(value * peak)} |")
    for name, value in (
        ("in, without media", small.up),
        ("out, without media", small.down),
        ("media in", bulk.up),
        ("media out", bulk.down),
    ):
        bits = value * users * 8 / DAY
        lines.append(f"| {name} | {bits / 1e9:,.1f} Gbit/s | {bits * peak / 1e9:,.1f} Gbit/s |")
    lines.append(f"| prekeys at rest, {devices:,.0f} devices | {size(stored)} | |")
    lines.append(f"| device lists at rest | {size(users * m['device_list_1'])} | |")
    lines.append(f"| waiting for devices that are away | {size(queued)} | |")
    lines.append(f"| media at rest, {a['media_days']} days | {size(users * bulk.up * a['media_days'])} | |")
    return lines


def sensitivity_table():
    def outcome(a):
        rows = user_day(MEASURED, a)
        total = totals(row for row in rows if row.name != "media")
        return total.up, total.down, total.send + total.receive

    base = outcome(ASSUMED)
    effects = []
    for name in INPUTS["sensitivity"]:
        doubled = outcome({**ASSUMED, name: ASSUMED[name] * 2})
        change = [new / old - 1 for new, old in zip(doubled, base)]
        effects.append((max(map(abs, change)), name, change))
    lines = ["| twice as much of | bytes up | bytes down | CPU |", "|---|---:|---:|---:|"]
    for _, name, change in sorted(effects, reverse=True):
        what = INPUTS["assumed"][name]["what"]
        lines.append(f"| {what} | " + " | ".join(f"{part:+.0%}" for part in change) + " |")
    return lines


# What a group costs as it grows ---------------------------------------------------------------

SIZES = [2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000]
# Days. Both are longer than a chain lives.
WARM_UP, COUNTED = 20, 60


class Group:
    """Two months of a group, event by event.

    Members write (few write much), leave and are replaced, and change devices. In every scheme a
    member who writes after somebody lost access first gives the others a new key, or takes one:

    - sender keys: the writer sends its own new chain to every device, before its next message;
    - MLS: the next writer commits all removals so far at once, and every device takes the commit;
    - pairwise: every message goes to every device by itself, and nothing else is needed.
    """

    def __init__(self, members, a, seed):
        self.members, self.a = members, a
        self.devices = members * a["devices"]
        self.rng = random.Random(f"{seed} {members}")
        self.messages = a["large_messages"] * members ** a["large_messages_power"]
        self.losses = members * (a["leaves_year"] + a["device_changes_year"]) / 365

    def run(self):
        chains, loss, committed = {}, -1.0, -1.0
        counts = {"messages": 0, "chains": 0, "commits": 0, "losses": 0}
        for when, lost in self.events():
            counted = when >= WARM_UP
            if lost:
                loss = when
                counts["losses"] += counted
                continue
            writer = self.writer()
            counts["messages"] += counted
            given = chains.get(writer)
            if given is None or given < loss or when - given > self.a["chain_days"]:
                chains[writer] = when
                counts["chains"] += counted
            if committed < loss:
                committed = when
                counts["commits"] += counted
        return {name: count / COUNTED for name, count in counts.items()}

    def events(self):
        messages = self.arrivals(self.messages, False)
        return heapq.merge(messages, self.arrivals(self.losses, True))

    def arrivals(self, rate, kind):
        when = self.rng.expovariate(rate)
        while when < WARM_UP + COUNTED:
            yield when, kind
            when += self.rng.expovariate(rate)

    def writer(self):
        """The n-th most talkative writes 1/n as much as the first."""
        return int(math.exp(self.rng.random() * math.log(self.members + 1)))


def schemes(members, m, a):
    """Of one group and day: bytes up, bytes to each device, and CPU of each device."""
    group = Group(members, a, INPUTS["seed"])
    day, others = group.run(), group.devices - 1
    text = group_envelope(m, a["text_bytes"])
    pair = session_envelope(m, a["text_bytes"])
    chain = session_envelope(m, m["sender_key_distribution"])
    levels = math.log2(max(2, group.devices))
    commit = m["mls_commit_base"] + levels * m["mls_commit_level"]
    blank = m["mls_commit_base"] + group.devices * m["mls_commit_blank"]
    process = m["mls_process_us"] * group.devices / 1_000
    # Who leaves is replaced: two changes, in which everybody pays for all members.
    share = a["leaves_year"] / (a["leaves_year"] + a["device_changes_year"])
    changes, change = 2 * share * day["losses"], change_envelope(m)
    changed = m["group_change_base_us"] + members * m["group_change_member_us"] + m["decrypt_us"]
    per_device = lambda total: total / group.devices
    membership = (
        changes * others * change,
        changes * change,
        changes * changed + per_device(changes * others * m["encrypt_us"]),
    )
    sender = (
        membership[0] + day["messages"] * text + day["chains"] * others * chain,
        membership[1] + day["messages"] * text + day["chains"] * chain,
        membership[2]
        + day["messages"] * m["group_decrypt_us"]
        + day["chains"] * m["decrypt_us"]
        + per_device(day["chains"] * others * m["encrypt_us"]),
    )
    mls = (
        day["messages"] * m["mls_message"] + day["commits"] * commit,
        day["messages"] * m["mls_message"] + day["commits"] * commit,
        day["messages"] * m["mls_decrypt_us"] + day["commits"] * process,
    )
    mls_blank = (
        day["messages"] * m["mls_message"] + day["commits"] * blank,
        day["messages"] * m["mls_message"] + day["commits"] * blank,
        mls[2],
    )
    pairwise = (
        membership[0] + day["messages"] * others * pair,
        membership[1] + day["messages"] * pair,
        membership[2]
        + day["messages"] * (m["decrypt_us"] + per_device(others * m["encrypt_us"])),
    )
    return day, {"sender keys": sender, "MLS, filled tree": mls, "MLS, blank tree": mls_blank,
                 "pairwise": pairwise}


def growth():
    return [(members, *schemes(members, MEASURED, ASSUMED)) for members in SIZES]


def growth_table(points):
    names = list(points[0][2])
    lines = [
        "| members | messages | chains given | losses | commits | "
        + " | ".join(f"{name}: up, to a device" for name in names) + " |",
        "|---:|---:|---:|---:|---:|" + "---:|" * len(names),
    ]
    for members, day, costs in points:
        counts = (day["messages"], day["chains"], day["losses"], day["commits"])
        cells = [f"{count:,.1f}" for count in counts]
        cells += [f"{size(costs[name][0])}, {size(costs[name][1])}" for name in names]
        lines.append(f"| {members:,} | " + " | ".join(cells) + " |")
    return lines


def cpu_table(points):
    names = ["sender keys", "MLS, filled tree", "pairwise"]
    lines = ["| members | " + " | ".join(names) + " |", "|---:|" + "---:|" * len(names)]
    for members, _, costs in points:
        cells = [time(costs[name][2]) for name in names]
        lines.append(f"| {members:,} | " + " | ".join(cells) + " |")
    return lines


def crossings(points):
    """From which simulated size on something holds, and keeps holding."""
    m, a = MEASURED, ASSUMED
    chain = session_envelope(m, m["sender_key_distribution"])
    patience = a["uplink_mbit_s"] * 1e6 / 8 * a["patience_s"]

    def ours(costs, index):
        return costs["sender keys"][index]

    questions = (
        (
            f"a writer uploads for {a['patience_s']} s at {a['uplink_mbit_s']} Mbit/s, {size(patience)}, "
            "before its first message after a loss",
            lambda n, day, costs: n * a["devices"] * chain > patience,
        ),
        (
            "every second message needs a new chain first",
            lambda n, day, costs: day["chains"] > day["messages"] / 2,
        ),
        (
            "sender keys upload more than half of what pairwise messages would",
            lambda n, day, costs: ours(costs, 0) > costs["pairwise"][0] / 2,
        ),
        (
            "sender keys upload more than pairwise messages",
            lambda n, day, costs: ours(costs, 0) > costs["pairwise"][0],
        ),
        (
            "a device downloads more than 2 times what it would with MLS and a filled tree",
            lambda n, day, costs: ours(costs, 1) > 2 * costs["MLS, filled tree"][1],
        ),
        (
            "MLS takes 10 times the CPU of sender keys",
            lambda n, day, costs: costs["MLS, filled tree"][2] > 10 * ours(costs, 2),
        ),
        (
            "MLS takes more than 10 s of CPU of each device and day",
            lambda n, day, costs: costs["MLS, filled tree"][2] > 10e6,
        ),
        (
            "MLS with a blank tree has a device download more than sender keys do",
            lambda n, day, costs: costs["MLS, blank tree"][1] > ours(costs, 1),
        ),
    )
    lines = ["| members | from that size on |", "|---:|---|"]
    for what, holds in questions:
        where = crossing(points, holds)
        lines.append(f"| {'never' if where is None else f'{where:,}'} | {what} |")
    return lines


def crossing(points, holds):
    found = None
    for point in points:
        found = (found or point[0]) if holds(*point) else None
    return found


def turning_points():
    """Where sender keys stop saving uploads, if groups live otherwise than assumed."""
    lines = [
        "| if there were | they upload more than half of pairwise | more than pairwise |",
        "|---|---:|---:|",
    ]
    losses = ("leaves_year", "device_changes_year")
    for what, names, factor in (
        ("as assumed", (), 1),
        ("a quarter of the losses", losses, 0.25),
        ("four times the losses", losses, 4),
        ("a quarter of the messages", ("large_messages",), 0.25),
        ("four times the messages", ("large_messages",), 4),
    ):
        assumed = {**ASSUMED, **{name: ASSUMED[name] * factor for name in names}}
        points = [(members, *schemes(members, MEASURED, assumed)) for members in SIZES]
        cells = []
        for share in (0.5, 1):
            where = crossing(points, lambda n, day, c: c["sender keys"][0] > share * c["pairwise"][0])
            cells.append("never" if where is None else f"{where:,}")
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return lines


# The picture ----------------------------------------------------------------------------------

COLOURS = {"sender keys": "#b3261e", "MLS, filled tree": "#1a5fb4", "MLS, blank tree": "#62a0ea",
           "pairwise": "#5e5c64"}
PANELS = (("bytes uploaded, group and day", 0), ("bytes to each device, day", 1),
          ("CPU of each device, day (µs)", 2))


def picture(points):
    width, height, left, top = 400, 300, 60, 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{len(PANELS) * width}" height="{height + 90}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{len(PANELS) * width}" height="{height + 90}" fill="#ffffff"/>',
    ]
    for number, (title, index) in enumerate(PANELS):
        box = (number * width + left, top, width - left - 30, height - top)
        parts += panel(points, title, index, box)
    for number, (name, colour) in enumerate(COLOURS.items()):
        x = left + number * 170
        parts.append(f'<path d="M{x} {height + 65}h24" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(f'<text x="{x + 30}" y="{height + 69}">{name}</text>')
    return "\n".join(parts + ["</svg>", ""])


def panel(points, title, index, box):
    left, top, width, height = box
    values = [cost[index] for _, _, costs in points for cost in costs.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = math.log10(points[-1][0])
    across = lambda members: left + math.log10(members) / last * width
    down = lambda value: top + height - (math.log10(value) - low) / (high - low) * height
    parts = [f'<text x="{left}" y="{top - 14}" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        y = down(10**power)
        parts.append(f'<path d="M{left} {y:.1f}h{width}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{scale(power)}</text>')
    for power in range(int(last) + 1):
        x = across(10**power)
        parts.append(f'<path d="M{x:.1f} {top}v{height}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{x:.1f}" y="{top + height + 16}" text-anchor="middle">{10**power:,}</text>')
    middle = left + width / 2
    parts.append(f'<text x="{middle}" y="{top + height + 34}" text-anchor="middle">members</text>')
    for name, colour in COLOURS.items():
        line = " ".join(f"{across(n):.1f},{down(costs[name][index]):.1f}" for n, _, costs in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return parts


def scale(power):
    return f"{10 ** (power % 3)} {' kMGTP'[power // 3]}".strip()


# Numbers for people ---------------------------------------------------------------------------


def size(value):
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if value < 999.5 or unit == "PB":
            return f"{value:.3g} {unit}"
        value /= 1000


def time(micros):
    if micros < 999.5:
        return f"{micros:.3g} µs"
    return f"{micros / 1e3:.3g} ms" if micros < 999.5e3 else f"{micros / 1e6:.3g} s"


def inputs_table(kind):
    lines = ["| input | value | where from |", "|---|---:|---|"]
    for entry in INPUTS[kind].values():
        lines.append(f"| {entry['what']} | {entry['value']:,} {entry['unit']} | {entry['from']} |")
    return [line.replace("  |", " |") for line in lines]


def fill(text, name, lines):
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(start)
    _, after = rest.split(end)
    return before + start + "\n" + "\n".join(lines) + "\n\n" + end + after


def main():
    points = growth()
    page = HERE / "scale.md"
    text = page.read_text(encoding="utf-8")
    for name, lines in (
        ("measured", inputs_table("measured")),
        ("assumed", inputs_table("assumed")),
        ("user", user_table()),
        ("server", server_table()),
        ("sensitivity", sensitivity_table()),
        ("growth", growth_table(points)),
        ("cpu", cpu_table(points)),
        ("crossings", crossings(points)),
        ("turning points", turning_points()),
    ):
        text = fill(text, name, lines)
    outputs = {page: text, HERE / "scale.svg": picture(points)}
    stale = [path.name for path, new in outputs.items() if not path.exists() or path.read_text(encoding="utf-8") != new]
    if "--check" in sys.argv[1:]:
        sys.exit(f"out of date: {', '.join(stale)}" if stale else 0)
    for path, new in outputs.items():
        path.write_text(new, encoding="utf-8")


main()
