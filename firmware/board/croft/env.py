# env.json: who this unit is to its instance, the keys, the Wi-Fi, and the unit's own values; and the counters that make
# every proof and every envelope usable once only.
from croft import envelope, flash, proof, starts

_values = flash.read("env.json", {})


def get(name, default=None):
    return _values.get(name, default)


def _take(name):
    return proof.decode(_values.pop(name, ""))


uuid = get("UNIT_UUID", "")
# mod 128; env.json does not tell it, so it is taken from what the instance sealed with the same keys.
generation = None
keys = envelope.keys(_take("SYNC_ENCRYPT_KEY"))
secret = proof.pads(_take("SECRET_KEY"))
_n = _seq = 0
# The last number heard over MQTT, and over HTTP: each way rises by itself, an answer may overtake what is under way.
_heard = [0, 0]


def topic(rest):
    return "unit/%s/%s" % (uuid, rest)


def prove(words):
    """`<boot>.<n>.<proof>` that this unit says `words`: a MQTT password or the header Croft-Proof. It works once."""
    global _n
    _n += 1
    return proof.counted(secret, words, starts.boot, _n)


def seal(topic, text):
    """An envelope for the topic; only once `generation` is known."""
    global _seq
    _seq += 1
    return envelope.seal(keys, topic.encode(), text.encode(), generation << 1, starts.boot, _seq)


def unseal(topic, data):
    """The text of an envelope from the instance that came by the topic. Throws ValueError with the reason."""
    global generation
    bits, boot, seq, text = envelope.unseal(keys, topic.encode(), data)
    check_fresh(boot, seq)
    generation = bits
    return text.decode()


def check_fresh(boot, seq, way=0):
    """The instance counts within the boot of the board. `way`: 0 MQTT, 1 HTTP. Throws ValueError."""
    if boot != starts.boot or seq <= _heard[way]:
        raise ValueError("replay")
    _heard[way] = seq
