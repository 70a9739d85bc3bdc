"""The scripts for SLURM and Kubernetes: those in examples/ are well-formed and do what they say, with the scheduler's
environment made up, and under SLURM itself where it is installed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import one_node_slurm
import pytest
from conftest import ROOT
from divided import PROGRAM, digest, lathe_program

from lathe.distribution import plan
from lathe.distribution.slurm import Slurm

EXAMPLES = ROOT / "Sources" / "Python" / "examples"
OPTIONS = ["--cpus-per-task=4", "--mem=4G", "--time=12:00:00"]


def slurm(audio, cache, **options):
    return Slurm(str(audio), str(cache), options.pop("shards", 4), **options)


def test_the_examples_for_slurm_are_what_is_written():
    """To write them anew: LATHE_WRITE_EXAMPLES=1 pytest -k examples_for_slurm."""
    written = slurm(
        "/data/music", "/data/music.lathe", shards=64, options=OPTIONS, command="lathe"
    ).scripts(64, list(range(64)))
    for name, text in written.items():
        path = EXAMPLES / "slurm" / name
        if os.environ.get("LATHE_WRITE_EXAMPLES"):
            path.write_text(text)
        assert path.read_text() == text
        assert len(text.splitlines()) < 45


def fake(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def commands(tmp_path):
    """A folder of stand-ins for commands, and the environment that finds them."""
    folder = tmp_path / "commands"
    folder.mkdir()
    return folder, {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def run(script, environment, **variables):
    return subprocess.run(
        ["bash", script],
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def written(folder, audio, cache, missing=range(4), **options):
    folder.mkdir(exist_ok=True)
    for name, text in slurm(audio, cache, **options).scripts(4, list(missing)).items():
        (folder / name).write_text(text)
        syntax = subprocess.run(
            ["bash", "-n", folder / name], capture_output=True, text=True, check=False
        )
        assert (syntax.returncode, syntax.stderr) == (0, "")
        if shutil.which("shellcheck"):
            subprocess.run(["shellcheck", folder / name], check=True)
    return folder


def test_each_task_of_an_array_prepares_a_shard(audio, undivided, tmp_path, monkeypatch):
    monkeypatch.setenv("LATHE_PROGRAM", PROGRAM)
    # A name that a shell would take apart.
    cache = tmp_path / "it's a $cache"
    log = tmp_path / "the log"
    scripts = written(tmp_path / "jobs", audio, cache, arguments=["--log-file", str(log)])
    # The first task alone, then an array of those that are missing, whose count is not that of the shards.
    tasks = {"0": ("0", "4"), "3": ("1", "3"), "1": ("1", "3"), "2": ("1", "3")}
    for task, (first, count) in tasks.items():
        variables = {"SLURM_ARRAY_TASK_ID": task, "SLURM_ARRAY_TASK_MIN": first}
        done = run(
            scripts / "prepare.sbatch", dict(os.environ), SLURM_ARRAY_TASK_COUNT=count, **variables
        )
        assert done.returncode == 0, done.stderr
    done = run(scripts / "merge.sbatch", dict(os.environ))
    assert done.returncode == 0 and "8 tracks" in done.stdout
    assert plan.missing(str(cache), 4) == []
    assert log.exists() and digest(cache) == undivided


def test_a_task_tries_again_and_ends_the_array_where_that_is_of_no_use(tmp_path, commands):
    folder, environment = commands
    log = tmp_path / "log"
    fake(folder, "scancel", f'echo "scancel $*" >> {log}')
    fake(folder, "sleep", "")
    fake(folder, "lathe", f'echo "lathe $2 $*" >> {log}; [ -e {log}.late ] && exit 0; exit $STATUS')
    scripts = written(tmp_path / "jobs", "music", "c", retries=2, command="lathe")
    task = {"SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": "1"}

    def outcome(status):
        log.write_text("")
        done = run(scripts / "prepare.sbatch", environment, STATUS=status, **task)
        return done.returncode, [line.split()[0] for line in log.read_text().splitlines()]

    assert outcome("1") == (1, ["lathe"] * 3)
    assert outcome("137") == (137, ["lathe"] * 3)
    assert outcome("2") == (2, ["lathe", "scancel"]) and "scancel 77" in log.read_text()
    assert outcome("130") == (130, ["lathe"])
    assert outcome("0") == (0, ["lathe"])
    assert "--shard auto/4 --accept-quarantine" in log.read_text()


def distribute(*arguments, environment):
    return subprocess.run(
        [sys.executable, "-m", "lathe.distribute", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_jobs_are_submitted_and_the_second_waits(audio, tmp_path, commands):
    folder, environment = commands
    log = tmp_path / "log"
    fake(folder, "sbatch", f'echo "$PWD $*" >> {log}; echo "4$(wc -l < {log});cluster"')
    cache = tmp_path / "c"
    for shard in ("0/4", "2/4"):
        lathe_program("prepare", audio, "--cache", cache, "--shard", shard, "--progress", "none")
    done = distribute(
        audio, "--cache", cache, "--slurm", "--sbatch=--partition=long", environment=environment
    )
    assert done.returncode == 0, done.stderr
    jobs = f"{cache}.slurm"
    assert log.read_text().splitlines() == [
        f"{jobs} --parsable prepare.sbatch",
        f"{jobs} --parsable --dependency=afterok:41 --kill-on-invalid-dep=yes merge.sbatch",
    ]
    lines = Path(jobs, "prepare.sbatch").read_text().splitlines()
    assert "#SBATCH --array=1,3" in lines and "#SBATCH --partition=long" in lines
    assert "submitted: prepare as job 41" in done.stdout and "merge as job 42" in done.stdout
    # Written only.
    log.unlink()
    done = distribute(audio, "--cache", cache, "--slurm", "--no-submit", environment=environment)
    assert done.returncode == 0 and "sbatch --parsable prepare.sbatch" in done.stdout
    assert not log.exists()
    # Refused.
    fake(folder, "sbatch", "echo 'invalid partition' >&2; exit 1")
    done = distribute(audio, "--cache", cache, "--slurm", environment=environment)
    assert done.returncode == 1 and "sbatch: invalid partition" in done.stderr


def test_the_end_of_the_jobs_is_waited_for(audio, undivided, tmp_path, commands):
    folder, environment = commands
    cache, log, tasks = tmp_path / "c", tmp_path / "log", tmp_path / "tasks"
    # The first job's number is 41. Each look at the queue runs a task of the array, and then the merge.
    fake(folder, "sbatch", f'echo "$*" >> {log}; echo "4$(wc -l < {log})"')
    queue = f"""
[ -s {tasks} ] || {{ echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }}
bash -c "$(head -n 1 {tasks})" > /dev/null 2>&1
sed -i 1d {tasks}
echo 41_1
"""
    fake(folder, "squeue", queue)

    def waited(*shards, **options):
        lines = [f"{PROGRAM} prepare {audio} --cache {cache} --shard {shard}" for shard in shards]
        tasks.write_text("\n".join(lines) + "\n")
        return distribute(
            audio, "--cache", cache, "--shards", 2, "--slurm", "--wait",
            *options.get("more", ()), environment=environment,
        )  # fmt: skip

    done = waited("0/2")
    assert done.returncode == 1 and "shards 1 are not done" in done.stderr, done.stderr
    assert "1/2 shards" in done.stderr
    done = waited("1/2", more=["--progress", "json"])
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events if event["event"] != "advanced"] == [
        "began", "shard", "finished",
    ]  # fmt: skip
    assert events[-1]["value"]["merged"]["tracks"] == 8
    assert digest(cache) == undivided
    # An error of SLURM itself is told, and the jobs are left alone.
    fake(folder, "squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
    done = waited("0/2")
    assert done.returncode == 1 and "Unable to contact slurm controller" in done.stderr


class TestSlurm:
    @pytest.fixture
    def environment(self):
        if reason := one_node_slurm.obstacle():
            pytest.skip(reason)
        with one_node_slurm.one_node_slurm() as environment:
            yield {**environment, "LATHE_PROGRAM": PROGRAM}

    @staticmethod
    def ended(environment):
        end = time.monotonic() + 120
        while subprocess.run(
            ["squeue", "--noheader"], env=environment, capture_output=True, check=True
        ).stdout:
            assert time.monotonic() < end, "the jobs don't end"
            time.sleep(0.3)

    def test_an_array_and_the_merge_that_depends_on_it(
        self, environment, audio, undivided, tmp_path
    ):
        cache = tmp_path / "c"
        done = distribute(
            audio, "--cache", cache, "--shards", 3, "--slurm", "--wait", environment=environment
        )
        assert done.returncode == 0, done.stderr
        assert "3/3 shards" in done.stderr and "8 tracks in" in done.stdout
        self.ended(environment)
        assert digest(cache) == undivided
        assert "8 tracks" in next(Path(f"{cache}.slurm").glob("lathe-merge-*.log")).read_text()

    def test_a_task_that_cannot_go_on_ends_the_array_and_the_merge(
        self, environment, audio, tmp_path
    ):
        cache = tmp_path / "c"
        lathe_program("prepare", audio, "--cache", cache, "--shard", "0/6", "--progress", "none")
        done = distribute(
            audio, "--cache", cache, "--slurm", "--", "--set", "mel.bands=64", "--yes",
            environment=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.ended(environment)
        assert plan.missing(str(cache), 6) == [1, 2, 3, 4, 5]
        assert not list(Path(f"{cache}.slurm").glob("lathe-merge-*.log"))
        logs = [path.read_text() for path in Path(f"{cache}.slurm").glob("lathe-prepare-*.log")]
        assert any("mel.bands 128" in log for log in logs) and len(logs) < 5


class TestKubernetes:
    @pytest.fixture
    def jobs(self):
        yaml = pytest.importorskip("yaml", reason="pyyaml is not installed")
        text = (EXAMPLES / "kubernetes.yaml").read_text()
        return {job["metadata"]["name"]: job for job in yaml.safe_load_all(text)}

    def test_the_example_says_what_the_documentation_says(self, jobs):
        prepare = jobs["lathe-prepare"]["spec"]
        assert prepare["completionMode"] == "Indexed"
        assert prepare["backoffLimitPerIndex"] == 3
        rule = prepare["podFailurePolicy"]["rules"][0]
        assert rule["action"] == "FailIndex"
        (container,) = prepare["template"]["spec"]["containers"]
        assert rule["onExitCodes"] == {
            "containerName": container["name"],
            "operator": "In",
            "values": [2],
        }
        # What a policy and a limit for each index ask for.
        assert prepare["template"]["spec"]["restartPolicy"] == "Never"
        assert f"--shard=auto/{prepare['completions']}" in container["command"]

    def test_the_example_is_valid(self, jobs):
        kubernetes = pytest.importorskip(
            "kubernetes_validate", reason="kubernetes-validate is not installed: no schema"
        )
        for job in jobs.values():
            assert kubernetes.validate(job, "1.33", strict=True)

    def test_the_commands_make_one_cache(self, jobs, audio, undivided, tmp_path):
        def started(name, **variables):
            (container,) = jobs[name]["spec"]["template"]["spec"]["containers"]
            places = {"/data/music.lathe": str(tmp_path / "c"), "/data/music": audio}
            command = [PROGRAM, *container["command"][1:]]
            for old, new in places.items():
                command = [
                    word.replace(old, new) if word.endswith(old) else word for word in command
                ]
            command = [word.replace("auto/64", "auto/3") for word in command]
            subprocess.run(command, env={**os.environ, **variables}, check=True)

        for index in range(3):
            started("lathe-prepare", JOB_COMPLETION_INDEX=str(index))
        started("lathe-merge")
        assert digest(tmp_path / "c") == undivided
