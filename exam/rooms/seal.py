"""Text in an address that a room's lecturer alone can have put there, and nobody reads in passing.

The hall sees the address of the wall, where closed votes would pull the next one; and a student may
post a link with votes that nobody has cast.
"""

import base64
import hmac
import re

TAG_BYTES = 12
SEALED = re.compile(r"[\w-]{16,3500}", re.ASCII)


def seal(text: str, secret: str) -> str:
    """Letters of base64, in which a mark of the room's `secret` comes before the text."""
    data = text.encode()
    return base64.urlsafe_b64encode(_tag(data, secret) + data).decode().rstrip("=")


def unseal(sealed: str, secret: str) -> str | None:
    """The text that was sealed; None if it was not, or with another secret."""
    try:
        data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        tag, text = data[:TAG_BYTES], data[TAG_BYTES:]
        return text.decode() if hmac.compare_digest(tag, _tag(text, secret)) else None
    except ValueError:  # no base64, or no text
        return None


def read_sealed(text: str) -> str | None:
    """The text if it may have been sealed; None if nobody can have."""
    return text if SEALED.fullmatch(text) else None


def _tag(data: bytes, secret: str) -> bytes:
    return hmac.digest(secret.encode(), data, "sha256")[:TAG_BYTES]
