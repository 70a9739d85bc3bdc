"""Progress of a distribution: a bar on a terminal, lines elsewhere, JSON for programs."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from .shards import Outcome

#: ``auto`` is a bar on a terminal, and ``plain`` elsewhere.
STYLES = ("auto", "plain", "json", "none")


class Progress:
    """Counts how far the shards have come, and reports it.

    A shard that is at work counts as far as its program says that it has come, where that is heard.
    """

    def __init__(self, style: str = "none") -> None:
        self.style = style
        self.shards = 0
        self.tracks = 0
        self.quarantined = 0
        self.retries = 0
        self._shares: dict[int, float] = {}
        self._heard: dict[int, int] = {}
        self._begun = time.monotonic()
        self._share_before = 0.0
        self._reported = 0.0
        self._counts = (0, 0, 0)
        self._run = str(uuid.uuid4())
        self._is_bar = (
            style == "auto" and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        )
        self._is_drawn = False

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    @property
    def done(self) -> int:
        """Shards that are done."""
        return sum(share == 1 for share in self._shares.values())

    def begin(self, shards: int, pending: Collection[int], engine: str) -> None:
        """So many shards there are, and these are to do."""
        self.shards = shards
        self._shares = dict.fromkeys(set(range(shards)) - set(pending), 1.0)
        self._share_before = float(len(self._shares))
        before = shards - len(pending)
        self._say(f"{len(pending)} of {shards} shards to do, {before} done already; on {engine}")
        self._put("began", {"shards": shards, "pending": len(pending), "done": before})

    def hear(self, shard: int, event: dict[str, Any]) -> None:
        """An event of a shard's program."""
        value = event.get("value", {})
        if event.get("event") == "advanced" and self._shares.get(shard) != 1 and value.get("total"):
            # It is done when its program has ended, and no sooner.
            self._shares[shard] = min(0.999, value["done"] / value["total"])
            self._heard[shard] = value["done"]

    def end_shard(self, outcome: Outcome) -> None:
        """A shard is done."""
        self._shares[outcome.shard] = 1.0
        self._heard.pop(outcome.shard, None)
        self.tracks += outcome.tracks
        self.quarantined += outcome.quarantined
        facts = {"host": outcome.host, "seconds": round(outcome.seconds, 3)}
        counts = {"tracks": outcome.tracks, "quarantined": outcome.quarantined}
        self._put("shard", {"shard": outcome.shard, "status": outcome.status} | counts | facts)

    def fail(self, shard: int, reason: str, host: str, tries_left: int) -> None:
        """A try at a shard has failed."""
        self._shares.pop(shard, None)
        self._heard.pop(shard, None)
        self.retries += tries_left > 0
        end = "it is tried again" if tries_left else "it is given up"
        self._say(f"shard {shard} on {host}: {reason}; {end}")
        facts = {"shard": shard, "host": host, "message": reason, "triesLeft": tries_left}
        self._put("retried" if tries_left else "givenUp", facts)

    def advance(self, is_last: bool = False) -> None:
        """Reports how far it has come, if it is time for that."""
        interval = 0.1 if self._is_bar else 2.0
        if not is_last and time.monotonic() - self._reported < interval:
            return
        self._reported = time.monotonic()
        share, seconds = sum(self._shares.values()), self.seconds
        made = share - self._share_before
        left = (self.shards - share) / made * seconds if made > 0 else None
        tracks = self.tracks + sum(self._heard.values())
        counts = (self.done, tracks, self.retries)
        if not self._is_bar and not is_last and counts == self._counts:
            return
        self._counts = counts
        value: dict[str, Any] = {
            "done": self.done,
            "total": self.shards,
            "tracks": tracks,
            "quarantined": self.quarantined,
            "retries": self.retries,
            "elapsedSeconds": round(seconds, 3),
        }
        if left is not None:
            value["remainingSeconds"] = round(left, 3)
        self._put("advanced", value)
        words = [f"{self.done}/{self.shards} shards", _counted(tracks, "track")]
        if left is not None and share < self.shards:
            words.append(f"{duration(left)} left")
        if self.quarantined:
            words.append(f"{self.quarantined} in quarantine")
        if self.retries:
            words.append(f"{_counted(self.retries, 'try', 'tries')} again")
        if self._is_bar:
            self._draw(share / max(1, self.shards), words)
            if is_last:
                self._end_line()
        else:
            self._say(", ".join(words))

    def say(self, line: str) -> None:
        """A line for a person."""
        self._say(line)

    def finish(self, value: dict[str, Any], lines: list[str]) -> None:
        """All has ended: what came of it, which is no progress and goes to the standard output."""
        self._put("finished", value)
        self._end_line()
        if self.style in ("auto", "plain"):
            print("\n".join(lines), flush=True)

    def end_in_failure(self, message: str) -> None:
        """It has ended before its end."""
        self._end_line()
        self._put("failed", {"message": message})

    def _put(self, event: str, value: dict[str, Any]) -> None:
        if self.style != "json":
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = {
            "schema": "lathe.progress/1",
            "runId": self._run,
            "time": now.replace("+00:00", "Z"),
            "verb": "distribute",
            "event": event,
            "value": value,
        }
        print(json.dumps(line, sort_keys=True), flush=True)

    def _say(self, line: str) -> None:
        if self.style in ("auto", "plain"):
            self._end_line(erasing=True)
            print(line, file=sys.stderr, flush=True)

    def _draw(self, share: float, words: list[str]) -> None:
        room = shutil.get_terminal_size().columns - 1
        width = min(24, room - len(", ".join(words)) - 1)
        while width < 8 and len(words) > 1:
            words = words[:-1]
            width = min(24, room - len(", ".join(words)) - 1)
        bar = ""
        if width >= 8:
            filled = int(width * share)
            bar = "━" * filled + "┄" * (width - filled) + " "
        print("\r\x1b[K" + (bar + ", ".join(words))[:room], end="", file=sys.stderr, flush=True)
        self._is_drawn = True

    def _end_line(self, erasing: bool = False) -> None:
        if self._is_drawn:
            print("\r\x1b[K" if erasing else "\n", end="", file=sys.stderr, flush=True)
            self._is_drawn = False


def duration(seconds: float) -> str:
    """``3.2 s``, ``2 min 05 s``, ``1 h 12 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def merged_lines(cache: str, merged: dict[str, Any]) -> list[str]:
    """What a person is shown of a merge."""
    quarantine = merged.get("quarantine", [])
    counts = (
        f"{_counted(merged['tracks'], 'track')} in {cache}, {_counted(merged['shards'], 'shard')}"
    )
    rest = f"{len(quarantine)} in quarantine, {merged['dropped']} left out"
    lines = [f"{counts}: {merged['bytes'] / 1e6:,.1f} MB, {rest}"]
    lines += [f"quarantine: {entry['path']}: {entry['message']}" for entry in quarantine[:10]]
    if len(quarantine) > 10:
        lines.append(f"and {len(quarantine) - 10} others: lathe inspect {cache}")
    if merged.get("splits"):
        lines.append("splits: " + ", ".join(merged["splits"]))
    return lines


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
