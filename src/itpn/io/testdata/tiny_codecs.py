"""Encoders for the kinds of PNG and JPEG that Pillow reads but does not write."""
import struct
import zlib

import numpy as np


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_samples(rows, depth):
    """(h, samples) integers -> one filter byte 0 and the packed samples per row."""
    out = b""
    for row in rows:
        if depth == 16:
            line = np.asarray(row, ">u2").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            line = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + line
    return out


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour_type, interlaced=False, before_data=()):
    """samples: (h, w, c) integers below 2 ** depth. before_data: (kind, bytes) chunks between IHDR and IDAT."""
    h, w, c = samples.shape
    if interlaced:
        data = b"".join(pack_samples(part.reshape(part.shape[0], -1), depth)
                        for x, y, dx, dy in ADAM7 if (part := samples[y::dy, x::dx]).size)
    else:
        data = pack_samples(samples.reshape(h, w * c), depth)
    head = struct.pack(">IIBBBBB", w, h, depth, colour_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + b"".join(png_chunk(*chunk) for chunk in before_data)
            + png_chunk(b"IDAT", zlib.compress(data, 9)) + png_chunk(b"IEND", b""))


def marker(code, data):
    return bytes([0xFF, code]) + struct.pack(">H", len(data) + 2) + data


ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))
AC_SYMBOLS = [0x00, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 11)]


class Bits:
    def __init__(self):
        self.text = []

    def put(self, value, count):
        if count:
            self.text.append(format(value, f"0{count}b"))

    def signed(self, value, size):
        self.put(value if value >= 0 else value + (1 << size) - 1, size)

    def stuffed(self):
        text = "".join(self.text)
        text += "1" * (-len(text) % 8)
        return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8)).replace(b"\xff", b"\xff\0")


def put_block(bits, block, previous_dc):
    """One quantised 8x8 block with fixed-length codes: 4 bits for DC sizes, 8 bits for AC symbols."""
    values = [int(block[i // 8, i % 8]) for i in ZIGZAG]
    difference = values[0] - previous_dc
    size = abs(difference).bit_length()
    bits.put(size, 4)
    bits.signed(difference, size)
    run = 0
    for k, value in enumerate(values[1:], 1):
        if not any(values[k:]):
            bits.put(AC_SYMBOLS.index(0x00), 8)
            break
        if value == 0:
            run += 1
            continue
        while run > 15:
            bits.put(AC_SYMBOLS.index(0xF0), 8)
            run -= 16
        size = abs(value).bit_length()
        bits.put(AC_SYMBOLS.index(run << 4 | size), 8)
        bits.signed(value, size)
        run = 0
    return values[0]


def jpeg(planes, size, factors, head=b""):
    """A baseline JPEG. planes: 2-D arrays (component samples, already subsampled); size: (w, h);
    factors: (h, v) sampling factors of each; head: markers after SOI (JFIF, Adobe, EXIF)."""
    w, h = size
    hmax, vmax = max(f[0] for f in factors), max(f[1] for f in factors)
    mcus_x, mcus_y = -(-w // (8 * hmax)), -(-h // (8 * vmax))
    quant = np.full((8, 8), 6)
    basis = np.array([[np.cos((2 * x + 1) * u * np.pi / 16) * (0.5 if u else 8 ** -0.5) for x in range(8)]
                      for u in range(8)])
    padded = [np.pad(p.astype(float) - 128, ((0, mcus_y * 8 * f[1] - p.shape[0]), (0, mcus_x * 8 * f[0] - p.shape[1])),
                     "edge") for p, f in zip(planes, factors)]
    bits, dc = Bits(), [0] * len(planes)
    for my in range(mcus_y):
        for mx in range(mcus_x):
            for i, (fh, fv) in enumerate(factors):
                for by in range(fv):
                    for bx in range(fh):
                        y, x = 8 * (my * fv + by), 8 * (mx * fh + bx)
                        block = np.rint(basis @ padded[i][y:y + 8, x:x + 8] @ basis.T / quant)
                        dc[i] = put_block(bits, block, dc[i])
    frame = struct.pack(">BHHB", 8, h, w, len(planes))
    frame += b"".join(bytes([i + 1, fh << 4 | fv, 0]) for i, (fh, fv) in enumerate(factors))
    scan = bytes([len(planes)]) + b"".join(bytes([i + 1, 0]) for i in range(len(planes))) + bytes([0, 63, 0])
    dc_table = bytes([0x00] + [0, 0, 0, 12] + [0] * 12) + bytes(range(12))
    ac_table = bytes([0x10] + [0] * 7 + [len(AC_SYMBOLS)] + [0] * 8) + bytes(AC_SYMBOLS)
    return (b"\xff\xd8" + head + marker(0xDB, b"\0" + bytes([6] * 64)) + marker(0xC0, frame) + marker(0xC4, dc_table)
            + marker(0xC4, ac_table) + marker(0xDA, scan) + bits.stuffed() + b"\xff\xd9")
