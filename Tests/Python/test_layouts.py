"""Each dataset's own files, small ones in its form, to a trained model and an export that its tool reads."""

import json
import os
import subprocess
from importlib.util import find_spec

import lathe
import numpy as np
import pytest
from conftest import ROOT, program
from test_exports import export
from test_importing import wave

#: Tracks of each dataset; every other one has the second label.
COUNT = 16
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def sides(number):
    return "test" if number >= 12 else "validation" if number >= 10 else "train"


def folders(root):
    paths = [f"{'ab'[n % 2]}/{n:02d}.wav" for n in range(COUNT)]
    return root / "audio", "audio", paths, [], ["--split", "0.6,0.2,0.2"]


def table(root):
    paths = [f"{n % 3}/{n:02d}.wav" for n in range(COUNT)]
    rows = [f"{n:02d},{'ab'[n % 2]},{sides(n)}" for n in range(COUNT)]
    (root / "tracks.csv").write_text("\n".join(["id,label,split", *rows]) + "\n")
    return root / "tracks.csv", "audio", paths, ["--audio", root / "audio"], []


def esc50(root):
    names = [f"{n % 5 + 1}-{n // 2}-A-{n % 2}.wav" for n in range(COUNT)]
    rows = [f"{m},{n % 5 + 1},{n % 2},{'ab'[n % 2]},True,{n // 2},A" for n, m in enumerate(names)]
    (root / "meta").mkdir()
    (root / "meta/esc50.csv").write_text(
        "\n".join(["filename,fold,target,category,esc10,src_file,take", *rows]) + "\n"
    )
    return root, ".", [f"audio/{name}" for name in names], [], []


def urbansound8k(root):
    names = [f"{n // 2}-{n % 2}-0-{n}.wav" for n in range(COUNT)]
    rows = [
        f"{name},{n // 2},0,4,1,{n % 10 + 1},{n % 2},{'ab'[n % 2]}" for n, name in enumerate(names)
    ]
    (root / "metadata").mkdir()
    (root / "metadata/UrbanSound8K.csv").write_text(
        "\n".join(["slice_file_name,fsID,start,end,salience,fold,classID,class", *rows]) + "\n"
    )
    return root, ".", [f"audio/fold{n % 10 + 1}/{name}" for n, name in enumerate(names)], [], []


def fma(root):
    word = {"train": "training", "validation": "validation", "test": "test"}
    rows = [f"{n + 2},{n // 2},Band {n // 2},{word[sides(n)]},small,{'ab'[n % 2]},T" for n in range(COUNT)]
    (root / "fma_metadata").mkdir()
    (root / "fma_metadata/tracks.csv").write_text(
        ",album,artist,set,set,track,track\n,id,name,split,subset,genre_top,title\ntrack_id,,,,,,\n"
        + "\n".join(rows) + "\n"
    )  # fmt: skip
    return root, ".", [f"000/{n + 2:06d}.mp3" for n in range(COUNT)], [], []


def gtzan(root):
    return root, ".", [f"{g}/{g}.{n:05d}.wav" for n in range(COUNT // 2) for g in ("blues", "rock")], [], [
        "--policy", "stratified", "--split", "0.5,0.25,0.25",
    ]  # fmt: skip


def mtg_jamendo(root):
    head = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS"
    rows = [
        f"track_{n:07d}\tartist_{n // 2:06d}\talbum_{n // 2:06d}\t{n % 100:02d}/{n}.mp3\t4.5\t"
        + ("genre---rock", "genre---pop\tmood/theme---sad")[n % 2]
        for n in range(COUNT)
    ]
    (root / "data/splits/split-0").mkdir(parents=True)
    (root / "data/autotagging.tsv").write_text("\n".join([head, *rows]) + "\n")
    for side in ("train", "validation", "test"):
        own = [row for n, row in enumerate(rows) if sides(n) == side]
        (root / f"data/splits/split-0/autotagging-{side}.tsv").write_text("\n".join([head, *own]) + "\n")
    return root, ".", [f"{n % 100:02d}/{n}.mp3" for n in range(COUNT)], [], []


def magnatagatune(root):
    # The first of sixteen folders decides the side.
    folder = {"train": "0", "validation": "c", "test": "f"}
    paths = [f"{folder[sides(n)]}/band_{n}-album-01-song-0-29.mp3" for n in range(COUNT)]
    rows = [f'"{n}"\t"{1 - n % 2}"\t"{n % 2}"\t"{path}"' for n, path in enumerate(paths)]
    (root / "annotations_final.csv").write_text(
        "\n".join(['"clip_id"\t"rock"\t"no voice"\t"mp3_path"', *rows]) + "\n"
    )
    return root, ".", paths, [], []


def msd(root):
    ids = [f"TRA{LETTERS[n]}B{n:02d}12903D05F94" for n in range(COUNT)]
    (root / "genres.cls").write_text(
        "# by its own annotators\n" + "".join(f"{i}\t{'ab'[n % 2]}\n" for n, i in enumerate(ids))
    )
    (root / "unique_tracks.txt").write_text(
        "".join(f"{i}<SEP>SO{n}<SEP>Band {n}<SEP>Song\n" for n, i in enumerate(ids))
    )
    lists = []
    for side in ("train", "validation", "test"):
        (root / f"{side}.txt").write_text("".join(f"{i}\n" for n, i in enumerate(ids) if sides(n) == side))
        lists += ["--list", f"published:{side}={root}/{side}.txt"]
    return root, "previews", [f"{i[2]}/{i[3]}/{i}.mp3" for i in ids], ["--audio", root / "previews", *lists], []


@pytest.mark.parametrize(
    "layout",
    [folders, table, esc50, urbansound8k, fma, gtzan, mtg_jamendo, magnatagatune, msd],
    ids=lambda layout: layout.__name__,
)
def test_from_a_datasets_own_files_to_a_model_and_an_export(layout, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    root = tmp_path / "set"
    root.mkdir()
    source, below, paths, more, division = layout(root)
    for number, path in enumerate(paths):
        place = root / below / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(wave(number))
    name = {"table": "csv"}.get(layout.__name__, layout.__name__.replace("_", "-"))
    run("manifest", "create", source, "--layout", name, "--output", tmp_path / "m.json", *more)
    manifest = json.loads((tmp_path / "m.json").read_text())
    if name != "gtzan":
        assert sorted(track["path"] for track in manifest["tracks"]) == sorted(paths)
    cache = tmp_path / "c"
    run(
        "prepare", root / below, "--cache", cache, "--manifest", tmp_path / "m.json", "--progress", "none",
        "--set", "mel=null", "--set", "waveform=null",
    )  # fmt: skip
    if division:
        run("split", cache, "--name", "own", *division)
    # Official folds and sides are the default.
    names = [one["name"] for one in json.loads(run("split", cache, "--list", "--json"))]
    split = "own" if division else names[0]
    run(
        "train", "features", "--cache", cache, "--split", split, "--trainer", "linear", "--epochs", "2",
        "--output", tmp_path / "run", "--progress", "none",
    )  # fmt: skip
    assert (tmp_path / "run").is_dir()
    export("parquet", cache, tmp_path / "p", "--view", "features", "--split", split)
    rows = parquet.read_table(tmp_path / "p" / "data").to_pylist()
    assert {row["path"] for row in rows} <= set(paths) and len(rows) >= COUNT // 2
    assert all(np.isfinite(row["inputs"]).all() for row in rows)
    if find_spec("datasets") is not None:
        # The tool that owns the form, with names of labels and sides as they were published.
        import datasets

        loaded = datasets.load_dataset(str(tmp_path / "p"), cache_dir=str(tmp_path / "hub"))
        with lathe.open(cache) as opened:
            for side in loaded:
                features = loaded[side].features
                kind = features["labels"].feature if "labels" in features else features["label"]
                assert kind.names == list(opened.labels)
        assert sum(len(loaded[side]) for side in loaded) == len(rows)
        own = {row["path"]: row["inputs"] for row in rows}
        for side in loaded:
            assert all(row["inputs"] == own[row["path"]] for row in loaded[side])


def run(*words):
    done = subprocess.run(
        [program(), *[str(word) for word in words]], capture_output=True, text=True, check=False,
        env=os.environ, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
