"""Reads the figures of bench.codecs and wine.bench, one per line, and computes ratios.

The programs run in turn, several times. A ratio is taken within a repetition, and the median of the repetitions counts.
"""
import statistics
from collections import defaultdict, namedtuple

OURS = "OmniACM"
Line = namedtuple("Line", "place tag name rate channels bits direction buffers who figure snr")
# A codec at a bit rate, with a sound.
Entry = namedtuple("Entry", "tag name rate channels bits")


class Figures:
    def __init__(self, path):
        self.values = defaultdict(list)     # (entry, direction, place, buffers, who) -> one figure per repetition
        self.snrs = {}                      # (entry, who) -> dB
        self.entries = []
        with open(path) as file:
            for text in file:
                if text.startswith("bench\t"):
                    self.add(Line(*text.rstrip("\n").split("\t")[1:]))

    def add(self, line):
        # The names of tags that Windows has, too, end with ours in the driver.
        name = line.name.removesuffix(" (OmniACM)")
        entry = Entry(int(line.tag, 16), name, int(line.rate), int(line.channels), int(line.bits))
        if entry not in self.entries:
            self.entries.append(entry)
        self.values[entry, line.direction, line.place, line.buffers, line.who].append(float(line.figure))
        if line.direction == "encode" and line.place == "host":
            self.snrs[entry, line.who] = float(line.snr)

    def median(self, *key):
        return statistics.median(self.values[key]) if key in self.values else None

    def peers(self, entry, direction, places):
        """The (place, buffers, who) of each peer, for a whole sound or in large buffers."""
        return [(place, buffers, who) for e, d, place, buffers, who in list(self.values)
                if e == entry and d == direction and who not in (OURS, "portable", "SSE2") and place in places and buffers in ("whole", "64 KiB")]

    def best_peer(self, entry, direction):
        """The fastest of the libraries on the host and Wine's drivers in both widths."""
        peers = self.peers(entry, direction, ("host", "x64", "x86"))
        return min(peers, key=lambda peer: self.median(entry, direction, *peer), default=None)

    def ratio(self, entry, direction, place):
        """How many times as fast as the best peer the core on the host is, or the driver in Wine."""
        peer = self.best_peer(entry, direction)
        ours = self.values.get((entry, direction, place, "whole" if place == "host" else "64 KiB", OURS))
        if not peer or not ours:
            return None
        return statistics.median(theirs / us for theirs, us in zip(self.values[(entry, direction, *peer)], ours))

    def peer_name(self, entry, direction):
        peer = self.best_peer(entry, direction)
        return f"Wine {peer[0]}" if peer and peer[2] == "Wine" else peer[2] if peer else ""
