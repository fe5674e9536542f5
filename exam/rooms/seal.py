"""Text in an address that only a room's lecturer can have written, and that nobody else can read.

The hall sees the projector's address, in which closed votes would bias the next one; a student may
post a link with made-up votes, or a browser may suggest the address of last week's lecture. With a
key of the server, nobody but a server with the same key can seal anything.
"""

import base64
import hashlib
import hmac
import os
import re
import time

KEY = "STREAMLIT_SERVER_COOKIE_SECRET"  # an environment variable that Streamlit knows as well
TAG_BYTES, TIME_BYTES = 12, 3
MAX_HOURS = 3  # as long as an unused room is kept
SEALED = re.compile(r"[\w-]{16,3500}", re.ASCII)


def server_key() -> str:
    """The key that all replicas share, also after a restart; "" if none is set."""
    return os.environ.get(KEY, "")


def seal(text: str, secret: str) -> str:
    """Base64 of a tag under the server's key and the room's `secret`, and the hour and text.

    These two are encrypted with the same keys.
    """
    data = _hour().to_bytes(TIME_BYTES, "big") + text.encode()
    tag = _tag(data, secret)
    return base64.urlsafe_b64encode(tag + _hidden(data, tag, secret)).decode().rstrip("=")


def unseal(sealed: str, secret: str) -> str | None:
    """The text that was sealed; None if it was not, or with another secret, or too long ago."""
    try:
        data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except ValueError:
        return None
    tag, hidden = data[:TAG_BYTES], data[TAG_BYTES:]
    data = _hidden(hidden, tag, secret)
    hour, text = int.from_bytes(data[:TIME_BYTES], "big"), data[TIME_BYTES:]
    is_ours = hmac.compare_digest(tag, _tag(data, secret))
    # Who has a room of their own knows its secret, and can seal anything.
    return text.decode(errors="replace") if is_ours and _hour() - hour <= MAX_HOURS else None


def read_sealed(text: str) -> str | None:
    """The text if it has the form of a sealed text, else None."""
    return text if SEALED.fullmatch(text) else None


def _hour() -> int:
    return int(time.time() / 3600)


def _hidden(data: bytes, tag: bytes, secret: str) -> bytes:
    """Encrypt the data, or decrypt what this has encrypted."""
    mask = hashlib.shake_256(_key(secret) + tag).digest(len(data))
    return bytes(each ^ other for each, other in zip(data, mask, strict=True))


def _tag(data: bytes, secret: str) -> bytes:
    return hmac.digest(_key(secret), data, "sha256")[:TAG_BYTES]


def _key(secret: str) -> bytes:
    return f"{server_key()}{secret}".encode()
