#!/usr/bin/env python3
"""Draws src/acm/omniacm.ico: a waveform of round bars in a rounded square. Needs only Python; the output is reproducible."""
import os, struct, zlib

# Size, width of a bar, gap between bars, in whole pixels to keep the edges sharp.
SIZES = ((16, 2, 2), (24, 2, 2), (32, 2, 3), (48, 4, 3), (64, 6, 4), (256, 22, 16))
TOP, BOTTOM, BAR = (0x3D, 0xB2, 0xE6), (0x15, 0x4A, 0x9E), (255, 255, 255)


def bars(size, width, gap):
    """Center, half width and half height of each bar, in pixels."""
    heights = (0.34, 0.66, 0.46) if size == 16 else (0.22, 0.48, 0.70, 0.38, 0.20)
    left = (size - len(heights) * width - (len(heights) - 1) * gap) / 2
    return [(left + i * (width + gap) + width / 2, width / 2, round(h * size / 2)) for i, h in enumerate(heights)]


def coverage(x, y, half_width, half_height, radius):
    """The fraction of the pixel at x, y from the center of a rounded rectangle that lies inside it."""
    dx, dy = abs(x) - half_width + radius, abs(y) - half_height + radius
    outside = (max(dx, 0) ** 2 + max(dy, 0) ** 2) ** 0.5 + min(max(dx, dy), 0) - radius
    return min(max(0.5 - outside, 0), 1)


def pixels(size, width, gap):
    """The rows from the top, as lists of (red, green, blue, alpha)."""
    middle, half = size / 2, size / 2 - size // 32
    for row in range(size):
        y, line = row + 0.5, []
        slope = y / size
        for column in range(size):
            x = column + 0.5
            white = max(coverage(x - cx, y - middle, w, h, min(w, h)) for cx, w, h in bars(size, width, gap))
            ground = (a + (b - a) * slope for a, b in zip(TOP, BOTTOM))
            color = [round(g + (b - g) * white) for g, b in zip(ground, BAR)]
            line.append((*color, round(255 * coverage(x - middle, y - middle, half, half, size * 0.22))))
        yield line


def bmp(size, rows):
    """Pixels of 32 bits from the bottom up, and a mask of one bit for programs that ignore alpha."""
    colors = b"".join(bytes((b, g, r, a)) for row in reversed(rows) for r, g, b, a in row)
    stride = (size + 31) // 32 * 4
    mask = b"".join(sum((row[i][3] < 128) << (stride * 8 - 1 - i) for i in range(size)).to_bytes(stride, "big") for row in reversed(rows))
    return struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, len(colors) + len(mask), 0, 0, 0, 0) + colors + mask


def png(size, rows):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    data = b"".join(b"\0" + b"".join(bytes(p) for p in row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def main():
    images = []
    for size, width, gap in SIZES:
        rows = list(pixels(size, width, gap))
        images.append((size, (bmp if size < 64 else png)(size, rows)))    # Windows XP does not read PNG
    directory, offset = struct.pack("<HHH", 0, 1, len(images)), 6 + 16 * len(images)
    for size, image in images:
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    path = os.path.join(os.path.dirname(__file__), "../../src/acm/omniacm.ico")
    with open(path, "wb") as file:
        file.write(directory + b"".join(image for _, image in images))


main()
