"""The run directory of a training that runs by itself, in the form that ``lathe report`` reads."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from ..errors import ConfigurationError, ErrorCode, LatheError
from ..networks import parameter_count
from . import checkpoints, files
from .metrics import evaluate, rank
from .record import run_record

if TYPE_CHECKING:
    from .options import Options
    from .session import Epoch, Session


class RunDirectory:
    """``run.json``, a line of ``metrics.jsonl`` an epoch, ``best`` and ``last.safetensors``, ``result.json``.

    Files are replaced as a whole; a run has one writer at a time.
    """

    def __init__(self, options: Options, show: Callable[[str], None]) -> None:
        """Makes the folder, or opens it to go on.

        :param show: takes lines for people.
        :raises ConfigurationError: where it holds another run, or none to go on with.
        """
        self.path = Path(options.output)
        self._options = options
        self._show = show
        self._began = time.monotonic()
        self._before = 0.0
        self._done = 0
        self._has_started = False
        self._best: dict[str, Any] | None = None
        has_run = (self.path / "run.json").exists()
        if options.resume and not (self.path / checkpoints.STATE).exists():
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"{self.path}: there is no state to go on from ({checkpoints.STATE}); train without --resume",
            )
        if has_run and not options.resume:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"{self.path} holds a run already: give --resume to go on with it, or another --output",
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.fdopen(files.open_lock(self.path / "run.lock"), "r+")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, f"{self.path}: another process is writing this run"
            ) from cause
        except OSError as cause:
            raise LatheError(ErrorCode.SYSTEM, f"{self.path} cannot be written: {cause}") from cause
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()

    def close(self) -> None:
        """Lets others write the run."""
        self._lock.close()

    def start(self, session: Session) -> None:
        """Writes what the run is."""
        self._has_started = True
        self._labels = session.labels
        self._selection = session.sides.selection
        self._epoch_began = time.monotonic()
        parameters = parameter_count(session.model)
        self._show(
            f"{self._options.network} with {parameters:,} parameters on {session.machine.device}"
            f" ({session.machine.precision}), run in {self.path}"
        )
        if not self._options.resume:
            self._write("run.json", run_record(session, parameters))
        else:
            # What was written after the state was kept is trained again.
            self._rewrite_metrics()
            (self.path / "result.json").unlink(missing_ok=True)

    def progress(self, epoch: int, samples: int, of: int, loss: float, accuracy: float) -> None:
        """Prints a line for people."""
        self._show(
            f"epoch {epoch}: {samples:,} of {of:,} samples, loss {loss:.4f}, accuracy {accuracy:.1%}"
        )

    def epoch(self, epoch: Epoch, model: nn.Module) -> bool:
        """Writes metrics and weights; whether patience is at its end."""
        evaluations = {side: evaluate(each) for side, each in epoch.predictions.items()}
        selection = self._selection
        # Without a side to choose by, the last epoch is the best.
        order = list(rank(evaluations[selection]["metrics"])) if selection else [float(epoch.epoch)]
        best = self._best
        is_best = best is None or order > best["order"]
        if best is None or is_best:
            best = {"epoch": epoch.epoch, "order": order, "evaluations": evaluations}
        self._best = best
        seconds = time.monotonic() - self._epoch_began
        record = {
            "epoch": epoch.epoch,
            "train": {"loss": epoch.loss, "accuracy": epoch.accuracy},
            "evaluations": {side: each["metrics"] for side, each in evaluations.items()},
            "learningRate": epoch.learning_rate,
            "seconds": seconds,
            "trainSeconds": epoch.train_seconds,
            "loaderSeconds": epoch.loader_seconds,
            "samplesPerSecond": epoch.samples / max(epoch.train_seconds, 1e-9),
            "isBest": is_best,
        }
        tensors, facts = checkpoints.weights(model), self._facts(epoch.epoch)
        checkpoints.save(self.path / "last.safetensors", tensors, facts)
        if is_best:
            checkpoints.save(self.path / "best.safetensors", tensors, facts)
        files.append(self.path / "metrics.jsonl", json.dumps(record, sort_keys=True) + "\n")
        self._done = epoch.epoch
        self._epoch_began = time.monotonic()
        words = [f"epoch {epoch.epoch}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.1%}"]
        words += [f"{side} {_words(each['metrics'])}" for side, each in evaluations.items()]
        self._show("; ".join(words) + f" ({seconds:.1f} s)" + (" *" if is_best else ""))
        patience = self._options.patience
        return (
            patience is not None
            and selection is not None
            and epoch.epoch - best["epoch"] >= patience
        )

    def end(self, status: str, message: str | None) -> None:
        """Writes how the run ended; of one that was not gone on with, what was there stays."""
        if not self._has_started:
            return
        result: dict[str, Any] = {
            "status": status,
            "epochs": self._done,
            "seconds": self._before + time.monotonic() - self._began,
            "evaluations": {} if self._best is None else self._best["evaluations"],
        }
        if self._best is not None:
            result["bestEpoch"] = self._best["epoch"]
        if message is not None:
            result["message"] = message
        self._write("result.json", result)

    def state(self) -> dict[str, Any]:
        """The best epoch so far, and the time that was spent."""
        return {
            "best": self._best,
            "done": self._done,
            "seconds": self._before + time.monotonic() - self._began,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from :meth:`state`."""
        self._best, self._done, self._before = state["best"], state["done"], state["seconds"]

    def _rewrite_metrics(self) -> None:
        path = self.path / "metrics.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        kept = []
        for line in lines:
            try:
                if json.loads(line)["epoch"] <= self._done:
                    kept.append(line + "\n")
            except (ValueError, KeyError):
                break  # cut short by the kill
        self._replace("metrics.jsonl", "".join(kept))

    def _facts(self, epoch: int) -> dict[str, str]:
        return {
            "network": self._options.network,
            "epoch": str(epoch),
            "labels": json.dumps(list(self._labels)),
        }

    def _write(self, name: str, record: dict[str, Any]) -> None:
        self._replace(name, json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n")

    def _replace(self, name: str, text: str) -> None:
        files.replace(self.path / name, text.encode())


def _words(metrics: dict[str, Any]) -> str:
    """How good a side's predictions are."""
    if "tags" in metrics:
        areas = (metrics["tags"].get(name) for name in ("macroAveragePrecision", "macroROCAUC"))
        precision, area = ("–" if each is None else f"{each:.3f}" for each in areas)
        return f"PR-AUC {precision}, ROC-AUC {area}"
    return f"{metrics['sliceAccuracy']:.1%} of slices, {metrics['trackAccuracy']:.1%} of tracks"
