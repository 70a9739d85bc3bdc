"""SLURM: an array job, of which each task prepares a shard, and a job that merges when all of them are done."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, ErrorCode, LatheError
from . import plan, slurm_waiting
from .arguments import check, gives, threads
from .program import program
from .progress import Progress, duration, merged_lines

_PREPARE = r"""#!/bin/bash
# An array job of SLURM: each task prepares a shard of a cache.
#SBATCH --job-name=lathe-prepare
#SBATCH --array={array}
#SBATCH --output=%x-%A_%a.log{processors}{options}
# Written by: python -m lathe.distribute … --slurm. To submit it by hand, with the merge after it:
#   job=$(sbatch --parsable --array=0-{last} prepare.sbatch)
#   sbatch --dependency=afterok:$job --kill-on-invalid-dep=yes merge.sbatch
# The array may hold some of the shards only, such as those that are missing:
#   sbatch --array=$(lathe merge CACHE --missing) prepare.sbatch
lathe={program}
audio={audio}
cache={cache}

status=1
for try in {tries}; do
  # auto/N reads SLURM_ARRAY_TASK_ID. A track in quarantine is no failure, on which the merge would wait for ever.
  "$lathe" prepare "$audio" --cache "$cache" --shard auto/{shards} --accept-quarantine \
    --progress plain{threads}{arguments}
  status=$?
  case $status in
    # Done; or interrupted.
    0 | 130) exit $status ;;
    # The arguments do not fit, which no other task and no second try will mend: end the whole array.
    2)
      scancel "$SLURM_ARRAY_JOB_ID"
      exit 2
      ;;
  esac
  echo "try $try ended with status $status" >&2
  sleep 5
done
exit $status
"""

_MERGE = r"""#!/bin/bash
# A job of SLURM: makes one cache of the shards that were prepared.
#SBATCH --job-name=lathe-merge
#SBATCH --output=%x-%j.log{options}
lathe={program}
cache={cache}

"$lathe" merge "$cache" --accept-quarantine
"""


@dataclass
class Slurm:
    """The two jobs.

    :ivar folder: where their scripts and logs lie; beside the cache if None.
    :ivar options: of ``sbatch``, for both.
    :ivar waits: whether to stay until the jobs have ended, and tell how far they have come.
    :ivar command: the program as the nodes find it; if None, as it lies on this machine.
    """

    audio: str
    cache: str
    shards: int | None
    arguments: Sequence[str] = ()
    retries: int = 3
    folder: str | None = None
    options: Sequence[str] = field(default_factory=list)
    merge: bool = True
    renew: bool = False
    submits: bool = True
    waits: bool = False
    command: str | None = None

    def scripts(self, shards: int, missing: list[int]) -> dict[str, str]:
        """The texts of the scripts by their names."""
        counts_processors = any(
            option.startswith(("--cpus-per-task", "-c")) for option in self.options
        )
        processors = f"\n#SBATCH --cpus-per-task={threads(self.arguments) or 1}"
        facts = {
            "options": "".join(f"\n#SBATCH {option}" for option in self.options),
            "program": shlex.quote(self.command or program()),
            "audio": shlex.quote(self.audio),
            "cache": shlex.quote(self.cache),
            "shards": shards,
            "last": shards - 1,
            "array": plan.array_expression(missing),
            "processors": "" if counts_processors else processors,
            "tries": " ".join(map(str, range(1, self.retries + 2))),
            "threads": ""
            if gives(self.arguments, "--threads")
            else ' --threads "${SLURM_CPUS_PER_TASK:-1}"',
            "arguments": "".join(" " + shlex.quote(word) for word in self.arguments),
        }
        made = {"prepare.sbatch": _PREPARE.format(**facts)}
        if self.merge:
            made["merge.sbatch"] = _MERGE.format(**facts)
        return made

    def submit(self, report: Progress) -> dict[str, Any] | None:
        """Writes the scripts and submits them.

        :returns: what ``lathe merge --json`` says, where the end was waited for and there is a merge.
        :raises ConfigurationError: for arguments that do not fit.
        :raises LatheError: where ``sbatch`` is not there or refuses them, or shards failed that were waited for.
        """
        self.audio, self.cache = os.path.abspath(self.audio), os.path.abspath(self.cache)
        check(self.audio, self.arguments, self.retries)
        shards = plan.agreed_number(self.cache, self.shards)
        missing = list(range(shards)) if self.renew else plan.missing(self.cache, shards)
        # Where all are done, one is prepared again, which notices another collection.
        scripts = self.scripts(shards, missing or [0])
        folder = Path(self.folder or f"{self.cache}.slurm").absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in scripts.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        report.begin(shards, missing, "SLURM")
        if not self.submits:
            report.finish({"folder": str(folder)}, self._by_hand(folder))
            return None
        if self.renew:
            plan.forget(self.cache)
        array = _sbatch(folder, "prepare.sbatch")
        jobs = {"prepare": array}
        if self.merge:
            # Where a shard fails, the merge never begins, and does not wait for ever.
            jobs["merge"] = _sbatch(
                folder, f"--dependency=afterok:{array}", "--kill-on-invalid-dep=yes", "merge.sbatch"
            )
        lines = [f"submitted: {name} as job {job}" for name, job in jobs.items()]
        lines += [
            f"scripts and logs: {folder}",
            f"to watch: squeue --jobs={','.join(jobs.values())}",
            f"what is missing: lathe merge {shlex.quote(self.cache)} --missing; the same command again submits only that",
        ]
        if not self.waits:
            report.finish({"folder": str(folder), "jobs": jobs}, lines)
            return None
        for line in lines[:-1]:
            report.say(line)
        try:
            slurm_waiting.wait(list(jobs.values()), self.cache, missing, report)
        except KeyboardInterrupt:
            report.say(f"the jobs go on; to end them: scancel {' '.join(jobs.values())}")
            raise
        return self._end(shards, folder, jobs, report)

    def _end(
        self, shards: int, folder: Path, jobs: dict[str, str], report: Progress
    ) -> dict[str, Any] | None:
        """What came of the jobs."""
        left = plan.missing(self.cache, shards)
        if left:
            raise LatheError(
                ErrorCode.SYSTEM,
                f"shards {plan.array_expression(left)} are not done: see the logs in {folder}; run the same again"
                " when that is mended: it does only these",
            )
        # What the job has merged stays as it is; if it did not come to its end, this does it.
        merged = plan.merge(self.cache)[1] if self.merge else None
        value = {"folder": str(folder), "jobs": jobs, "merged": merged, "seconds": report.seconds}
        lines = merged_lines(self.cache, merged) if merged else []
        report.finish(value, [*lines, f"{shards} shards; {duration(report.seconds)} wall"])
        return merged

    def _by_hand(self, folder: Path) -> list[str]:
        lines = [f"cd {shlex.quote(str(folder))}", "job=$(sbatch --parsable prepare.sbatch)"]
        if self.merge:
            lines.append("sbatch --dependency=afterok:$job --kill-on-invalid-dep=yes merge.sbatch")
        return lines


def _sbatch(folder: Path, *arguments: str) -> str:
    """Submits a script, whose log lies beside it; the number of the job."""
    try:
        done = subprocess.run(
            ["sbatch", "--parsable", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as cause:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"there is no sbatch here: run this where jobs are submitted, or give --no-submit; {folder} holds the"
            " scripts",
        ) from cause
    if done.returncode != 0:
        raise LatheError(ErrorCode.SYSTEM, f"sbatch: {done.stderr.strip()}")
    return done.stdout.strip().split(";")[0]
