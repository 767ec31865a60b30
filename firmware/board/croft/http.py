# GET from the instance over plain HTTP: the request is signed, the answer is sealed, and it goes through the flash in
# pieces, because a file and its envelope would not fit into the heap together.
import gc

from croft import env, flash, sealed_file, stream


def fetch(path, target):
    """Stores the opened answer in the file `target`; its (size, SHA-256 in bytes). Throws OSError, ValueError."""
    gc.collect()
    sealed = target + ".sealed"
    try:
        _download(path, sealed)
        gc.collect()
        return sealed_file.unseal(sealed, target, "http:" + path)
    finally:
        flash.remove(sealed)


def _address():
    """(Host, name, port). An instance at https:// is asked on port 80: there is no room for TLS here, the request is
    signed and its answer sealed anyway."""
    scheme, rest = env.get("PEPEUNIT_URL").split("://")
    host = rest.split("/")[0]
    if scheme != "http":
        host = host.split(":")[0]
    name, port = host.split(":") if ":" in host else (host, 80)
    return host, name, int(port)


def _download(path, sealed):
    host, name, port = _address()
    connection = stream.connect(name, port)
    try:
        lines = (
            "GET %s HTTP/1.1" % path,
            "Host: " + host,
            "Authorization: Unit " + env.get("PEPEUNIT_TOKEN"),
            "Croft-Proof: " + env.prove("GET|" + path),
            "Connection: close\r\n\r\n",
        )
        connection.write("\r\n".join(lines).encode())
        left = _read_head(connection)
        with open(sealed, "wb") as file:
            while left:
                part = connection.read(min(left, 512))
                file.write(part)
                left -= len(part)
    finally:
        connection.close()


def _read_head(connection):
    """Length of the body. Throws ValueError for any other status than 200, and without a length."""
    status = connection.line().split(b" ")[1]
    if status != b"200":
        raise ValueError("HTTP status " + status.decode())
    length = None
    for _ in range(40):
        line = connection.line().lower()
        if not line:
            break
        if line[:15] == b"content-length:":
            length = int(line[15:])
    if length is None:
        raise ValueError("HTTP answer without Content-Length")
    return length
