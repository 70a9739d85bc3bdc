#!/usr/bin/env python3
"""Makes gtzan.json, the manifest of GTZAN, from published facts.

    python3 Manifests/datasets/make_gtzan.py FACTS_FOLDER > Manifests/datasets/gtzan.json

FACTS_FOLDER holds, by these names:
    mirdata-gtzan-md5.json   the index of mirdata 0.3.8 (gtzan_genre, version 1.0): md5 of every file
    GTZANindex.txt           artist and title of every excerpt (Sturm 2012, kept up to date to 2014)
    repetitions.csv          the repeated excerpts of Sturm's table: group,track,is_first,
                             md5_equal_to_first,feature_rms_distance_to_first
    filtered-split/{train,valid,test}_filtered.txt        Kereliuk, Sturm and Larsen 2015
    stratified-split/{train,valid,test}_stratified.txt    the same authors' code (dnn-mgr)

The same facts give the same bytes. Everything is cross-checked; a contradiction ends the script.
"""

import collections
import csv
import json
import pathlib
import sys
import unicodedata

LABELS = [
    "blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock",
]
STURM = "Sturm 2012, table of repetitions"
MD5 = "equal md5 (mirdata 0.3.8)"
CITATIONS = [
    "G. Tzanetakis and P. Cook, \"Musical genre classification of audio signals\", IEEE Transactions"
    " on Speech and Audio Processing 10(5), 293-302, 2002. doi:10.1109/TSA.2002.800560",
    "B. L. Sturm, \"An analysis of the GTZAN music genre dataset\", Proc. ACM workshop MIRUM, Nara,"
    " 2012. doi:10.1145/2390848.2390851 (artists, titles, repetitions)",
    "B. L. Sturm, \"The GTZAN dataset: its contents, its faults, their effects on evaluation, and"
    " its future use\", arXiv:1306.1461, 2013",
    "C. Kereliuk, B. L. Sturm and J. Larsen, \"Deep learning and music adversaries\", IEEE"
    " Transactions on Multimedia 17(11), 2059-2071, 2015. arXiv:1507.04761 (fault-filtered split)",
]
LICENCE = (
    "None: the excerpts were taken from CDs, radio and microphone recordings in 2000 and 2001 without"
    " copyright permission, as the author of the dataset says. This manifest holds facts about them"
    " and no audio."
)


def require(condition, text):
    if not condition:
        sys.exit(f"make_gtzan.py: {text}")


def read_md5(folder):
    tracks = json.loads((folder / "mirdata-gtzan-md5.json").read_text("utf-8"))["tracks"]
    unbeaten = [name for name, files in tracks.items() if files["beats"][0] is None]
    return {name: files["audio"][1] for name, files in tracks.items()}, unbeaten


def read_index(folder):
    """(artist, title) of every track, None where the index leaves it open."""
    index = {}
    for line in (folder / "GTZANindex.txt").read_text("utf-8").splitlines():
        if line.startswith("##") or not line.strip():
            continue
        name, artist, title = (" ".join(part.split()) for part in line.split(":::"))
        require(name.endswith(".wav") and name[:-4] not in index, f"index: {name}")
        index[name[:-4]] = (artist or None, title or None)
    return index


def read_repetitions(folder):
    groups = collections.OrderedDict()
    with open(folder / "repetitions.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            groups.setdefault(int(row["group"]), []).append(row)
    for rows in groups.values():
        require([row["is_first"] for row in rows] == ["1"] + ["0"] * (len(rows) - 1), rows)
    return groups


def read_split(folder, name):
    sides = {"train": "train", "validation": "valid", "test": "test"}
    split = {}
    for side, part in sides.items():
        text = (folder / f"{name}-split" / f"{part}_{name}.txt").read_text("utf-8")
        split[side] = sorted(pathlib.PurePosixPath(line).stem for line in text.split())
    return split


class Groups:
    """Union-find; a group is known by its first member."""

    def __init__(self):
        self.parent = {}

    def find(self, name):
        self.parent.setdefault(name, name)
        while self.parent[name] != name:
            name = self.parent[name]
        return name

    def join(self, first, second):
        first, second = sorted((self.find(first), self.find(second)))
        self.parent[second] = first


def key(text):
    """A name as it is compared: letters and digits only, whatever their case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def make(folder):
    md5, unbeaten = read_md5(folder)
    index = read_index(folder)
    repetitions = read_repetitions(folder)
    names = [f"{label}.{number:05}" for label in LABELS for number in range(100)]
    require(sorted(md5) == names, "the md5 index does not have the 1,000 tracks")
    require(sorted(index) == names, "the index of artists does not have the 1,000 tracks")

    faults = collections.defaultdict(list)
    groups = Groups()
    same_bytes = collections.defaultdict(list)
    for name in names:
        same_bytes[md5[name]].append(name)
    for rows in repetitions.values():
        first = rows[0]["track"]
        for row in rows[1:]:
            name, distance = row["track"], float(row["feature_rms_distance_to_first"])
            equal = md5[name] == md5[first]
            require(equal == (row["md5_equal_to_first"] == "1"), f"{name}: md5 and table disagree")
            groups.join(first, name)
            twins = [twin for twin in same_bytes[md5[name]] if twin < name]
            if equal:
                fault = {"kind": "replica", "of": first, "source": f"{STURM}; {MD5}"}
            elif name.startswith("jazz."):
                fault = {"kind": "replica", "of": first, "source": f"{STURM}; audio compared",
                         "detail": "not bit-identical; correlation of at least 0.9997 without offset"}
            else:
                fault = {"kind": "replica", "of": first, "source": STURM,
                         "detail": "not bit-identical; the public features of the two clips differ"
                                   f" by {distance:.2f} standard deviations (rms)"}
            if twins and not equal:
                fault["detail"] += f"; bit-identical with {twins[0]}"
            if name.split(".")[0] != first.split(".")[0]:
                fault["detail"] = "under another label"
            faults[name].append(fault)
    for twins in same_bytes.values():
        for twin in twins[1:]:
            require(groups.find(twin) == groups.find(twins[0]), f"{twin} is not in the table")
            groups.join(twins[0], twin)

    # One title by one artist: copies, other excerpts, versions or movements. Which, the index does
    # not say, so this makes a group and no fault.
    songs = {}
    for name in names:
        artist, title = index[name]
        if artist and title:
            groups.join(songs.setdefault((key(artist), key(title)), name), name)

    require(unbeaten == ["reggae.00086"], f"without beats: {unbeaten}")
    faults["reggae.00086"].append({
        "kind": "distorted", "source": "Sturm 2012 (one excerpt is useless but for 5 seconds)",
        "detail": "that it is this one is inferred: it alone has no beat annotation in mirdata, and"
                  " the fault-filtered split leaves it out"})
    faults["jazz.00054"].append({
        "kind": "unreadable", "source": "the widely copied release of 2020 (Kaggle)",
        "detail": "there the file has no RIFF header and the md5 320218e302b1807c70cb7f6d660409f4;"
                  " the md5 given here is that of the sound file"})

    size = collections.Counter(groups.find(name) for name in names)
    tracks = []
    for name in names:
        label = name.split(".")[0]
        artist, title = index[name]
        track = {"id": name, "path": f"{label}/{name}.wav", "label": label, "md5": md5[name],
                 "artist": artist, "title": title}
        if size[groups.find(name)] > 1:
            track["group"] = groups.find(name)
        if faults[name]:
            track["faults"] = faults[name]
        tracks.append({field: value for field, value in track.items() if value is not None})

    splits = {
        "fault-filtered": {
            "source": "Kereliuk, Sturm and Larsen 2015 (arXiv:1507.04761), lists of"
                      " github.com/coreyker/dnn-mgr: no repetition, no artist on two sides",
            "sides": read_split(folder, "filtered")},
        "stratified": {
            "source": "github.com/coreyker/dnn-mgr: 50 % / 25 % / 25 % of every label, artists not"
                      " kept apart",
            "sides": read_split(folder, "stratified")},
    }
    counts = [[len(ids) for ids in split["sides"].values()] for split in splits.values()]
    require(counts == [[443, 197, 290], [500, 250, 250]], f"splits of {counts}")
    for split in splits.values():
        ids = [name for side in split["sides"].values() for name in side]
        require(len(ids) == len(set(ids)) and set(ids) <= set(names), "a split names tracks twice")
    return {
        "schema": "lathe.manifest/1", "name": "gtzan", "version": "1.0 (mirdata gtzan_genre)",
        "licence": LICENCE, "citations": CITATIONS, "labels": LABELS, "splits": splits,
        "tracks": tracks}


def text(manifest):
    """JSON with one track, and one list of ids, a line."""
    def line(value):
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))

    parts = []
    for field, value in manifest.items():
        if field == "tracks":
            body = "[\n" + ",\n".join("  " + line(track) for track in value) + "\n ]"
        elif field == "citations":
            body = "[\n" + ",\n".join("  " + line(citation) for citation in value) + "\n ]"
        elif field == "splits":
            body = "{\n" + ",\n".join(
                f"  {line(name)}: {{\n   \"source\": {line(split['source'])},\n   \"sides\": {{\n"
                + ",\n".join(f"    {line(side)}: {line(ids)}" for side, ids in split["sides"].items())
                + "}}" for name, split in value.items()) + "\n }"
        else:
            body = line(value)
        parts.append(f" {line(field)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.buffer.write(text(make(pathlib.Path(sys.argv[1]))).encode("utf-8"))
