# Sealed payloads: AEAD_AES_128_CBC_HMAC_SHA_256 (RFC 7518 section 5.2) framed as
# profile, direction and generation, boot u32, seq u32, IV 16, ciphertext, tag 16.
import gc
import os
import struct

from cryptolib import aes

from croft.proof import is_same, pads, sign


def keys(key):
    """From the 32 bytes of SYNC_ENCRYPT_KEY: 16 for the tag, 16 for AES."""
    return pads(key[:16]), key[16:]


def covered(head, topic):
    """What the tag covers before and after IV and ciphertext."""
    return bytes(head) + topic, struct.pack(">II", 0, 8 * (len(head) + len(topic)))


def _tag(key, view, topic):
    first, last = covered(view[:10], topic)
    return sign(key, (first, view[10:], last))[:16]


def seal(key, topic, text, flags, boot, seq, iv=None):
    """An envelope as a bytearray. `flags`: direction, and generation shifted by 1; `topic` and `text` are bytes."""
    gc.collect()
    size = len(text) + 16 - len(text) % 16
    data = bytearray(size + 42)
    struct.pack_into(">BBII", data, 0, 1, flags & 255, boot, seq)
    # Random only while Wi-Fi is on: before that os.urandom repeats itself after each reset.
    iv = iv or os.urandom(16)
    data[10:26] = iv
    view = memoryview(data)
    body = view[26:-16]
    body[: len(text)] = text
    for at in range(len(text), size):
        body[at] = size - len(text)
    aes(key[1], 2, iv).encrypt(body, body)
    view[-16:] = _tag(key[0], view[:-16], topic)
    return data


def read_head(head, direction):
    """(generation, boot, seq) from the first 10 bytes. Throws ValueError with the reason."""
    first, flags, boot, seq = struct.unpack_from(">BBII", head)
    if first != 1:
        raise ValueError("profile")
    if flags & 1 != direction:
        raise ValueError("direction")
    return flags >> 1, boot, seq


def padding(body):
    """Length of the padding at the end of the last 16 bytes. Throws ValueError."""
    count = body[-1]
    if not 1 <= count <= 16 or any(byte != count for byte in body[16 - count :]):
        raise ValueError("seal")
    return count


def unseal(key, topic, data, direction=1):
    """(generation, boot, seq, text); `data` (bytearray) is decrypted in place. Throws ValueError with the reason."""
    if len(data) < 58 or len(data) % 16 != 10:
        raise ValueError("malformed")
    view = memoryview(data)
    head = read_head(view, direction)
    if not is_same(_tag(key[0], view[:-16], topic), view[-16:]):
        raise ValueError("seal")
    body = view[26:-16]
    aes(key[1], 2, bytes(view[10:26])).decrypt(body, body)
    return head + (bytes(body[: -padding(body[-16:])]),)
