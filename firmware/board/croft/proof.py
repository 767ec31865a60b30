# HMAC-SHA-256 (RFC 2104, the board has none), base64url, and proofs that the board holds SECRET_KEY.
from binascii import a2b_base64, b2a_base64
from hashlib import sha256


def decode(text):
    """Bytes of base64url without padding (RFC 4648 section 5)."""
    text = text.replace("-", "+").replace("_", "/")
    return a2b_base64((text + "=" * (-len(text) % 4)).encode())


def encode(data):
    text = b2a_base64(data).decode()
    return text.replace("+", "-").replace("/", "_").rstrip("=\n")


def pads(key):
    """A key of at most 64 bytes made ready for `sign`."""
    key = key + bytes(64 - len(key))
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def sign(key, parts):
    """HMAC-SHA-256 over the parts (bytes, one after the other), 32 bytes; `key` comes from `pads`."""
    digest = sha256(key[0])
    for part in parts:
        digest.update(part)
    return sha256(key[1] + digest.digest()).digest()


def is_same(one, other):
    """Compares in constant time."""
    bits = len(one) ^ len(other)
    for at in range(min(len(one), len(other))):
        bits |= one[at] ^ other[at]
    return bits == 0


def counted(key, words, boot, n):
    """`<boot>.<n>.<proof>`: larger (boot, n) than ever before, so that one heard on the wire is of no use."""
    text = "%s|%d|%d" % (words, boot, n)
    return "%d.%d.%s" % (boot, n, encode(sign(key, (text.encode(),))))
