"""What bench.codecs and wine.bench measured, a line a figure, as ratios.

Both programs run several times in turn; each repetition compares what ran in it, and the median of the repetitions counts.
"""
import statistics
from collections import defaultdict, namedtuple

OURS = "OmniACM"
Line = namedtuple("Line", "place tag name rate channels bits way buffers who figure snr")
# A codec at a bit rate with a sound.
Row = namedtuple("Row", "tag name rate channels bits")


class Figures:
    def __init__(self, path):
        self.values = defaultdict(list)     # (row, way, place, buffers, who) -> a figure for each repetition
        self.snrs = {}                      # (row, who) -> dB
        self.rows = []
        with open(path) as file:
            for text in file:
                if text.startswith("bench\t"):
                    self.take(Line(*text.rstrip("\n").split("\t")[1:]))

    def take(self, line):
        row = Row(int(line.tag, 16), line.name, int(line.rate), int(line.channels), int(line.bits))
        if row not in self.rows:
            self.rows.append(row)
        self.values[row, line.way, line.place, line.buffers, line.who].append(float(line.figure))
        if line.way == "encode" and line.place == "host":
            self.snrs[row, line.who] = float(line.snr)

    def median(self, *key):
        return statistics.median(self.values[key]) if key in self.values else None

    def peers(self, row, way, places):
        """(place, buffers, who) of all that is not ours, for a whole sound or in large buffers."""
        return [(place, buffers, who) for r, w, place, buffers, who in list(self.values)
                if r == row and w == way and who not in (OURS, "portable", "SSE2") and place in places and buffers in ("whole", "64 KiB")]

    def best_peer(self, row, way):
        """Of the libraries on this machine and Wine's drivers of both widths."""
        peers = self.peers(row, way, ("host", "x64", "x86"))
        return min(peers, key=lambda peer: self.median(row, way, *peer), default=None)

    def ratio(self, row, way, place):
        """How many times as fast as the best peer: the core on the host, or the driver in Wine."""
        peer = self.best_peer(row, way)
        ours = self.values.get((row, way, place, "whole" if place == "host" else "64 KiB", OURS))
        if not peer or not ours:
            return None
        return statistics.median(theirs / us for theirs, us in zip(self.values[(row, way, *peer)], ours))

    def peer_name(self, row, way):
        peer = self.best_peer(row, way)
        return f"Wine {peer[0]}" if peer and peer[2] == "Wine" else peer[2] if peer else ""
