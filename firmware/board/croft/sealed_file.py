# An envelope (envelope.py) that lies in a file, opened piece by piece.
from hashlib import sha256

from cryptolib import aes
from micropython import const

from croft import env, envelope, proof

_PIECE = const(512)
_BODY = const(26)
_TAG = const(16)


def unseal(sealed, target, topic):
    """Writes what is in there to the file `target`; its (size, SHA-256). Throws ValueError with the reason."""
    buffer = memoryview(bytearray(_PIECE))
    with open(sealed, "rb") as file:
        file.seek(0, 2)
        size = file.tell() - _BODY - _TAG
        if size < 16 or size % 16:
            raise ValueError("malformed")
        file.seek(0)
        head = file.read(10)
        _, boot, seq = envelope.read_head(head, 1)
        # Not a byte is decrypted before all of it is known to be the instance's.
        tag = proof.sign(env.keys[0], _covered(file, head, topic.encode(), size, buffer))[:_TAG]
        if not proof.is_same(tag, file.read(_TAG)):
            raise ValueError("seal")
        env.check_fresh(boot, seq, 1)
        file.seek(10)
        cipher = aes(env.keys[1], 2, file.read(16))
        return _decrypt(file, cipher, size, buffer, target)


def _covered(file, head, topic, size, buffer):
    first, last = envelope.covered(head, topic)
    yield first
    for part in _parts(file, 16 + size, buffer):
        yield part
    yield last


def _parts(file, size, buffer):
    while size:
        count = file.readinto(buffer[: min(size, _PIECE)])
        if not count:
            raise ValueError("malformed")
        yield buffer[:count]
        size -= count


def _decrypt(file, cipher, size, buffer, target):
    digest = sha256()
    written = 0
    with open(target, "wb") as out:
        for part in _parts(file, size, buffer):
            cipher.decrypt(part, part)
            size -= len(part)
            if not size:
                part = part[: -envelope.padding(part[-16:])]
            digest.update(part)
            out.write(part)
            written += len(part)
    return written, digest.digest()
