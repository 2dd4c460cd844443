"""draw.py FIGURES QUALITY FOLDER draws speed.png and quality.png."""
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bench"))
from figures import Figures

INK, PALE, GRID = "#2b2b2b", "#9a9a9a", "#e4e4e4"
BLUE, ORANGE, GREEN, PURPLE = "#2f6db3", "#e08214", "#3a9a5b", "#8354a8"

# The color of each family of codecs, and short names for the labels.
FAMILIES = {
    "PCM": (PALE, {0x06, 0x07}),
    "ADPCM": (BLUE, {0x11, 0x02, 0x10, 0x17, 0x20, 0x200, 0x69, 0x38, 0x64, 0x45, 0x40, 0x14, 0x61, 0x62, 0x125}),
    "two bands, or a transform": (GREEN, {0x65, 0x28E, 0x160, 0x161, 0x50, 0x55, 0x2000}),
    "model of a voice": (ORANGE, {0x31, 0x32, 0x22, 0x42, 0x83, 0x135, 0x41, 0x70}),
}
SHORT = {0x06: "A-law", 0x07: "µ-law", 0x11: "IMA", 0x02: "Microsoft", 0x31: "GSM 6.10", 0x32: "MSN Audio", 0x22: "TrueSpeech", 0x10: "OKI", 0x38: "NMS", 0x20: "Yamaha",
         0x200: "Creative", 0x69: "Xbox", 0x64: "G.726", 0x65: "G.722", 0x42: "G.723.1", 0x83: "G.729A", 0x61: "Duck DK4", 0x62: "Duck DK3", 0x125: "Sanyo",
         0x28E: "Siren", 0x160: "WMA 1", 0x161: "WMA", 0x401: "Intel Music", 0x402: "Indeo", 0x270: "ATRAC3", 0x130: "ACELP.net", 0x41: "G.728",
         0x70: "L&H CELP", 0x50: "Layer II", 0x55: "MP3", 0x2000: "AC-3"}
# Formats that only differ from another one in their framing.
SAME = {0x17, 0x45, 0x40, 0x14, 0x135}
# Formats that lie on another one's line in the picture of quality, or to the right of it, which ends
# at KBITS_MOST.
HIDDEN = SAME | {0x160, 0x61, 0x50, 0x2000}
KBITS_MOST = 84

plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "axes.edgecolor": PALE, "axes.labelcolor": INK,
                     "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False})


def family(tag):
    return next(color for color, tags in FAMILIES.values() if tag in tags)


def format_number(value, _):
    return "%g" % value


def save(figure, folder, name):
    figure.savefig(os.path.join(folder, name), dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_bars(axes, figures, tags, direction):
    """Draws bars of the 64-bit driver's speed from 1, the best peer's, for speech and music, with a tick for the 32-bit driver."""
    for i, tag in enumerate(tags):
        entries = {entry.channels: entry for entry in reversed(figures.entries) if entry.tag == tag and figures.best_peer(entry, direction)}
        for channels, entry in entries.items():
            wide, narrow = (figures.ratio(entry, direction, place) for place in ("x64", "x86"))
            if not wide:
                continue
            y = i + (0 if len(entries) == 1 else 0.19 if channels == 2 else -0.19)
            axes.barh(y, wide - 1, 0.34, left=1, color=BLUE if channels == 1 else ORANGE)
            if narrow:
                axes.plot([narrow, narrow], [y - 0.17, y + 0.17], color=INK, linewidth=1.2)
            axes.annotate("%.1f  %s" % (wide, figures.peer_name(entry, direction).split(" x")[0]), (max(wide, narrow or 1, 1), y), (4, 0),
                          textcoords="offset points", va="center", fontsize=6, color="#6a6a6a")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([0.5, 1, 2, 4, 8, 16]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(format_number))
    axes.set_xlim(0.4, axes.get_xlim()[1] * 2.2)
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title("encoding" if direction == "encode" else "decoding", loc="left", fontsize=9, fontweight="bold")


def draw_speed(figures, folder):
    entries = [entry for entry in figures.entries if any(figures.ratio(entry, direction, "x64") for direction in ("encode", "decode"))]
    tags = list(dict.fromkeys(entry.tag for entry in entries if entry.tag not in SAME))
    picture, panels = plt.subplots(1, 2, figsize=(8.4, 0.33 * len(tags) + 0.9), sharey=True, layout="constrained")
    for axes, direction in zip(panels, ("encode", "decode")):
        draw_bars(axes, figures, tags, direction)
    panels[0].set_yticks(range(len(tags)), [SHORT[tag] for tag in tags])
    panels[0].set_ylim(len(tags) - 0.4, -0.6)
    for name, color in (("speech", BLUE), ("music", ORANGE)):
        panels[1].barh(0, 0, color=color, label=name)
    panels[1].plot([], [], "|", color=INK, label="32-bit", markersize=7)
    panels[1].legend(loc="lower right", frameon=False)
    picture.supxlabel("speed relative to the best peer", fontsize=8.5)
    save(picture, folder, "speed.png")


def read_quality(path):
    """tag -> [(kbit/s, {quality: dB})]"""
    codecs = {}
    with open(path) as file:
        for line in file:
            if line.startswith("quality\t"):
                _, tag, _, _, bits, quality, _, _, loudness = line.split("\t")
                if int(bits) > 1000 * KBITS_MOST:
                    continue
                codecs.setdefault(int(tag, 16), {}).setdefault(int(bits) / 1000, {})[int(quality)] = float(loudness)
    return {tag: sorted(points.items()) for tag, points in codecs.items() if tag not in HIDDEN}


def spread(targets, distance):
    """Spreads labels to heights near those given, at least `distance` apart."""
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    groups = []
    for i in order:
        groups.append([targets[i], 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < distance * (groups[-1][1] + groups[-2][1]) / 2:
            (a, n), (b, m) = groups[-2:]
            groups[-2:] = [[(a * n + b * m) / (n + m), n + m]]
    heights = [center + (k - (n - 1) / 2) * distance for center, n in groups for k in range(n)]
    return [height for _, height in sorted(zip(order, heights))]


def name_points(axes, labels):
    """Labels the crowded points at 32 and 64 kbit/s to the right; other lines above their end, and single points below."""
    line = {"arrowstyle": "-", "linewidth": 0.6, "alpha": 0.6, "shrinkA": 1, "shrinkB": 4}
    for near, at, lower in ((32, 39.5, 1), (64, 68, 0)):
        crowd = [label for label in labels if near * 0.95 < label[2] < near * 1.1]
        for (text, color, kbits, height, _), y in zip(crowd, spread([label[3] for label in crowd], 1.35)):
            axes.annotate(text, (kbits, height), (at, y - lower), ha="left", va="center", color=color,
                          arrowprops={**line, "color": color} if lower else None)
        labels = [label for label in labels if label not in crowd]
    for text, color, kbits, height, is_line in labels:
        side = {"ha": "right", "va": "bottom", "xytext": (-5, 3)} if is_line else {"ha": "left", "va": "top", "xytext": (6, -3)}
        axes.annotate(text, (kbits, height), textcoords="offset points", color=color, **side)


def draw_quality(codecs, folder):
    picture, axes = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
    labels = []
    for tag, points in codecs.items():
        color = family(tag)
        usual = [(kbits, each[min(each, key=lambda quality: abs(quality - 1))]) for kbits, each in points]
        axes.plot(*zip(*usual), color=color, linewidth=1, alpha=0.5)
        for kbits, each in points:
            axes.plot([kbits] * len(each), sorted(each.values()), color=color, linewidth=3.5, alpha=0.3, solid_capstyle="round")
        axes.plot(*zip(*usual), "o", color=color, markersize=5)
        labels.append((SHORT[tag], color, *usual[-1], len(usual) > 1))
    name_points(axes, labels)
    axes.set_xscale("log")
    axes.set_xlim(4.6, KBITS_MOST)
    axes.set_ylim(bottom=axes.get_ylim()[0] - 0.8)
    axes.xaxis.set_major_locator(FixedLocator([5, 6, 8, 10, 13, 16, 24, 32, 40, 64]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(format_number))
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("kbit/s")
    axes.set_ylabel("loudness of speech: signal to distortion, dB")
    for name, (color, _) in FAMILIES.items():
        axes.plot([], [], "o", color=color, label=name, markersize=5)
    axes.plot([], [], color=BLUE, linewidth=3.5, alpha=0.3, label="fast to best encoder")
    axes.legend(loc="upper left", frameon=False)
    save(picture, folder, "quality.png")


draw_speed(Figures(sys.argv[1]), sys.argv[3])
draw_quality(read_quality(sys.argv[2]), sys.argv[3])
