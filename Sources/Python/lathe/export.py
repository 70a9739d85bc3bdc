"""``python -m lathe.export``: exports that need Arrow; see --help. ``lathe export parquet`` starts it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import ConfigurationError, ErrorCode, LatheError
from .exporting.interruption import install
from .whole_folder import refusal

_ABOUT = """\
Writes the samples of a view as a folder of Parquet files that Hugging Face's datasets, DuckDB and pandas
read, with a card (README.md) and a description in Croissant 1.1 (croissant.json). The folder appears when
it is whole.

  python -m lathe.export parquet gtzan.lathe --view mel --split grouped-seed1-0.8-0.1-0.1 --output hub
  python -c 'import datasets; print(datasets.load_dataset("hub"))'

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted; after the last three nothing is left.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        "lathe.export", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("form", choices=("parquet", "croissant"), help="both write the same folder")
    parser.add_argument("cache", type=Path, help="a cache that lathe prepare made")
    parser.add_argument("--view", required=True, help="such as waveform or mel")
    parser.add_argument("--output", required=True, type=Path, help="the folder to write")
    parser.add_argument("--split", help="a split of the cache; all samples as one if not given")
    parser.add_argument(
        "--audio", type=Path, help="with a waveform: the folder of the files, which are copied"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an export that is there")
    parser.add_argument(
        "--accept-licences",
        action="store_true",
        help="copy audio although its licence is not known to permit it",
    )
    parser.add_argument(
        "--shard-megabytes", type=_megabytes, default=500, help="of a Parquet file, about"
    )
    parser.add_argument(
        "--progress", choices=("auto", "plain", "json", "none"), default="auto", help="as of lathe"
    )
    return parser


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 1,000,000")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit status that ``--help`` documents."""
    chosen = parser().parse_args(arguments)
    install()
    try:
        try:
            import pyarrow  # noqa: F401
        except ModuleNotFoundError as cause:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, "pyarrow is not installed: pip install 'lathe[parquet]'"
            ) from cause
        from .exporting.folder import export

        return export(chosen)
    except KeyboardInterrupt:
        print("lathe.export: stopped; nothing was written", file=sys.stderr)
        return 130
    except ConfigurationError as problem:
        print(f"lathe.export: {problem}", file=sys.stderr)
        return 2
    except LatheError as problem:
        print(f"lathe.export: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"lathe.export: {refusal(problem, chosen.output)}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
