import gc
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import places

import lathe


def in_child(body):
    """What `body` returns in a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = body()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = json.loads(pipe.read() or '"nothing"')
    assert os.waitpid(child, 0)[1] == 0
    return answer


def refusals(cache, loader, inputs):
    found = []
    for call in (
        lambda: next(loader),
        loader.state_dict,
        cache.describe,
        lambda: cache.loader("mel"),
        lambda: loader.track_id(0),
    ):
        try:
            call()
            found.append("taken")
        except lathe.ForkedError as error:
            found.append("process" in str(error))
    # What was borrowed stays readable, and closing does nothing.
    readable = float(inputs.sum())
    loader.__del__()
    cache.close()
    return [found, readable]


def test_a_forked_child_is_refused_and_opens_anew(path):
    cache = lathe.open(path)
    loader = cache.loader("mel", batch_size=4, seed=1)
    batch = next(loader)
    held = float(batch.inputs.sum())
    answer = in_child(lambda: refusals(cache, loader, batch.inputs))
    assert len(answer) == 2, answer
    found, readable = answer
    assert found == [True] * 5 and readable == held

    def anew():
        loader = lathe.open(path).loader("mel", batch_size=4, seed=1)
        first = len(next(loader))
        # A grandchild, too.
        return (
            first
            + len(places(loader))
            + in_child(lambda: len(places(lathe.open(path).loader("mel"))))
        )

    assert in_child(anew) == 120
    assert len(places(loader)) == 56, "the parent's loader goes on"
    cache.close()


def test_fork_while_other_threads_load(path):
    stop = threading.Event()

    def load():
        while not stop.is_set():
            with lathe.open(path) as cache:
                places(cache.loader("features", batch_size=2))

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            assert in_child(lambda: len(places(lathe.open(path).loader("mel")))) == 60
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def count(cache):
    return places(cache.loader("mel", seed=3))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools(cache, method):
    expected = count(cache)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(count, [cache] * 3) == [expected] * 3


def test_a_subprocess(path):
    script = "import sys, lathe; print(len(lathe.open(sys.argv[1]).loader('mel', batch_size=1)))"
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, check=True)
    assert done.stdout == b"60\n"


def test_pickling(cache):
    again = pickle.loads(pickle.dumps(cache))
    assert places(again.loader("mel")) == places(cache.loader("mel"))
    with pytest.raises(TypeError, match="process"):
        pickle.dumps(cache.loader("mel"))
    batch = next(cache.loader("mel", batch_size=3))
    owned = pickle.loads(pickle.dumps(batch))
    assert (owned.inputs == batch.inputs).all() and owned.index == 0
    assert owned.inputs.ctypes.data != batch.inputs.ctypes.data


def test_threads_of_their_own(path):
    results = {}

    def work(number):
        with lathe.open(path) as cache:
            results[number] = places(cache.loader("mel", seed=number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with lathe.open(path) as cache:
        assert results == {number: places(cache.loader("mel", seed=number)) for number in range(8)}


def test_threads_take_turns(cache):
    loader = cache.loader("mel", batch_size=1, epochs=5, copy=True)
    lock, seen = threading.Lock(), []

    def work():
        for batch in loader:
            with lock:
                seen.append((batch.index, float(batch.inputs.sum())))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = cache.loader("mel", batch_size=1, epochs=5)
    assert sorted(seen) == [(batch.index, float(batch.inputs.sum())) for batch in expected]


def test_closing_ends_a_wait(cache):
    loader = cache.loader("waveform", batch_size=1, prefetch=1, epochs=None)
    ended = []

    def work():
        try:
            while True:
                next(loader)
        except lathe.LatheError as error:
            ended.append(error.code)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    loader.close()
    thread.join(10)
    assert ended == [lathe.ErrorCode.STOPPED]


INTERRUPTED = """
import signal, sys, lathe
# As at a terminal, whatever the tests were started by.
signal.signal(signal.SIGINT, signal.default_int_handler)
loader = lathe.open(sys.argv[1]).loader("features", batch_size=1, epochs=None)
print("ready", flush=True)
try:
    while True:
        next(loader)
except KeyboardInterrupt:
    # Nothing is lost: the loader goes on.
    for _ in range(200):
        next(loader)
    print("interrupted", flush=True)
"""


def test_ctrl_c(path):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "interrupted\n"
    assert process.returncode == 0


def test_ctrl_c_while_a_wait_has_no_end(cache, monkeypatch):
    """The wait looks for signals between calls that end by themselves."""
    loader = cache.loader("features", batch_size=1, epochs=None)
    waits = []

    def late(handle, record, milliseconds):
        waits.append(milliseconds)
        if len(waits) == 3:
            raise KeyboardInterrupt
        return 2

    monkeypatch.setattr(loader, "_take", late)
    with pytest.raises(KeyboardInterrupt):
        next(loader)
    assert len(waits) == 3 and all(0 < wait <= 500 for wait in waits)
    monkeypatch.undo()
    assert len(next(loader)) == 1


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_loaders_dropped_midway_leak_nothing(path):
    def drop(cache, number):
        loader = cache.loader(
            "features", batch_size=3, seed=number, epochs=None, threads=number % 4
        )
        for _ in range(number % 5):
            next(loader)
        if number % 3 == 0:
            loader.close()

    def drop_ten(number):
        with lathe.open(path) as cache:
            for more in range(10):
                drop(cache, number + more)

    for number in range(0, 200, 10):
        drop_ten(number)
    gc.collect()
    before = threads_and_files()
    memory = resident()
    gc.disable()
    try:
        for number in range(0, 1000, 10):
            drop_ten(number)
        assert threads_and_files() == before
    finally:
        gc.enable()
    assert resident() - memory < 4 << 20


def threads_and_files():
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def test_a_killed_reader_stops_nobody(path):
    script = (
        "import sys, time, lathe; loader = lathe.open(sys.argv[1]).loader('mel', epochs=None); "
        "next(loader); print('ready', flush=True); time.sleep(60)"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        process.kill()
        process.communicate()
        with lathe.open(path) as cache:
            assert len(places(cache.loader("mel"))) == 60


def test_the_folder_is_removed_while_it_is_read(path, tmp_path):
    import shutil

    copy = shutil.copytree(path, tmp_path / "copy.lathe")
    cache = lathe.open(copy)
    loader = cache.loader("mel", batch_size=10)
    next(loader)
    shutil.rmtree(copy)
    assert len(places(loader)) == 50
    with pytest.raises(lathe.NotFoundError):
        lathe.open(copy)
    # The same path is another cache now.
    shutil.copytree(path, copy)
    with lathe.open(copy) as again:
        assert len(places(again.loader("mel"))) == 60
