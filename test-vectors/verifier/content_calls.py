"""SPEC.md section 12.4: calls of two accounts, and of groups."""

from .content_signals import accounts, check_one_of
from .content_words import check_length, refuse

DESCRIPTION, CANDIDATES, CANDIDATE, SERVER, RUNG = 16_384, 32, 1024, 255, 16
NEED_PERMISSION = 5
ELSEWHERE = (2, 3, 4)


def opaque(data, most=DESCRIPTION):
    check_length(data, 1, most, "opaque-length")


def kind(value):
    check_one_of(value, 2, "call-kind")


def call_round(body):
    if body["round"] == 0:
        refuse("call-round")


def era(body):
    check_length(body["era"], 16, 16, "call-era")


def offer(body):
    kind(body["kind"])
    opaque(body["description"])


def ice(body):
    if not 1 <= len(body["candidates"]) <= CANDIDATES:
        refuse("list-count")
    for candidate in body["candidates"]:
        opaque(candidate, CANDIDATE)


def hang_up(body):
    check_one_of(body["reason"], NEED_PERMISSION, "hang-up-reason")
    if (body["reason"] in ELSEWHERE) != (body["device"] != 0):
        refuse("hang-up-device")


def negotiate(body):
    call_round(body)
    opaque(body["description"])


def group_start(body):
    era(body)
    kind(body["kind"])
    if body["server"]:
        opaque(body["server"], SERVER)


def group_update(body):
    era(body)
    check_one_of(body["presence"], 2, "group-call-presence")


def group_ring(body):
    era(body)
    accounts(body["accounts"], RUNG)


def anything(body):
    """Nothing beyond 12.3."""


RULES = {
    "CallOffer": offer, "CallAnswer": lambda body: opaque(body["description"]), "CallIce": ice,
    "CallRinging": anything, "CallBusy": anything, "CallReject": anything, "CallHangUp": hang_up,
    "CallNegotiate": negotiate, "CallMediaState": call_round,
    "CallOpaque": lambda body: opaque(body["data"]), "GroupCallStart": group_start,
    "GroupCallUpdate": group_update, "GroupCallRing": group_ring, "GroupCallCancel": era,
    "GroupCallEnd": era,
}  # fmt: skip
