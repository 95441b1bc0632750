"""A voice note without a microphone: seconds of silence as WhatsApp sends them, Opus in Ogg."""

from __future__ import annotations

import struct
from collections.abc import Sequence

RATE = 48_000  # what Opus counts in
FRAME = RATE // 50  # 20 ms
SILENCE = b"\xf8\xff\xfe"  # one frame of it
PACKETS = 50  # of a page: a second
BEGINS, ENDS = 2, 4  # flags of a page
STREAM = 1


def note(seconds: int) -> bytes:
    """The file of a voice note in which nobody says anything."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, RATE, 0, 0)
    maker = b"Ventanilla"
    tags = b"OpusTags" + struct.pack("<I", len(maker)) + maker + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, BEGINS), _page([tags], 1, 0)]
    for second in range(1, seconds + 1):
        flags = ENDS if second == seconds else 0
        pages.append(_page([SILENCE] * PACKETS, second + 1, second * PACKETS * FRAME, flags))
    return b"".join(pages)


def _page(packets: Sequence[bytes], number: int, position: int, flags: int = 0) -> bytes:
    """A page of Ogg with packets of fewer than 255 bytes; `position`: samples up to its end."""
    sizes = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, STREAM, number, 0)
    page = bytearray(head + bytes([len(sizes)]) + sizes + b"".join(packets))
    page[22:26] = struct.pack("<I", _checksum(page))
    return bytes(page)


def _checksum(content: bytes | bytearray) -> int:
    """Ogg's own: the polynomial of CRC-32, but neither mirrored nor inverted."""
    value = 0
    for byte in content:
        value ^= byte << 24
        for _bit in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value
