import Corpus

/// The JSON that is answered, as schemas by name.
enum Schemas {
  static let all: JSONValue = .object([
    "Anything": .object([:]),
    "Problem": object(
      ["type": text, "title": text, "status": whole, "code": text, "detail": text, "hint": text],
      optional: ["hint"]),
    "CacheList": page("caches", of: text),
    "Cache": object(
      [
        "name": text, "dataset": textOrNull, "tracks": whole, "labels": list(of: text),
        "label_counts": named(whole), "tagged": flag,
        "views": named(
          object(
            [
              "fingerprint": text, "samples": whole, "shape": list(of: whole), "tracks": whole,
              "kind": text, "form": text, "unit": text, "axes": list(of: anObject),
              "columns": list(of: text),
            ], optional: ["columns"])),
        "splits": named(named(whole)), "default_split": textOrNull, "recipe": anything,
        "quarantined": whole, "dropped": whole, "licence": textOrNull,
        "citations": list(of: text), "stamp": text,
      ]),
    "Quarantine": page(
      "files",
      of: object([
        "id": text, "path": text, "label": text, "code": text, "message": text, "hint": text,
      ])),
    "TrackList": page("tracks", of: object(track)),
    "Track": object(
      track.merging([
        "sides": named(textOrNull), "slice_counts": named(wholeOrNull), "source": anObject,
        "figures": anything,
      ]) { $1 }),
    "SliceList": page(
      "slices",
      of: object([
        "slice": whole, "start": whole, "length": whole, "start_seconds": number,
        "seconds": number,
      ])),
    "NeighbourList": object([
      "known": flag, "total": whole,
      "neighbours": list(
        of: object([
          "track": text, "offset": number, "similarity": number, "overlap": number,
          "identical": flag,
        ])),
    ]),
    "Peaks": object([
      "samples_per_peak": whole, "sample_rate": whole, "frames": whole, "low": list(of: number),
      "high": list(of: number),
    ]),
    "Values": object([
      "shape": list(of: whole), "dtype": text, "values": list(of: number),
    ]),
    "Features": object([
      "columns": list(of: text),
      "labels": named(
        object([
          "rows": whole,
          "columns": list(
            of: object([
              "minimum": number, "lower_quartile": number, "median": number,
              "upper_quartile": number, "maximum": number, "mean": number, "deviation": number,
            ])),
        ])),
    ]),
    "SplitList": object([
      "splits": list(
        of: object([
          "name": text, "policy": text, "sides": list(of: object(["name": text, "tracks": whole])),
        ])), "default": textOrNull,
    ]),
    "Split": object([
      "policy": text, "sides": list(of: text), "fingerprint": text, "plan": anObject,
    ]),
    "Audit": object(
      [
        "split": text, "policy": text, "sides": list(of: anObject), "pairs": list(of: anObject),
        "balance": anObject, "distribution": anything,
      ], optional: ["distribution"]),
    "Loader": object([
      "labels": list(of: text), "tagged": flag, "shape": list(of: whole), "samples": whole,
      "longest_batch": whole, "batches_per_epoch": whole, "batches": wholeOrNull, "slots": whole,
      "bytes": whole, "normalisation": anything, "state": anObject, "sample_bytes": whole,
    ]),
    "LoaderTrack": object(["number": whole, "id": text]),
    "RunList": page("runs", of: text),
    "Collection": object([
      "labels": list(of: object(["name": text, "tracks": whole, "sides": named(whole)])),
      "verdicts": list(of: object(["name": text, "tracks": whole])), "flagged": whole,
      "seconds": number,
      "durations": list(of: object(["from": number, "to": number, "tracks": whole])),
    ]),
    "CopyList": object([
      "total": whole, "offset": whole, "known": flag,
      "copies": list(
        of: object([
          "first": text, "second": text, "offset": number, "similarity": number,
          "overlap": number, "identical": flag,
        ])),
    ]),
    "Outcomes": object(["outcomes": named(list(of: outcome)), "totals": named(whole)]),
    "Confusions": page(
      "cells", of: object(["label": text, "predicted": text, "tracks": whole])),
    "MislabelledList": object([
      "total": whole, "offset": whole, "runs": whole,
      "tracks": list(
        of: object([
          "track": text, "labels": list(of: text), "taken_for": text, "runs": whole,
          "wrong": whole, "probability": number,
        ])),
    ]),
    "Map": object(
      [
        "method": text, "columns": whole, "tracks": whole, "explained": list(of: number),
        "perplexity": number, "divergence": number, "placed": whole, "total": whole,
        "offset": whole, "doubtful": whole, "extent": box,
        "points": list(of: object(["track": text, "label": text, "x": number, "y": number])),
        "compact": object([
          "box": box, "labels": list(of: text), "track": list(of: text),
          "label": list(of: whole), "x": list(of: whole), "y": list(of: whole),
        ]),
      ], optional: ["explained", "perplexity", "divergence", "points", "compact"]),
    "Overlay": .object([
      "oneOf": [
        object([
          "file": text, "total": whole, "offset": whole, "corrections": list(of: correction),
        ]),
        // With format=json: the file itself.
        object(["schema": text, "corrections": list(of: correction)]),
      ]
    ]),
    "Correction": correction,
    "KeptCorrection": object(["place": whole, "correction": correction]),
    "JobKinds": object([
      "kinds": list(
        of: object([
          "name": text, "about": text,
          "fields": list(of: object(["name": text, "about": text, "required": flag])),
        ]))
    ]),
    "NewJob": object(["kind": text, "fields": named(text)], optional: ["fields"]),
    "Job": job, "JobList": page("jobs", of: job),
    "Run": object([
      "name": text, "record": anObject, "epochs": list(of: anObject), "result": anything,
    ]),
  ])

  private static let track: [String: JSONValue] = [
    "id": text, "label": text, "labels": list(of: text), "path": text, "md5": textOrNull,
    "xxh3": textOrNull, "artist": textOrNull, "title": textOrNull, "group": textOrNull,
    "frames": whole, "sample_rate": whole, "verdicts": list(of: text), "faults": list(of: text),
    "views": list(of: text),
  ]

  private static let correction = object(
    [
      "track": text, "labels": list(of: text), "group": text, "flag": text, "exclude": flag,
      "author": text, "time": text,
    ], optional: ["labels", "group", "flag", "exclude", "author", "time"])
  private static let outcome = object([
    "track": text, "label": text, "predicted": text, "probability": number,
  ])
  private static let box = object(["left": number, "right": number, "low": number, "high": number])
  private static let job = object([
    "id": whole, "kind": text, "fields": named(text), "arguments": list(of: text), "state": text,
    "exit_code": wholeOrNull, "detail": textOrNull, "starts": whole, "asked": text,
    "began": textOrNull, "ended": textOrNull, "progress": anything,
  ])

  private static let anything: JSONValue = .object([:])
  private static let anObject: JSONValue = .object(["type": "object"])
  private static let text: JSONValue = .object(["type": "string"])
  private static let whole: JSONValue = .object(["type": "integer"])
  private static let number: JSONValue = .object(["type": "number"])
  private static let flag: JSONValue = .object(["type": "boolean"])
  private static let textOrNull: JSONValue = .object(["type": ["string", "null"]])
  private static let wholeOrNull: JSONValue = .object(["type": ["integer", "null"]])

  private static func list(of item: JSONValue) -> JSONValue {
    .object(["type": "array", "items": item])
  }

  private static func named(_ value: JSONValue) -> JSONValue {
    .object(["type": "object", "additionalProperties": value])
  }

  /// An object with these fields and no others.
  private static func object(
    _ fields: [String: JSONValue], optional: Set<String> = []
  ) -> JSONValue {
    .object([
      "type": "object", "properties": .object(fields), "additionalProperties": false,
      "required": .texts(fields.keys.filter { !optional.contains($0) }.sorted()),
    ])
  }

  private static func page(_ name: String, of item: JSONValue) -> JSONValue {
    object(["total": whole, "offset": whole, name: list(of: item)])
  }
}
