"""The command line of ``python -m lathe.train``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ..errors import ConfigurationError, ErrorCode
from . import inputs
from .options import DEFAULTS

_EPILOG = """\
examples:
  python -m lathe.train features --cache gtzan.lathe
  python -m lathe.train mel --cache gtzan.lathe --split stratified-seed1-0.8-0.1-0.1 \\
      --epochs 40 --label-smoothing 0.1 --augmentation '{"mixup": {"alpha": 0.2}}'
  python -m lathe.train mel64 --cache gtzan.lathe --network mel-small
  python -m lathe.train linear --cache gtzan.lathe
  python -m lathe.train mel --resume --output runs/mel-1 --cache gtzan.lathe
  lathe train mel --cache gtzan.lathe --trainer 'exec:python -m lathe.train --precision bfloat16'

The run directory holds run.json, metrics.jsonl, best and last .safetensors (weights, by the names of
lathe's own networks), state.safetensors (for --resume) and result.json. Under 'lathe train --trainer
exec:' what is to be trained comes from lathe, which also computes the metrics and keeps the records;
options of the command still count, and win.

exit status: 0 done (also by early stopping), 1 failed or diverged, 2 usage, 130 interrupted.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(ErrorCode.CONFIGURATION, message)


def parser() -> argparse.ArgumentParser:
    """The command line; errors are :class:`lathe.ConfigurationError`."""
    made = _Parser(
        prog="python -m lathe.train",
        usage="python -m lathe.train VIEW --cache FOLDER [options]",
        description="Trains a network with PyTorch on a view of a cache that 'lathe prepare' made.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    add = made.add_argument
    add(
        "view",
        nargs="?",
        help="what to train on: any view of the cache, such as features, waveform or mel; or a network, which is"
        " trained on its usual view",
    )

    add = made.add_argument_group("data").add_argument
    add("--cache", metavar="FOLDER", help="the cache")
    add("--split", metavar="NAME", help="its split (default: the cache's default; see lathe split --default)")
    add("--training-side", metavar="SIDE", help="what is learnt from (default: train)")
    add(
        "--selection-side",
        metavar="SIDE",
        help="what chooses the best epoch (default: validation, where the split has it; else the last"
        " epoch is the best); 'none' for none",
    )
    add("--test-side", metavar="SIDE", help="what is tested on (default: test); 'none' for none")
    add(
        "--normalise",
        choices=["first", "overall", "none"],
        help="by mean and deviation of the training side: of each index of a sample's first axis"
        " (feature, mel band), or of all numbers (default: overall for waveform, else first)",
    )
    add(
        "--augmentation",
        metavar="JSON",
        type=_augmentation,
        help="none, or what is done to training samples at random, as in lathe.Cache.loader (default:"
        " waveform crops and turns polarity, mel shifts, mixes and masks, as far as the samples let it):"
        ' \'{"mixup": {"alpha": 0.2}, "gain": {"decibels": [-6, 6]}}\'',
    )

    add = made.add_argument_group("run").add_argument
    add("--output", metavar="RUN_DIR", help="the run directory (default: runs/VIEW-SEED)")
    add(
        "--resume",
        action="store_true",
        help="go on with the run in RUN_DIR, exactly where it was stopped or killed",
    )
    add(
        "--epochs",
        type=_whole(1),
        metavar="N",
        help="how often all is seen (default: features and linear 60, mel 20, mel-small 80, else 30)",
    )
    add("--seed", type=_whole(0), metavar="S", help="of weights, order and all that is random (1)")

    add = made.add_argument_group("learning").add_argument
    add(
        "--batch-size",
        type=_whole(2),
        metavar="N",
        help="samples a step (default: mel and mel-small 32, else 64)",
    )
    add("--optimiser", choices=["adamw", "sgd"], help="(features sgd, else adamw)")
    add(
        "--learning-rate",
        type=_number(0, None),
        metavar="R",
        help="the highest (default: features 0.1, linear 0.01, waveform 0.002, mel 0.001, mel-small"
        " 0.003)",
    )
    add(
        "--weight-decay",
        type=_number(0, None),
        metavar="D",
        help="of weights, not of biases and normalisation (features 0.0005, linear 0.1, mel 0.05, else"
        " 0.01)",
    )
    add("--momentum", type=_number(0, 1), metavar="M", help="of sgd (0.9)")
    add(
        "--nesterov",
        type=int,
        choices=[0, 1],
        help="of sgd: 1 for Nesterov's momentum (features 1, else 0)",
    )
    add("--beta1", type=_number(0, 1), metavar="B", help="of adamw (0.9)")
    add("--beta2", type=_number(0, 1), metavar="B", help="of adamw (0.999)")
    add(
        "--schedule",
        choices=["one-cycle", "cosine", "constant"],
        help="of the learning rate, step by step (one-cycle)",
    )
    add(
        "--warm-up",
        type=_number(0, 1),
        metavar="SHARE",
        help="of the steps, in which cosine and constant rise from 0 (0)",
    )
    add(
        "--label-smoothing",
        type=_number(0, 1),
        metavar="E",
        help="share of a target spread over all labels (linear and mel 0, else 0.1)",
    )
    add(
        "--class-weights",
        type=_weights,
        metavar="W",
        help='none, balanced, or {"jazz": 2} (others 1): of the loss (none)',
    )
    add(
        "--clip-norm",
        type=_number(0, None),
        metavar="NORM",
        help="the largest norm of all gradients together; 0 for any (0)",
    )
    add(
        "--patience",
        type=_whole(1),
        metavar="EPOCHS",
        help="stop when so many bring no better selection side (default: never)",
    )

    add = made.add_argument_group("network").add_argument
    add(
        "--network",
        choices=[name for name in DEFAULTS if name],
        help="by default the view's: by its name, or else by its samples: features for one axis, waveform where"
        " that is time, mel for two axes",
    )
    add(
        "--dropout",
        type=_number(0, 1),
        metavar="P",
        help="chance of a hidden number to be left out of a step (features 0.4, waveform 0.25, mel-small 0.3)",
    )
    add("--input-dropout", type=_number(0, 1), metavar="P", help="features: of an input (0.1)")
    add(
        "--transform",
        choices=["normal", "none"],
        help="features: each column's ranks in the training side, as normal deviates (normal)",
    )
    add(
        "--whitening",
        choices=["labels", "none"],
        help="features: the covariance of the columns within a label becomes that of independent ones (none)",
    )
    add(
        "--shrinkage",
        type=_number(0, 1),
        metavar="SHARE",
        help="of whitening: how far the covariance is drawn to independent columns beforehand (0.1)",
    )
    add(
        "--noise",
        type=_number(0, None),
        metavar="DEVIATION",
        help="features: of the normal noise that is added to each input, transformed and whitened (0)",
    )
    add("--hidden", type=_list, metavar="N,N", help="sizes of the hidden dense layers")
    add("--channels", type=_list, metavar="N,N", help="waveform: of the convolutions, in order")
    add("--kernels", type=_list, metavar="N,N", help="waveform: their kernel sizes")
    add("--strides", type=_list, metavar="N,N", help="waveform: their strides")
    add("--pooling", type=_list, metavar="N,N", help="waveform: pooled after each; 1 for none")
    add("--pooling-kind", choices=["max", "average"], help="waveform (max)")
    add(
        "--order",
        choices=["relu-first", "normalise-first"],
        help="waveform: what follows a convolution (relu-first)",
    )
    add(
        "--filters",
        choices=["learnt", "gammatone", "fixed-gammatone"],
        help="waveform: of the first convolution (waveform-gammatone: gammatone, else learnt)",
    )
    add("--sample-rate", type=_number(1, None), metavar="HZ", help="for gammatone filters (22050)")
    add("--blocks", type=_list, metavar="N,N", help="mel: basic blocks of each stage (2,2,2,2)")
    add("--width", type=_whole(1), metavar="N", help="mel: channels of the first stage (64)")
    add(
        "--colours",
        choices=["repeated", "map"],
        help="mel: the picture in three channels, or through a map of colours over 3 deviations to"
        " either side (repeated)",
    )

    add = made.add_argument_group("machine").add_argument
    add(
        "--device",
        metavar="D",
        help="auto, cpu, cuda, cuda:1, mps (auto: a GPU where there is one)",
    )
    add(
        "--precision",
        choices=["auto", "float32", "bfloat16", "float16"],
        help="of the arithmetic; auto is bfloat16 or float16 on a GPU and float32 elsewhere. Weights"
        " stay float32; float16 scales the loss",
    )
    add(
        "--channels-last",
        action=argparse.BooleanOptionalAction,
        help="mel: channels beside each other in memory, which is faster (on)",
    )
    add(
        "--threads",
        type=_whole(1),
        metavar="N",
        help="of PyTorch on the CPU (default: its own choice)",
    )
    return made


def chosen(arguments: Sequence[str], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a command line chooses, by the names of :class:`.options.Options`.

    :param arguments: without the program's name.
    :param given: what is chosen already, such as by ``lathe train``; the command line wins.
    :raises ConfigurationError: for an unknown option or a value out of its range, which it names; where no view
        is given.
    """
    parsed = vars(parser().parse_args(list(arguments)))
    if word := parsed.get("view"):
        parsed["view"], network = inputs.mode(word)
        if network is not None and parsed.setdefault("network", network) != network:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, f"'{word}' is a network already: leave out --network"
            )
    all_chosen = dict(given or {}) | parsed
    if not all_chosen.get("view"):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            "no view is given: give one of the cache, such as features, waveform or mel",
        )
    return all_chosen


def _whole(lowest: int) -> Any:
    def read(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"{value} is below {lowest}")
        return value

    read.__name__ = "whole number"
    return read


def _number(low: float, high: float | None) -> Any:
    def read(text: str) -> float:
        value = float(text)
        if not (value >= low and value < (high if high is not None else float("inf"))):
            bounds = f"{low} or more" if high is None else f"from {low} to below {high}"
            raise argparse.ArgumentTypeError(f"{text} is not {bounds}")
        return value

    read.__name__ = "number"
    return read


def _list(text: str) -> tuple[int, ...]:
    values = tuple(int(part) for part in text.strip("[]() ").split(",") if part.strip())
    if any(value < 1 for value in values):
        raise argparse.ArgumentTypeError(f"{text} has a number below 1")
    return values


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as cause:
        raise argparse.ArgumentTypeError(f"this is no JSON: {cause}") from cause
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("this is no object of JSON")
    return value


def _augmentation(text: str) -> dict[str, Any] | None:
    return None if text == "none" else _object(text)


def _weights(text: str) -> str | dict[str, float]:
    return text if text in ("none", "balanced") else _object(text)
