"""draw.py FIGURES QUALITY FOLDER: speed.png and quality.png."""
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bench"))
from figures import Figures

INK, PALE, GRID = "#2b2b2b", "#9a9a9a", "#e4e4e4"
BLUE, ORANGE, GREEN, PURPLE = "#2f6db3", "#e08214", "#3a9a5b", "#8354a8"

# What is drawn in one colour, and the names that are too long beside a point.
FAMILIES = {
    "PCM": (PALE, {0x06, 0x07}),
    "ADPCM": (BLUE, {0x11, 0x02, 0x10, 0x17, 0x20, 0x200, 0x69, 0x38, 0x64, 0x45, 0x40, 0x14}),
    "two bands": (GREEN, {0x65}),
    "model of a voice": (ORANGE, {0x31, 0x22, 0x42, 0x83, 0x135}),
}
SHORT = {0x06: "A-law", 0x07: "µ-law", 0x11: "IMA", 0x02: "Microsoft", 0x31: "GSM 6.10", 0x22: "TrueSpeech", 0x10: "OKI", 0x38: "NMS", 0x20: "Yamaha",
         0x200: "Creative", 0x69: "Xbox", 0x64: "G.726", 0x65: "G.722", 0x42: "G.723.1", 0x83: "G.729A"}
# Rows that are another's codec with other framing.
SAME = {0x17, 0x45, 0x40, 0x14, 0x135}

plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "axes.edgecolor": PALE, "axes.labelcolor": INK,
                     "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False})


def family(tag):
    return next(colour for colour, tags in FAMILIES.values() if tag in tags)


def plain(value, _):
    return "%g" % value


def save(figure, folder, name):
    figure.savefig(os.path.join(folder, name), dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_speed(figures, folder):
    """A bar for each direction, from 1, the best peer's speed: 64-bit, and a tick where 32-bit ends."""
    rows = [row for row in figures.rows if row.tag not in SAME and any(figures.best_peer(row, way) for way in ("encode", "decode"))]
    first = {}
    for row in rows:
        first.setdefault((row.tag, row.channels), row)
    rows = sorted(first.values(), key=lambda row: rows.index(first[row.tag, 1]) * 2 + row.channels)
    picture, axes = plt.subplots(figsize=(7.2, 0.33 * len(rows) + 1.0), layout="constrained")
    for i, row in enumerate(rows):
        for way, colour, shift in (("encode", ORANGE, -0.19), ("decode", BLUE, 0.19)):
            wide, narrow = (figures.ratio(row, way, place) for place in ("x64", "x86"))
            if not wide:
                continue
            axes.barh(i + shift, wide - 1, 0.34, left=1, color=colour)
            if narrow:
                axes.plot([narrow, narrow], [i + shift - 0.17, i + shift + 0.17], color=INK, linewidth=1.2)
            axes.annotate("%.1f  %s" % (wide, figures.peer_name(row, way)), (max(wide, narrow or 1, 1), i + shift), (4, 0), textcoords="offset points",
                          va="center", fontsize=6.5, color="#6a6a6a")
    axes.set_yticks(range(len(rows)), [SHORT[row.tag] + (", music" if row.channels == 2 else "") for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.set_xlim(min(0.7, axes.get_xlim()[0]), axes.get_xlim()[1] * 1.35)
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("times as fast as the best peer, which is named; a black tick is the 32-bit driver")
    for way, colour in (("encoding", ORANGE), ("decoding", BLUE)):
        axes.barh(0, 0, color=colour, label=way)
    axes.legend(loc="lower right", frameon=False)
    save(picture, folder, "speed.png")


def read_quality(path):
    """tag -> [(kbit/s, {quality: (segmental SNR, distance)})]"""
    codecs = {}
    with open(path) as file:
        for line in file:
            if not line.startswith("quality\t"):
                continue
            _, tag, _, _, bits, quality, _, ratio, distance = line.split("\t")
            points = codecs.setdefault(int(tag, 16), {}).setdefault(int(bits) / 1000, {})
            points[int(quality)] = float(ratio), float(distance)
    return {tag: sorted(points.items()) for tag, points in codecs.items() if tag not in SAME}


def spread(wanted, least):
    """Heights for labels, in order, no two nearer than `least`."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups = []
    for i in order:
        groups.append([wanted[i], 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (groups[-1][1] + groups[-2][1]) / 2:
            (a, n), (b, m) = groups[-2:]
            groups[-2:] = [[(a * n + b * m) / (n + m), n + m]]
    heights = [centre + (k - (n - 1) / 2) * least for centre, n in groups for k in range(n)]
    return [height for _, height in sorted(zip(order, heights))]


def draw_panel(axes, codecs, index, least):
    crowd = []
    for tag, points in codecs.items():
        colour = family(tag)
        usual = [(kbits, each[min(each, key=lambda quality: abs(quality - 1))][index]) for kbits, each in points]
        axes.plot(*zip(*usual), color=colour, linewidth=1, alpha=0.5)
        for kbits, each in points:
            heights = [each[quality][index] for quality in sorted(each)]
            axes.plot([kbits] * len(heights), heights, color=colour, linewidth=2.6, alpha=0.35, solid_capstyle="round")
        axes.plot(*zip(*usual), "o", color=colour, markersize=4.5)
        name = [(kbits, height) for kbits, height in usual if 30 < kbits < 40] or [usual[-1]]
        crowd.append((SHORT[tag], colour, *name[0]))
    # What is near 32 kbit/s is named beside the crowd.
    near = [label for label in crowd if 30 < label[2] < 52]
    for (text, colour, kbits, height), y in zip(near, spread([label[3] for label in near], least)):
        axes.annotate(text, (kbits, height), (21.5, y), ha="right", va="center", fontsize=7.5, color=colour,
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "alpha": 0.6, "shrinkA": 1, "shrinkB": 3})
    far = [label for label in crowd if label not in near]
    for text, colour, kbits, height in far:
        axes.annotate(text, (kbits, height), (0, 6), textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color=colour)
    axes.set_xscale("log")
    axes.set_xlim(4.3, 85)
    axes.xaxis.set_major_locator(FixedLocator([5, 8, 13, 16, 24, 32, 40, 64]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("kbit/s")


def draw_quality(codecs, folder):
    picture, (left, right) = plt.subplots(1, 2, figsize=(9.2, 4.6), layout="constrained")
    draw_panel(left, codecs, 0, 1.25)
    draw_panel(right, codecs, 1, 0.2)
    left.set_title("the waveform: segmental SNR, dB", loc="left", fontsize=9)
    right.set_title("the spectrum: distance of Bark bands, dB (up is nearer)", loc="left", fontsize=9)
    right.invert_yaxis()
    for name, (colour, _) in FAMILIES.items():
        left.plot([], [], "o", color=colour, label=name, markersize=4.5)
    left.legend(loc="upper left", frameon=False)
    save(picture, folder, "quality.png")


draw_speed(Figures(sys.argv[1]), sys.argv[3])
draw_quality(read_quality(sys.argv[2]), sys.argv[3])
