"""Files of one megabyte that are hard to read fast or in little memory: many small parts, deep nesting,
long texts, repeated names. Made from nothing, or from the sound seeds of a target."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

SIZE = 1 << 20
ACCENT = "e\N{COMBINING ACUTE ACCENT}".encode()


def filled(unit: bytes, before: bytes = b"", after: bytes = b"", between: bytes = b",") -> bytes:
    """As many of a unit as there is room for."""
    count = (SIZE - len(before) - len(after) + len(between)) // (len(unit) + len(between))
    return before + between.join([unit] * count) + after


def counted(
    unit: Callable[[int], bytes], before: bytes = b"", after: bytes = b"", between: bytes = b","
) -> bytes:
    """As many different units as there is room for."""
    units, size, number = [], len(before) + len(after), 0
    while size + len(part := unit(number)) + len(between) <= SIZE:
        units.append(part)
        size += len(part) + len(between)
        number += 1
    return before + between.join(units) + after


def within(document: bytes, key: str, part: Callable[[bytes, bytes], bytes]) -> bytes:
    """A JSON object of which one value is as large as there is room for.

    `part` makes a document of what stands before and after the value."""
    fields = json.loads(document)
    fields[key] = 0x5EED
    before, after = json.dumps(fields, separators=(",", ":")).encode().split(b"24301", 1)
    return part(before, after)


def items(unit: bytes) -> Callable[[bytes, bytes], bytes]:
    return lambda before, after: filled(unit, before + b"[", b"]" + after)


def names(before: bytes, after: bytes) -> bytes:
    return counted(lambda n: b'"%x"' % n, before + b"[", b"]" + after)


def members(value: bytes) -> Callable[[bytes, bytes], bytes]:
    return lambda before, after: counted(
        lambda n: b'"%x":%s' % (n, value), before + b"{", b"}" + after)


def any_json() -> Iterator[tuple[str, bytes]]:
    """Texts that are JSON, or begin like it."""
    for name, unit in {
        "zeros": b"0", "lists": b"[]", "objects": b"{}", "floats": b"1.5e300", "texts": b'"a"',
        "pairs": b'{"a":0}', "nested": b"[" * 60 + b"]" * 60,
    }.items():
        yield name, filled(unit, b"[", b"]")
    yield "keys", counted(lambda n: b'"%x":0' % n, b"{", b"}")
    yield "escaped keys", counted(lambda n: b'"\\u00e9%x":0' % n, b"{", b"}")
    yield "one key", filled(b'"a":0', b"{", b"}")
    yield "text", filled(b"a", b'"', b'"', b"")
    yield "escapes", filled(b"\\u00e9", b'{"', b'":1}', b"")
    yield "accents", filled(ACCENT, b'{"a":"', b'"}', b"")
    yield "open list", filled(b"0", b"[")
    yield "deep lists", b"[" * SIZE
    yield "deep objects", filled(b'{"a":', between=b"")
    yield "open text", filled(b"\\", b'"', between=b"")
    yield "digits", b"1" * SIZE
    yield "fraction", b"0." + b"1" * (SIZE - 2)
    yield "lines", b"\n" * SIZE


def tensors(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def safetensors() -> Iterator[tuple[str, bytes]]:
    empty = b'{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    yield "tensors", tensors(counted(lambda n: b'"%x":%s' % (n, empty), b"{", b"}")[: SIZE - 8])
    yield "one name", tensors(filled(b'"a":{}', b"{", b"}"))
    yield "axes", tensors(
        filled(b"1", b'{"a":{"dtype":"U8","shape":[', b'],"data_offsets":[0,1]}}'), b"x")
    yield "metadata", tensors(members(b'"a"')(b'{"__metadata__":', b"}"))
    yield "escapes", tensors(filled(b"\\u00e9", b'{"', b'":1}', b""))


def manifest() -> Iterator[tuple[str, bytes]]:
    def made(labels: str = '["a"]', tracks: str = '[{"id":"a","path":"a","label":"a"}]', **more):
        fields = {"labels": labels, "tracks": tracks, **more}
        text = ",".join(f'"{name}":{value}' for name, value in fields.items())
        before, after = f'{{"schema":"lathe.manifest/1","name":"x",{text}}}'.encode().split(b"@")
        return before, after

    track = b'{"id":"%d","path":"%d.wav","label":"a"%s}'
    yield "tracks", counted(lambda n: track % (n, n, b""), *made(tracks="[@]"))
    yield "one group", counted(lambda n: track % (n, n, b',"group":"g"'), *made(tracks="[@]"))
    yield "labels", counted(lambda n: b'"%x"' % n, *made(labels='["a",@]'))
    yield "own fields", filled(b"0", *made(more="[@]"))
    yield "faults", filled(
        b'{"kind":"silent"}',
        *made(tracks='[{"id":"a","path":"a","label":"a","faults":[@]}]'))
    yield "splits", counted(lambda n: b'"%x":{"sides":{"a":["a"]}}' % n, *made(splits="{@}"))


def recipe() -> Iterator[tuple[str, bytes]]:
    begin = (
        b'{"schema":"lathe.recipe/2","name":"r","sampleRate":22050,"maximumSeconds":60,'
        b'"profile":"librosa-1.0","views":{')
    yield "views", counted(lambda n: b'"%x":{"kind":"mel","slices":{}}' % n, begin, b"}}")
    for field in (b"parameters", b"command"):
        before = begin + b'"x":{"kind":"other","slices":{},"%s":[' % field
        yield field.decode(), filled(b"0", before, b"]}}}")


def tables() -> Iterator[tuple[str, bytes]]:
    columns = counted(lambda n: b"c%x" % n)[: SIZE * 3 // 4].rsplit(b",", 1)[0]
    count = columns.count(b",") + 1
    row = b",".join([b"1"] * count)
    yield "columns", b"filename,label," + columns + b"\na,b," + row + b"\n"
    yield "one column", filled(b"a", b"filename,label,")
    yield "rows", counted(lambda n: b"%d.wav,b,1" % n, b"filename,label,a\n", between=b"\n")
    for name, head, unit in [
        ("paths", b"path,label\n", lambda n: b"d/%x.w,b" % n),
        ("one name", b"path,label\n", lambda n: b"%x/a.w,b" % n),
        ("labels", b"path,label\n", lambda n: b"%x.w,%x" % (n, n)),
        ("folds", b"path,label,fold\n", lambda n: b"%x.w,b,%x" % (n, n)),
    ]:
        yield name, counted(unit, head, between=b"\n")
    yield "accents", filled(ACCENT, b"path,label\n", between=b"")
    for name, mark in (("commas", b","), ("quotes", b'"'), ("lines", b"\n")):
        yield name, mark * SIZE


def card(seed: bytes) -> Iterator[tuple[str, bytes]]:
    for key, part in {
        "labels": members(b"0"), "citations": names, "versions": members(b'""'),
        "audits": members(b"{}"), "slices": members(b"0"),
    }.items():
        yield key, within(seed, key, part)


def interface(seed: bytes) -> Iterator[tuple[str, bytes]]:
    for key, part in {
        "side": names, "sources": items(b'{"cache":"/nowhere"}'), "other": items(b"0"),
        "sampling": lambda before, after: members(b"0")(before + b'{"labels":', b"}" + after),
    }.items():
        yield key, within(seed, key, part)


def runs(seed: bytes) -> Iterator[tuple[str, bytes]]:
    mark = b"\x1e"
    record, epochs, result = seed.split(mark)
    for key, part in {
        "labels": names, "sampleShape": items(b"1"), "options": members(b'""'),
        "recipe": items(b"0"),
    }.items():
        yield key, within(record, key, part)
    yield "lines", filled(b"\n", record + mark, between=b"")
    yield "empty epochs", filled(b"{}", record + mark, between=b"\n")

    def epoch(number: int) -> bytes:
        fields = json.loads(epochs.splitlines()[0])
        fields["epoch"] = number + 1
        return json.dumps(fields, separators=(",", ":")).encode()

    yield "epochs", counted(epoch, record + mark, between=b"\n")
    count = 400
    fields, ended = json.loads(record), json.loads(result)
    fields["labels"] = [str(number) for number in range(count)]
    for name in ("trackConfusion", "sliceConfusion"):
        ended["evaluations"]["test"][name] = [[0] * count] * count
    texts = [json.dumps(value, separators=(",", ":")).encode() for value in (fields, ended)]
    yield "matrices", texts[0] + mark + mark + texts[1]


def files(target: str, seeds: Path) -> Iterator[tuple[str, bytes]]:
    """The files for a target, each with its name."""

    def seed(number: int) -> bytes:
        return (seeds / f"seed-{number}").read_bytes()

    match target:
        case "audio":
            # What sound files hold is random to a decoder; their headers are the fuzzer's.
            for path in sorted(seeds.iterdir()):
                yield path.name, filled(path.read_bytes(), between=b"")
        case "safetensors": yield from safetensors()
        case "checkpoint": yield from safetensors()
        case "manifest": yield from manifest()
        case "recipe": yield from recipe()
        case "tables": yield from tables()
        case "card": yield from card(seed(0))
        case "interface":
            yield from interface(b'{"view":"features","split":"halves","threads":0}')
        case "runs": yield from runs(seed(2))
        case "shards": yield "versions", within(seed(0), "versions", members(b'""'))
    if target not in ("audio", "safetensors"):
        yield from any_json()
