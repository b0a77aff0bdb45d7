"""Whole objects over a pipe between this program and its own child, and nobody else."""

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], told: object) -> None:
    """Nothing; the object is on its way. OSError when nobody listens any more."""
    packed = pickle.dumps(told, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(packed)) + packed)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """The next object. EOFError when there is none to come."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    packed = stream.read(length)
    if len(packed) < length:
        raise EOFError
    return pickle.loads(packed)  # noqa: S301 - from our own child, over a pipe that nobody else has
