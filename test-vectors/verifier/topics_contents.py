"""The checkers of contents: what they are, and what is made of them."""

from . import content, content_judged
from .compare import Difference, equal, outcome, unhex


def decode(params, test):
    data = unhex(test["content"]) + bytes(test.get("zeros_after", 0))
    decoded, code, _ = outcome(lambda: content.decode(data))
    if decoded:
        code = decoded.pop("code")
        for name, value in decoded.items():
            equal(name, value, test.get(name))
    equal("expect", code, test["expect"])


def check_source(params, test):
    data, source = unhex(test["content"]), test["source"]
    verdict, code, _ = outcome(lambda: content_judged.check_source(data, source))
    found = {"applies": "ok", None: code}.get(verdict, verdict)
    equal("expect", found, test["expect"])


def is_late(params, test):
    late = content_judged.is_late(test["body"], test["claimed"], test["received"])
    equal("expect", "late" if late else "ok", test["expect"])


def replaces(params, test):
    found = content_judged.replaces(test["first"], test["second"])
    equal("expect", "replaces" if found else "stays", test["expect"])


def glare(params, test):
    equal("expect", content_judged.glare(test["ours"], test["theirs"]), test["expect"])


def call_steps(params, test):
    equal("expect", "ok", test["expect"])
    devices = params["own_device"], params["caller_device"]
    to, send = content_judged.call_step(test["ours"], test["from"], test["event"], *devices)
    equal("phase", to, test["to"])
    equal("send", send, test["send"])


OPERATIONS = {
    "decode": decode, "check-source": check_source, "is-late": is_late, "replaces": replaces,
    "glare": glare, "call-steps": call_steps,
}  # fmt: skip


def contents_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
