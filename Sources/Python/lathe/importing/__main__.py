"""``python -m lathe.importing``: datasets of other forms become collections; see --help."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import ConfigurationError, ErrorCode, LatheError
from ..exporting.interruption import install
from ..whole_folder import finish, refusal, refuse, unfinished
from .collection import AUDIO, MANIFEST, RECORD, Collection, check
from .source import Source

_ABOUT = """\
Writes the audio of a dataset in WebDataset (tars) or in Parquet as Hugging Face has it to a folder, with a
manifest of its labels, groups, licences and sides, as lathe prepare reads it. The folder appears when it is
whole.

  python -m lathe.importing hub --output music
  lathe prepare music/audio --cache music.lathe --manifest music/manifest.json

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted; after the last three nothing is left.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        "lathe.importing", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, help="a folder of tars or of Parquet, or one file")
    parser.add_argument("--output", required=True, type=Path, help="the folder to write")
    parser.add_argument("--name", help="of the dataset; that of the export or the folder if not given")
    parser.add_argument("--label", help="the column or field that is the label")
    parser.add_argument("--audio", help="the column of audio of a Parquet that has several")
    parser.add_argument("--overwrite", action="store_true", help="replace an import that is there")
    parser.add_argument(
        "--progress", choices=("auto", "plain", "json", "none"), default="auto", help="as of lathe"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit status that ``--help`` documents."""
    chosen = parser().parse_args(arguments)
    install()
    try:
        return _import(chosen)
    except KeyboardInterrupt:
        print("lathe.importing: stopped; nothing was written", file=sys.stderr)
        return 130
    except ModuleNotFoundError as cause:
        if cause.name != "pyarrow":
            raise
        print("lathe.importing: pyarrow is not installed: pip install 'lathe[parquet]'", file=sys.stderr)
        return 2
    except ConfigurationError as problem:
        print(f"lathe.importing: {problem}", file=sys.stderr)
        return 2
    except LatheError as problem:
        print(f"lathe.importing: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"lathe.importing: {refusal(problem, chosen.output)}", file=sys.stderr)
        return 1


def _import(chosen: argparse.Namespace) -> int:
    output = Path(os.path.abspath(chosen.output))
    source = Source.find(chosen.source)
    if output.is_relative_to(Path(os.path.abspath(chosen.source))):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"--output {chosen.output} lies in what is imported"
        )
    refuse(output, RECORD, "import", is_replacing=chosen.overwrite)
    with unfinished(output) as begun:
        folder = begun.path
        collection = Collection(folder)
        progress = _Progress(chosen.progress)
        for sample in source.samples(chosen.label, chosen.audio):
            collection.add(sample)
            progress.show(len(collection.tracks))
        check(collection, chosen.source)
        progress.show(len(collection.tracks), is_last=True)
        name = chosen.name or source.record.get("dataset") or chosen.source.resolve().name
        about = source.about | {"source": chosen.source.resolve().name}
        splits = collection.finish(name, about)
        finish(folder, output, is_replacing=chosen.overwrite)
    for label in sorted(collection.renamed):
        print(f"label {label!r}: a name has no /, it became -", file=sys.stderr)
    sides = ", ".join(f"{s} {len(i)}" for split in splits.values() for s, i in split["sides"].items())
    count = len(collection.tracks)
    print(
        f"{count} {'track' if count == 1 else 'tracks'} written to {chosen.output}"
        + (f" (split {', '.join(splits)}: {sides})" if splits else "")
        + f"; next: lathe prepare {chosen.output}/{AUDIO} --cache CACHE --manifest {chosen.output}/{MANIFEST}",
        file=sys.stderr,
    )
    return 0


class _Progress:
    """A line every second: over the one before on a terminal."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._is_bar = style == "auto" and sys.stderr.isatty()
        self._next = time.monotonic() + 1

    def show(self, count: int, *, is_last: bool = False) -> None:
        now = time.monotonic()
        if self._style == "none" or (now < self._next and not is_last):
            return
        self._next = now + (1 if self._is_bar else 5)
        if self._style == "json":
            print(json.dumps({"event": "progress", "verb": "import", "done": count}), flush=True)
        elif self._is_bar:
            print(f"\r{count} tracks", end="\n" if is_last else "", file=sys.stderr, flush=True)
        elif not is_last:
            print(f"{count} tracks", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
