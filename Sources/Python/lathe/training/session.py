"""The loop over epochs and steps."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import ErrorCode, LatheError
from . import checkpoints
from .batches import Moved, Sides, moved
from .building import Machine, class_weights, fit_transform, network, optimiser_of
from .metrics import Predictions
from .options import Options
from .predicting import predicted
from .schedules import schedule
from .stream import StreamedSides

#: Seconds between two words about progress.
_PROGRESS = 1.0


class DivergedError(LatheError, ArithmeticError):
    """A loss is not finite; the message names the epoch and the batch."""


@dataclass
class Epoch:
    """What an epoch came to."""

    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    train_seconds: float
    loader_seconds: float
    samples: int
    predictions: dict[str, Predictions]


class Reporter(Protocol):
    """Where a run reports what it does: a run directory, or Lathe on the other side of a pipe."""

    def start(self, session: Session) -> None: ...
    def progress(self, epoch: int, samples: int, of: int, loss: float, accuracy: float) -> None: ...
    def epoch(self, epoch: Epoch, model: nn.Module) -> bool:
        """Keeps the epoch; says whether training may stop early."""

    def end(self, status: str, message: str | None) -> None: ...
    def state(self) -> dict[str, Any]:
        """What the reporter needs to go on after a resume."""

    def restore(self, state: dict[str, Any]) -> None: ...


class Session:
    """A training from its first step, or from where a state says, to its end.

    :ivar stop: set by a signal: the step is finished, the state saved, and the run ends.
    """

    def __init__(
        self, options: Options, sides: Sides | StreamedSides, *, keeps_state: bool
    ) -> None:
        """
        :param sides: what is trained on.
        :param keeps_state: whether the run may be resumed.
        :raises LatheError: for what cannot be trained.
        """
        self.options = options
        self.stop = False
        self._state_path = Path(options.output, checkpoints.STATE) if keeps_state else None
        self.machine = Machine(options)
        self.sides = sides
        self.labels = sides.labels
        if len(self.labels) < (1 if sides.is_tagged else 2):
            raise LatheError(ErrorCode.SOURCE, "there is one label only: nothing to tell apart")
        torch.manual_seed(options.seed)
        self.model = self.machine.placed(network(options, len(self.labels), sides.shape))
        fit_transform(self.model, sides)
        self._optimiser = optimiser_of(self.model, options)
        # Loss times samples, samples that were right, samples: of the epoch so far.
        self._totals = torch.zeros(3, dtype=torch.float64, device=self.machine.sums)
        self._losses: list[Tensor] = []

    def run(self, reporter: Reporter) -> str:
        """Trains; the state in which it ended: finished, stoppedEarly or interrupted.

        :param reporter: receives what happens.
        :raises DivergedError: and other :class:`LatheError`.
        """
        self._reporter = reporter
        epoch, batches, position, loader_state = 0, 0, 0, None
        options = self.options
        if options.resume and self._state_path is not None:
            facts = self._resume(self._state_path)
            epoch, batches, position = facts["epoch"], facts["batches"], facts["position"]
            loader_state = facts["loader"] | {"epoch": epoch, "position": position}
            self._reporter.restore(facts["reporter"])
        self._reporter.start(self)
        if epoch >= options.epochs:
            return self._end("finished", None)
        with self.sides.training(epoch, loader_state) as loader:
            self._loader_state = loader.state_dict()
            steps = -(-loader.samples // options.batch_size)
            total = steps * options.epochs
            rate = schedule(options.schedule, total, int(options.warm_up * total))  # type: ignore[arg-type]
            weights = class_weights(options, self.sides, self.machine.device)
            while epoch < options.epochs:
                # No batch of the next epoch is asked for before this one is evaluated.
                left = -(-(loader.samples - position) // options.batch_size)
                source = moved(itertools.islice(loader, left), self.machine.device)
                done = self._epoch(
                    source, epoch, batches, position, steps, loader.samples, rate, weights
                )
                if done is None:
                    return self._end("interrupted", "a signal asked it to stop")
                may_stop = self._reporter.epoch(done, self.model)
                epoch, batches, position = epoch + 1, 0, 0
                self._totals.zero_()
                self._save(epoch, 0, 0)
                if may_stop and epoch < options.epochs:
                    return self._end(
                        "stoppedEarly", f"{options.patience} epochs brought nothing better"
                    )
                if self.stop and epoch < options.epochs:
                    return self._end("interrupted", "a signal asked it to stop")
        return self._end("finished", None)

    def _end(self, status: str, message: str | None) -> str:
        self._reporter.end(status, message)
        return status

    def _epoch(
        self,
        source: Iterator[Moved],
        epoch: int,
        batches: int,
        position: int,
        steps: int,
        samples: int,
        rate: Callable[[int], float],
        weights: Tensor | None,
    ) -> Epoch | None:
        """One epoch from a batch on, and its evaluation; None where it was interrupted."""
        self.model.train()
        began = reported = time.monotonic()
        waited, learning_rate, first = 0.0, 0.0, position
        while position < samples:
            asked = time.monotonic()
            batch = next(source)
            waited += time.monotonic() - asked
            learning_rate = self.options.learning_rate * rate(epoch * steps + batches)
            self._step(batch, learning_rate, weights)
            batches, position = batches + 1, position + batch.count
            now = time.monotonic()
            if len(self._losses) >= self.machine.look or position >= samples:
                self._look(epoch, batches)
            if now - reported >= _PROGRESS:
                reported = now
                loss, right, count = self._totals.tolist()
                if math.isfinite(loss):
                    self._reporter.progress(
                        epoch + 1, position, samples, loss / count, right / count
                    )
            if self.stop and position < samples:
                self._look(epoch, batches)
                self._save(epoch, batches, position)
                return None
        seconds = time.monotonic() - began
        loss, right, count = self._totals.tolist()
        predictions = {side: self.predict(side) for side in self.sides.evaluated}
        return Epoch(
            epoch + 1, loss / count, right / count, learning_rate, seconds, waited,
            position - first, predictions,
        )  # fmt: skip

    def _step(self, batch: Moved, learning_rate: float, weights: Tensor | None) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.zero_grad(set_to_none=True)
        with self.machine.autocast():
            outputs = self.model(batch.inputs)
        outputs = outputs.float()
        loss = self._loss(outputs, batch.targets, weights)
        scaler = self.machine.scaler
        scaler.scale(loss).backward()
        if self.options.clip_norm > 0:
            scaler.unscale_(self._optimiser)
            nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip_norm)
        scaler.step(self._optimiser)
        scaler.update()
        with torch.no_grad():
            kept = loss.detach()
            if self.sides.is_tagged:
                right = ((outputs >= 0) == (batch.targets > 0)).all(dim=1).sum()
            else:
                right = (outputs.argmax(dim=1) == batch.labels).sum()
            sums = torch.stack([kept.double() * batch.count, right.double()])
            self._totals[:2] += sums.to(self._totals.device)
            self._totals[2] += batch.count
            self._losses.append(kept)

    def _loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
        smoothing = self.options.label_smoothing
        if self.sides.is_tagged:
            spread = targets * (1 - smoothing) + smoothing / 2
            return functional.binary_cross_entropy_with_logits(outputs, spread, pos_weight=weights)
        return functional.cross_entropy(
            outputs, targets, weight=weights, label_smoothing=smoothing
        )

    def _look(self, epoch: int, batches: int) -> None:
        if not self._losses:
            return
        losses = torch.stack(self._losses).cpu()
        self._losses.clear()
        bad = (~torch.isfinite(losses)).nonzero()
        if len(bad):
            at = batches - len(losses) + int(bad[0])
            message = f"epoch {epoch + 1}, batch {at + 1}: the loss is {losses[bad[0]].item()}"
            raise DivergedError(
                ErrorCode.SOURCE, message + "; lower the learning rate, or clip gradients"
            )

    def predict(self, side: str) -> Predictions:
        """What the network says of a side."""
        with self.sides.evaluation(side) as loader:
            return predicted(self.model, self.machine, loader)

    def _save(self, epoch: int, batches: int, position: int) -> None:
        if self._state_path is None:
            return
        facts = {
            "epoch": epoch, "batches": batches, "position": position, "loader": self._loader_state,
            "reporter": self._reporter.state(), "options": self._fixed(),
        }  # fmt: skip
        checkpoints.save_state(
            self._state_path, self.model, self._optimiser, self.machine.scaler, self._totals, facts
        )

    def _resume(self, path: Path) -> dict[str, Any]:
        facts = checkpoints.load_state(
            path, self.model, self._optimiser, self.machine.scaler, self._totals
        )
        for name, value in self._fixed().items():
            before = facts["options"].get(name)
            if before != value:
                raise checkpoints.CheckpointError(
                    path, f"--{name.replace('_', '-')} was {before} and is {value}: give the same"
                )
        return facts

    def _fixed(self) -> dict[str, Any]:
        """The options that must be the same when a run goes on."""
        facts = asdict(self.options)
        for name in ("cache", "output", "resume", "device", "threads", "patience", "channels_last"):
            del facts[name]
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in facts.items()}  # fmt: skip
