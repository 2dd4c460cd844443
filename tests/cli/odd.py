"""Makes unusual WAV files from ordinary ones, and reads WAV files.

    odd.py make GSM.wav PCM.wav FOLDER               write unusual files made from these two
    odd.py show FILE.wav                             print the tag, channels, rate, bits, samples in the fact chunk and
                                                     bytes of data, and "whole" if every size is correct
    odd.py data FILE.wav                             print the bytes of the data chunk
    odd.py snr A.wav B.wav                           print the SNR of A in dB, B being the sound; both have 16 bits
    odd.py sound FILE.wav RATE CHANNELS FRAMES WIDTH make a PCM file; WIDTH is 8, 16, 24, 32 or f32
"""
import array
import math
import struct
import sys


def chunks(path):
    data = open(path, "rb").read()
    at, found = 12, []
    while at + 8 <= len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        found.append((data[at:at + 4], data[at + 8:at + 8 + size], size))
        at += 8 + size + size % 2
    return data, dict((name, body) for name, body, _ in reversed(found)), at == len(data)


def chunk(name, body, size=None, pad=True):
    size = len(body) if size is None else size
    return name + struct.pack("<I", size) + body + (b"\0" if pad and len(body) % 2 else b"")


def riff(*parts, name=b"RIFF", size=None):
    body = b"WAVE" + b"".join(parts)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def extensible(fmt, samples, tag):
    guid = struct.pack("<I", tag) + bytes.fromhex("00001000800000aa00389b71")
    return struct.pack("<H", 0xFFFE) + fmt[2:16] + struct.pack("<HHI", 22, samples, 0) + guid


def msn(block, bit_rate, data):
    data = data[:len(data) - len(data) % block]
    fmt = struct.pack("<HHIIHHHHH", 0x32, 1, 8000, 25 * block, block, 0, 4, 320, bit_rate)
    return riff(chunk(b"fmt ", fmt), chunk(b"fact", struct.pack("<I", len(data) // block * 320)), chunk(b"data", data))


def make(gsm_path, pcm_path, folder):
    _, gsm, _ = chunks(gsm_path)
    _, pcm, _ = chunks(pcm_path)
    fmt, fact, data = gsm[b"fmt "], gsm[b"fact"], gsm[b"data"]
    samples = struct.unpack("<I", fact)[0]
    plain = [chunk(b"fmt ", fmt), chunk(b"fact", fact), chunk(b"data", data)]
    ds64 = struct.pack("<QQQI", 0, len(data), samples, 0)
    odd = {
        # decode like the original file
        "same-rf64": riff(chunk(b"ds64", ds64), chunk(b"fmt ", fmt), chunk(b"fact", b"\xff" * 4),
                          chunk(b"data", data, 0xFFFFFFFF), name=b"RF64", size=0xFFFFFFFF),
        "same-size-0": riff(*plain[:2], chunk(b"data", data, 0, pad=False), size=0),
        "same-size-ffffffff": riff(*plain[:2], chunk(b"data", data, 0xFFFFFFFF, pad=False), size=0xFFFFFFFF),
        "same-size-beyond": riff(*plain[:2], chunk(b"data", data, len(data) + 100000, pad=False)),
        "same-extensible": riff(chunk(b"fmt ", extensible(fmt, 320, 0x31)), *plain[1:]),
        "same-extensible-extra": riff(chunk(b"fmt ", extensible(fmt, 0, 0x31)[:16] + struct.pack("<H", 24) +
                                            extensible(fmt, 0, 0x31)[18:] + fmt[18:20]), *plain[1:]),
        "same-sound-first": riff(chunk(b"LIST", b"INFOxyz"), plain[2], plain[1], plain[0]),
        "same-no-padding": riff(chunk(b"LIST", b"INFOxyz", pad=False), *plain[:2], chunk(b"junk", b"1", pad=False), plain[2]),
        "same-FACT": riff(chunk(b"fmt ", fmt), chunk(b"FACT", fact), plain[2]),
        "same-byte-rate": riff(chunk(b"fmt ", fmt[:8] + b"\1\2\3\4" + fmt[12:]), *plain[1:]),
        "same-large-fmt": riff(chunk(b"fmt ", fmt + b"\0" * 30), *plain[1:]),
        # the fact chunk does not shorten the data
        "full-fact-0": riff(chunk(b"fmt ", fmt), chunk(b"fact", b"\0" * 4), chunk(b"data", data)),
        "full-fact-large": riff(chunk(b"fmt ", fmt), chunk(b"fact", b"\xff\xff\xff\x7f"), chunk(b"data", data)),
        "full-fact-small": riff(chunk(b"fmt ", fmt), chunk(b"fact", struct.pack("<I", samples - 1000)), chunk(b"data", data)),
        "full-no-fact": riff(chunk(b"fmt ", fmt), chunk(b"data", data)),
        # need a lenient driver
        "lenient-fmt-16": riff(chunk(b"fmt ", fmt[:16]), *plain[1:]),
        "lenient-fmt-18": riff(chunk(b"fmt ", fmt[:16] + b"\0\0"), *plain[1:]),
        "lenient-1500": riff(chunk(b"fmt ", b"\0\x15" + fmt[2:]), *plain[1:]),
        # MSN Audio in a size that no listed format has, and with another bit rate in its extra bytes
        "msn-53": msn(53, 10600, data),
        "msn-50-8200": msn(50, 8200, data),
        # a recording that was cut off within a block
        "truncated": riff(*plain[:2], chunk(b"data", data[:65 * 7 + 40], len(data))),
        # cannot be converted
        "no-rifx": riff(*plain, name=b"RIFX"),
        "no-empty": b"",
        "no-text": b"This is a text file.\n",
        "no-avi": riff(*plain).replace(b"WAVE", b"AVI ", 1),
        "no-fmt": riff(plain[2]),
        "no-data": riff(plain[0]),
        "no-short-fmt": riff(chunk(b"fmt ", fmt[:10]), plain[2]),
        "no-channels": riff(chunk(b"fmt ", fmt[:2] + b"\0\0" + fmt[4:]), *plain[1:]),
        "no-mp3": riff(chunk(b"fmt ", b"\x55\0" + fmt[2:]), *plain[1:]),
        "no-fastspeech": riff(chunk(b"fmt ", b"\2\2" + fmt[2:]), *plain[1:]),
        "no-unknown": riff(chunk(b"fmt ", b"\x34\x12" + fmt[2:]), *plain[1:]),
        # PCM
        "pcm-fmt-14": riff(chunk(b"fmt ", pcm[b"fmt "][:14]), chunk(b"data", pcm[b"data"])),
        "pcm-extensible": riff(chunk(b"fmt ", extensible(pcm[b"fmt "], 16, 1)), chunk(b"data", pcm[b"data"])),
        "pcm-truncated": riff(chunk(b"fmt ", pcm[b"fmt "]), chunk(b"data", pcm[b"data"] + b"\x11", 0xFFFFFFFF, pad=False)),
        # only for the driver of tests/wine/crash.c
        "crash": riff(chunk(b"fmt ", struct.pack("<HHIIHHH", 0x7A7A, 1, 8000, 8000, 1, 8, 0)),
                      chunk(b"data", bytes(1000))),
        "pcm-nothing": riff(chunk(b"fmt ", pcm[b"fmt "]), chunk(b"data", b"")),
    }
    for name, body in odd.items():
        with open(f"{folder}/{name}.wav", "wb") as file:
            file.write(body)
    # The data follows 6 GB of JUNK, in a sparse file.
    with open(f"{folder}/same-far.wav", "wb") as file:
        file.write(riff(chunk(b"ds64", ds64), chunk(b"fmt ", fmt), chunk(b"fact", fact), name=b"RF64", size=0xFFFFFFFF))
        for _ in range(2):
            file.write(b"JUNK" + struct.pack("<I", 0xC0000000))
            file.seek(0xC0000000, 1)
        file.write(chunk(b"data", data, 0xFFFFFFFF))


def show(path):
    data, found, complete = chunks(path)
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", found[b"fmt "])
    fact = struct.unpack("<I", found[b"fact"])[0] if b"fact" in found else "-"
    whole = complete and struct.unpack_from("<I", data, 4)[0] == len(data) - 8 and data[:4] == b"RIFF"
    print(f"0x{tag:04X}", channels, rate, bits, fact, len(found[b"data"]), "whole" if whole else "broken")


def snr(*paths):
    a, b = (array.array("h", chunks(path)[1][b"data"]) for path in paths)
    inner = range(4000, len(b) - 4000)
    noise = sum((a[i] - b[i]) ** 2 for i in inner) if len(a) == len(b) else math.inf
    print(int(10 * math.log10(sum(b[i] ** 2 for i in inner) / max(noise, 1))) if noise < math.inf else -1)


def sound(path, rate, channels, frames, width):
    seed, data = 1, b""
    for i in range(frames):
        for channel in range(channels):
            seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
            x = int(8000 * math.sin(i * (0.05 + 0.02 * channel)) + 4000 * math.sin(i * 0.31)) + (seed >> 21) - 512
            data += {"8": lambda: struct.pack("B", (x >> 8) + 128), "16": lambda: struct.pack("<h", x),
                     "24": lambda: struct.pack("<i", x << 8)[:3], "32": lambda: struct.pack("<i", x << 16),
                     "f32": lambda: struct.pack("<f", x / 32768)}[width]()
    bits = int(width.strip("f"))
    align = channels * bits // 8
    fmt = struct.pack("<HHIIHH", 3 if width == "f32" else 1, channels, rate, rate * align, align, bits)
    open(path, "wb").write(riff(chunk(b"fmt ", fmt), chunk(b"data", data)))


command, arguments = sys.argv[1], sys.argv[2:]
if command == "make":
    make(*arguments)
elif command == "show":
    show(*arguments)
elif command == "data":
    sys.stdout.buffer.write(chunks(*arguments)[1][b"data"])
elif command == "snr":
    snr(*arguments)
elif command == "sound":
    sound(arguments[0], *map(int, arguments[1:4]), arguments[4])
