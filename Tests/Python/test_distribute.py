"""`lathe.distribute`: shards on threads, processes, Dask; workers and programs that die; what is reported and how it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from conftest import ROOT
from divided import digest, is_alive, lathe_program, waited

import lathe
import lathe.distribute
from lathe.distribution import engines, plan
from lathe.distribution.progress import Progress


def distribute(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "lathe.distribute", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_shards_on_threads_make_what_one_process_makes(audio, undivided, tmp_path):
    cache = tmp_path / "c"
    done = distribute(audio, "--cache", cache, "--shards", 3, "--local", 2, "--progress", "json")
    assert done.returncode == 0, done.stderr
    assert digest(cache) == undivided
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(line["schema"], line["verb"]) for line in lines} == {
        ("lathe.progress/1", "distribute")
    }
    assert lines[0]["event"] == "began" and lines[0]["value"] == {
        "shards": 3,
        "pending": 3,
        "done": 0,
    }
    assert sorted(line["value"]["shard"] for line in lines if line["event"] == "shard") == [0, 1, 2]
    advanced = [line["value"] for line in lines if line["event"] == "advanced"]
    assert (advanced[-1]["done"], advanced[-1]["tracks"]) == (3, 8)
    assert lines[-1]["event"] == "finished"
    assert lines[-1]["value"]["prepared"] == 3
    assert lines[-1]["value"]["merged"]["tracks"] == 8
    with lathe.open(cache) as opened:
        assert len(opened.tracks) == 8


def test_a_program_that_is_killed_is_started_again(audio, undivided, tmp_path, scripted):
    scripted.at(s1='first 1 && { "$real" "$@" & sleep 0.3; kill -9 $! $$; }')
    summary = lathe.distribute.prepare(audio, tmp_path / "c", shards=3)
    assert (summary.prepared, summary.retries, summary.given_up) == (3, 1, {})
    assert sorted(scripted.started) == ["0/3", "1/3", "1/3", "2/3"]
    assert digest(tmp_path / "c") == undivided


def test_only_missing_shards_are_prepared(audio, undivided, tmp_path, scripted):
    cache = tmp_path / "c"
    for shard in ("0/4", "2/4"):
        lathe_program("prepare", audio, "--cache", cache, "--shard", shard, "--progress", "none")
    summary = lathe.distribute.prepare(audio, cache, executor=engines.Local(2))
    assert sorted(scripted.started) == ["1/4", "3/4"]
    assert (summary.shards, summary.prepared) == (4, 2)
    assert digest(cache) == undivided
    # All are done: one is asked whether the plan still holds.
    again = lathe.distribute.prepare(audio, cache)
    assert (again.prepared, again.tracks, again.merged["tracks"]) == (0, 0, 8)
    assert scripted.started[2:] == ["0/4"]


def test_a_shard_whose_file_is_gone_is_made_again(audio, undivided, tmp_path, scripted):
    cache = tmp_path / "c"
    lathe.distribute.prepare(audio, cache, shards=2)
    (cache / "shard-00001.lmdb").unlink()
    assert lathe.distribute.prepare(audio, cache).prepared == 1
    assert scripted.started[2:] == ["1/2"]
    assert digest(cache) == undivided


def test_status_2_is_not_tried_again_and_ends_all(audio, tmp_path, scripted):
    cache = tmp_path / "c"
    lathe_program("prepare", audio, "--cache", cache, "--shard", "0/6", "--progress", "none")
    done = distribute(audio, "--cache", cache, "--local", 1, "--", "--set", "mel.bands=64")
    assert done.returncode == 2
    assert "mel.bands 128" in done.stderr and "--renew" in done.stderr
    assert scripted.started == ["1/6"]
    assert plan.missing(str(cache), 6) == [1, 2, 3, 4, 5]


def test_a_shard_that_fails_always_is_given_up_and_named(audio, tmp_path, scripted):
    scripted.at(s1='echo "lathe: the disk is full" >&2; exit 1')
    with pytest.raises(lathe.distribute.ShardsMissingError, match="shards 1 .* disk is full") as it:
        lathe.distribute.prepare(audio, tmp_path / "c", shards=3, retries=1)
    assert it.value.summary.given_up == {1: "the disk is full"}
    assert sorted(scripted.started) == ["0/3", "1/3", "1/3", "2/3"]
    scripted.at()
    done = distribute(audio, "--cache", tmp_path / "c", "--no-merge")
    assert done.returncode == 0 and "1 shards prepared, 2 done already" in done.stdout
    assert "lathe merge" in done.stdout


def test_where_no_shard_can_be_prepared_not_all_are_tried(audio, tmp_path, scripted):
    scripted.at(**{f"s{shard}": "exit 1" for shard in range(9)})
    with pytest.raises(lathe.LatheError, match="no shard could be prepared: its program ended"):
        lathe.distribute.prepare(audio, tmp_path / "c", shards=9, retries=0)
    assert len(scripted.started) < 9


def test_quarantine_is_done_with_status_3(tmp_path):
    label = tmp_path / "audio" / "jazz"
    label.mkdir(parents=True)
    (label / "broken.wav").write_bytes(b"RIFF")
    command = [label.parent, "--cache", tmp_path / "c", "--shards", 2]
    done = distribute(*command)
    assert done.returncode == 3 and "quarantine: jazz/broken.wav" in done.stdout
    assert distribute(*command, "--accept-quarantine").returncode == 0


def test_another_number_of_shards_is_refused_with_both(audio, tmp_path):
    cache = tmp_path / "c"
    lathe_program("prepare", audio, "--cache", cache, "--shard", "0/2", "--progress", "none")
    done = distribute(audio, "--cache", cache, "--shards", 5)
    assert done.returncode == 2 and "--shards 5" in done.stderr and "pins 2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shards", "0"], "--shards 0: give 1 to 4096"),
        ([], "give --shards"),
        (["--shards", "2", "--local", "0"], "--local 0"),
        (["--shards", "2", "--", "--shard", "0/2"], "--shard cannot be handed"),
        (["--shards", "2", "--no-submit"], "--no-submit is for --slurm"),
        (["--shards", "2", "--retries", "-1"], "retries"),
        (["--shards", "2", "--local", "1", "--ray", "auto"], "not allowed with"),
    ],
)
def test_what_cannot_be_is_refused(audio, tmp_path, arguments, words):
    done = distribute(audio, "--cache", tmp_path / "c", *arguments)
    assert done.returncode == 2 and words in done.stderr
    assert done.stderr.startswith("lathe.distribute: ") and not (tmp_path / "c").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    done = distribute(tmp_path / "nothing", "--cache", tmp_path / "c", "--shards", 2)
    assert done.returncode == 2 and "nothing is no folder" in done.stderr


def test_a_new_plan_takes_new_audio_in(audio, tmp_path, scripted):
    some, cache = tmp_path / "some", tmp_path / "c"
    for label in ("blues", "jazz"):
        shutil.copytree(f"{audio}/{label}", some / label)
    assert lathe.distribute.prepare(some, cache, shards=2).merged["tracks"] == 4
    shutil.copytree(f"{audio}/rock", some / "rock")
    with pytest.raises(lathe.ConfigurationError, match="collection of 4 tracks.* 6 tracks"):
        lathe.distribute.prepare(some, cache)
    renewed = lathe.distribute.prepare(some, cache, renew=True)
    assert (renewed.shards, renewed.prepared, renewed.merged["tracks"]) == (2, 2, 6)
    lathe_program("prepare", some, "--cache", tmp_path / "one", "--progress", "none")
    assert digest(cache) == digest(tmp_path / "one")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_programs_and_keeps_what_is_done(
    audio, undivided, tmp_path, scripted, number
):
    # Shard 1 is at work until it is told to end.
    scripted.at(s1='trap "kill %1; exit 130" INT; sleep 600 & echo $$ $! >> "$log"; wait')
    command = [sys.executable, "-m", "lathe.distribute", audio, "--cache", str(tmp_path / "c")]
    running = subprocess.Popen(
        [*command, "--shards", "3", "--local", "2"], stderr=subprocess.PIPE, text=True
    )
    waited(lambda: len(scripted.started) == 3 and plan.missing(str(tmp_path / "c"), 3) == [1])
    program, _ = waited(lambda: scripted.noted)
    running.send_signal(number)
    assert "interrupted" in running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert not is_alive(int(program))
    scripted.at()
    summary = lathe.distribute.prepare(audio, tmp_path / "c")
    assert summary.prepared == 1
    assert digest(tmp_path / "c") == undivided


def test_programs_die_with_what_started_them(audio, tmp_path, scripted):
    scripted.at(s0='echo $$ >> "$log"; exec sleep 600')
    running = subprocess.Popen(
        [sys.executable, "-m", "lathe.distribute", audio, "--cache", str(tmp_path / "c")]
        + ["--shards", "1", "--progress", "none"]
    )
    (program,) = waited(lambda: scripted.noted)
    assert is_alive(int(program))
    running.kill()
    running.wait()
    waited(lambda: not is_alive(int(program)))


def test_any_executor_will_do(audio, undivided, tmp_path):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        summary = lathe.distribute.prepare(
            audio, tmp_path / "c", shards=2, executor=executor, arguments=["--threads", "1"]
        )
        assert executor.submit(int, "1").result() == 1
    assert (summary.prepared, summary.tracks) == (2, 8)
    assert digest(tmp_path / "c") == undivided


def test_a_bar_is_drawn_over_itself(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    report = Progress("auto")
    report.begin(4, [1, 2, 3], "2 on this machine")
    report.hear(1, {"event": "advanced", "value": {"done": 5, "total": 10}})
    report.advance()
    drawn = capsys.readouterr().err.split("\r\x1b[K")[-1]
    assert drawn.startswith("━" * 3) and "1/4 shards, 5 tracks" in drawn and len(drawn) < 60


def test_the_script_of_the_article(audio, undivided, tmp_path):
    article = ROOT / "Sources" / "DatasetCache" / "DatasetCache.docc" / "ManyMachines.md"
    (script,) = re.findall(r"```python\n(.*?)```", article.read_text(), re.DOTALL)
    (tmp_path / "music").symlink_to(audio)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "8 shards, 8 tracks\n"), done.stderr
    assert digest(tmp_path / "music.lathe") == undivided


def test_an_array_expression():
    assert plan.array_expression([7, 19, 20, 21]) == "7,19-21"
    assert plan.array_expression([]) == ""


class TestDask:
    @pytest.fixture
    def cluster(self, scripted, tmp_path):
        distributed = pytest.importorskip(
            "distributed", reason="distributed is not installed: Dask was not tried"
        )
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(tmp_path / "dask"),
        ) as cluster:
            yield cluster

    def test_a_worker_killed_in_the_middle_changes_nothing(
        self, cluster, audio, undivided, tmp_path, scripted
    ):
        # The first time that shard 2 is begun, its worker dies.
        scripted.at(s2='first 2 && { echo $PPID $$ >> "$log"; exec sleep 600; }')

        def kill():
            worker, _ = waited(lambda: scripted.noted)
            os.kill(int(worker), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        done = distribute(
            audio, "--cache", tmp_path / "c", "--shards", 4,
            "--scheduler", cluster.scheduler_address, "--progress", "json",
        )  # fmt: skip
        killer.join()
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert max(line["value"]["tracks"] for line in lines if line["event"] == "advanced") == 8
        assert sorted(scripted.started) == ["0/4", "1/4", "2/4", "2/4", "3/4"]
        assert not is_alive(int(scripted.noted[1]))
        assert digest(tmp_path / "c") == undivided
        lathe_program("verify", tmp_path / "c", "--deep")

    def test_an_interruption_reaches_the_workers_programs(self, cluster, audio, tmp_path, scripted):
        scripted.at(s0='trap "kill %1; exit 130" INT; sleep 600 & echo $$ >> "$log"; wait')
        running = subprocess.Popen(
            [sys.executable, "-m", "lathe.distribute", audio, "--cache", str(tmp_path / "c")]
            + ["--shards", "2", "--scheduler", cluster.scheduler_address]
        )
        program = int(waited(lambda: scripted.noted)[0])
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
        waited(lambda: not is_alive(program))

    def test_a_client_s_own_executor(self, cluster, audio, undivided, tmp_path):
        from distributed import Client

        with Client(cluster) as client:
            summary = lathe.distribute.prepare(
                audio, tmp_path / "c", shards=3, executor=client.get_executor(pure=False)
            )
        assert summary.prepared == 3
        assert digest(tmp_path / "c") == undivided

    def test_a_scheduler_that_is_not_there(self, audio, tmp_path, monkeypatch):
        pytest.importorskip("distributed", reason="distributed is not installed")
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
        done = distribute(
            audio, "--cache", tmp_path / "c", "--shards", 2, "--scheduler", "tcp://127.0.0.1:9"
        )
        assert done.returncode == 1
        assert "lathe.distribute: the Dask scheduler tcp://127.0.0.1:9" in done.stderr


class TestRay:
    @pytest.fixture(autouse=True)
    def ray(self):
        pytest.importorskip("ray", reason="ray is not installed: Ray was not tried")

    def test_a_worker_killed_in_the_middle_changes_nothing(
        self, audio, undivided, tmp_path, scripted
    ):
        scripted.at(s2="first 2 && { kill -9 $PPID; exec sleep 600; }")
        done = distribute(audio, "--cache", tmp_path / "c", "--shards", 4, "--ray", "local")
        assert done.returncode == 0, done.stderr
        assert sorted(scripted.started) == ["0/4", "1/4", "2/4", "2/4", "3/4"]
        assert "shard 2 on its worker: the worker was lost" in done.stderr
        assert digest(tmp_path / "c") == undivided

    def test_an_interruption_reaches_the_workers_programs(self, audio, tmp_path, scripted):
        scripted.at(s0='trap "kill %1; exit 130" INT; sleep 600 & echo $$ >> "$log"; wait')
        running = subprocess.Popen(
            [sys.executable, "-m", "lathe.distribute", audio, "--cache", str(tmp_path / "c")]
            + ["--shards", "2", "--ray", "local"]
        )
        program = int(waited(lambda: scripted.noted, seconds=60)[0])
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
        waited(lambda: not is_alive(program))


def test_threads_are_shared_by_the_programs_of_a_machine(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    engine = engines.Local(3)
    assert engine.threads == 2
    engine.close()
    with ThreadPoolExecutor(1) as executor:
        assert engines.Given(executor).threads is None
