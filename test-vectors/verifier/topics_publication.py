"""The checker of publications."""

from . import publication
from .compare import Difference, equal, outcome, unhex
from .prekey import Store


def publication_(params, test):
    {"publish": publish, "decode-publication": decode, "shelf": shelf}[params["op"]](params, test)


def publish(params, test):
    certificate, seed = unhex(params["certificate"]), unhex(params["device"]["signing_seed"])
    for form in ("whole", "update"):
        store = Store(unhex(test["store"]))
        made = publication.of_store(store, certificate, seed, test["now"], form == "update")
        equal(form, publication.encode(made), test[form])
        equal("again", publication.encode(publication.decode(unhex(test[form]))), test[form])
    equal("expect", "ok", test["expect"])
    ids = [made.signed.id, made.last_resort.id]
    equal("ids", ids + [one.id for one in made.one_time + made.one_time_kem], test["ids"])


def decode(_, test):
    decoded, code, cause = outcome(lambda: publication.decode(unhex(test["bytes"])))
    equal("expect", code, test["expect"])
    equal("cause", cause, test.get("cause"))
    if decoded:
        equal("encoding", publication.encode(decoded), test["bytes"])


def shelf(params, test):
    server = publication.Shelf()
    for step in test["steps"]:
        if step["do"] == "upload":
            upload = unhex(params["publications"][step["publication"]])
            server.upload(publication.decode(upload))
        elif step["do"] == "take":
            equal("bundle", server.take(step["now"]), step["bundle"])
        else:
            raise Difference(f"unknown step {step['do']}")
        equal("left", server.left(), step["left"])
    equal("expect", "ok", test["expect"])
