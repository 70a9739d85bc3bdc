public import Corpus
import DatasetCache
import Files

/// Writes the labels of tracks as JAMS, the JSON Annotated Music Specification: one file a track.
///
/// The annotation is of the namespace `tag_gtzan` where all labels of the dataset are GTZAN's, whose
/// `hiphop` is `hip-hop` there, and else of `tag_open`. A label's weight is its confidence. Licence,
/// source, group, side, faults and verdicts stand in the sandbox, for which the form has no other
/// place.
public enum JAMSExport {
  /// The version of the form.
  private static let version = "0.3.4"
  private static let genres: Set = [
    "blues", "classical", "country", "disco", "hiphop", "hip-hop", "jazz", "metal", "pop", "reggae",
    "rock",
  ]

  /// Writes a file `TRACK.jams` for every track.
  ///
  /// - Parameters:
  ///   - dataset: what is known of the tracks.
  ///   - split: a split whose sides are written; nil for none.
  /// - Throws: ``ExportError``; nothing is left behind then.
  public static func write(
    _ dataset: ExportDataset, split: Split?, to target: ExportTarget
  ) throws(ExportError) {
    let labels = Set(dataset.tracks.flatMap(\.record.labelNames))
    let namespace = labels.isSubset(of: genres) && !labels.isEmpty ? "tag_gtzan" : "tag_open"
    // Slices of one track may lie on several sides.
    let split = split?.plan.policy == .slices ? nil : split
    try target.fillFolder { folder throws(ExportError) in
      var names = SafeFileNames(limit: 240, taken: [ExportRecord.file])
      for (done, track) in dataset.tracks.enumerated() {
        try target.advance(to: done)
        let side = split?.side(of: track.record.id, slice: 0)
        let value = json(track, dataset, namespace, side: side)
        var file = try ExportFile("\(folder)/\(names.name(for: track.record.id)).jams")
        try file.write(value.canonicalBytes() + [UInt8(ascii: "\n")])
        try file.finish()
      }
      try target.advance(to: dataset.tracks.count)
      try ExportTarget.writing(target.path) { () throws(FileError) in
        try ExportRecord.write("jams", dataset, to: folder)
      }
    }
  }

  private static func json(
    _ track: ExportTrack, _ dataset: ExportDataset, _ namespace: String, side: String?
  ) -> JSONValue {
    let record = track.record
    let seconds = JSONValue.number(track.seconds)
    let weights = record.tags?.weights ?? record.labelNames.map { _ in 1 }
    let data = zip(record.labelNames, weights).map { label, weight in
      JSONValue.object([
        "time": .number(0), "duration": seconds,
        "value": .string(namespace == "tag_gtzan" && label == "hiphop" ? "hip-hop" : label),
        "confidence": .number(Double(weight)),
      ])
    }
    var sandbox = track.facts
    sandbox["dataset"] = .string(dataset.name)
    sandbox["side"] = side.map(JSONValue.string)
    sandbox["citations"] = .array(dataset.citations.map(JSONValue.string))
    return .object([
      "annotations": .array([
        .object([
          "annotation_metadata": .object([
            "annotation_rules": .string(""), "annotation_tools": .string(""),
            "annotator": .object([:]), "corpus": .string(dataset.name),
            "curator": .object(["name": .string(""), "email": .string("")]),
            "data_source": .string(dataset.citations.first ?? dataset.name),
            "validation": .string(""), "version": .string(dataset.version ?? ""),
          ]),
          "data": .array(data), "duration": seconds, "namespace": .string(namespace),
          "sandbox": .object([:]), "time": .number(0),
        ])
      ]),
      "file_metadata": .object([
        "artist": .string(record.artist ?? ""), "duration": seconds,
        "identifiers": .object(["lathe": .string(record.id)]), "jams_version": .string(version),
        "release": .string(""), "title": .string(record.title ?? ""),
      ]),
      "sandbox": .object(sandbox),
    ])
  }
}
