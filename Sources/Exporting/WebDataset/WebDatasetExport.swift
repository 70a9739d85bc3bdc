import Corpus
import DatasetCache
import Files
import Wording

/// Writes samples as tar archives in the layout of WebDataset: `SIDE-%06d.tar`, in which the members of a
/// sample follow each other and share a key without dots.
///
/// Of audio a sample is a whole track with a `.wav` (or the original file), of other views it is a
/// slice with a `.npy`. Beside it lie `.json`, what is known of the track, and `.cls`, the number of
/// its label in decimal digits, -1 for none; where tracks may have several labels, `.tags.npy`, the
/// weight of every label, instead. Tracks come in an order that looks random and is always the same,
/// since readers shuffle only what lies near.
public enum WebDatasetExport {
  /// Bytes of an archive at which the next one is begun.
  public static let usualShardBytes = 500_000_000

  /// Writes the samples.
  ///
  /// - Parameters:
  ///   - shardBytes: at how many bytes of samples an archive ends; one sample it has at least.
  ///   - originals: the audio files, to be copied where all of them have one container that readers
  ///     know; nil for WAV of the stored samples.
  /// - Throws: ``ExportError``; nothing is left behind then.
  public static func write(
    _ content: ExportContent, to target: ExportTarget, shardBytes: Int = usualShardBytes,
    originals: OriginalAudio? = nil
  ) throws(ExportError) {
    let writer = WebDatasetWriter(
      content: content, numbers: try SampleNumbers(of: content), originals: originals)
    try target.fillFolder { folder throws(ExportError) in
      var names = SafeFileNames(limit: 200)
      var done = 0
      var archives: [JSONValue] = []
      for side in content.sides {
        let before = done
        let files = try writer.write(
          side, to: folder, named: names.name(for: side.name), shardBytes: shardBytes
        ) { tracks throws(ExportError) in try target.advance(to: before + tracks) }
        archives.append(.array(files.map(JSONValue.string)))
        done += side.tracks.count
      }
      try ExportTarget.writing(target.path) { () throws(FileError) in
        try ExportRecord.write(
          "webdataset", content, to: folder,
          more: [
            "archives": .array(archives), "members": .array(writer.endings.map(JSONValue.string)),
          ])
      }
    }
  }
}

/// Writes the archives of an export.
private struct WebDatasetWriter {
  let content: ExportContent
  let numbers: SampleNumbers
  let originals: OriginalAudio?
  /// The ending of what a sample is.
  private let ending: String
  private let keys: SampleKeys

  init(content: ExportContent, numbers: SampleNumbers, originals: OriginalAudio?) {
    self.content = content
    self.numbers = numbers
    let original = originals == nil ? nil : OriginalAudio.ending(of: content)
    self.originals = original == nil ? nil : originals
    ending = content.isAudio ? original ?? "wav" : "npy"
    keys = SampleKeys(content)
  }

  /// Whether a sample is a whole track.
  private var isOfTracks: Bool { content.isAudio && !content.dividesTracks }

  /// The endings of a sample's members, in their order.
  var endings: [String] { ["json", content.isTagged ? "tags.npy" : "cls", ending] }

  /// Writes a side.
  ///
  /// - Returns: the names of its archives.
  func write(
    _ side: ExportContent.Side, to folder: String, named name: String, shardBytes: Int,
    _ advance: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> [String] {
    var files = [Self.file(name, 0)]
    var archive = try TarFile("\(folder)/\(files[0])")
    for (done, index) in Self.order(side).enumerated() {
      let entry = side.tracks[index]
      try advance(done)
      for sample in isOfTracks ? entry.samples.prefix(1) : entry.samples {
        let (key, members) = try self.members(sample, entry, side)
        let size = members.reduce(0) { $0 + $1.count + 1_024 }
        if archive.byteCount > 0, archive.byteCount + size > shardBytes {
          try archive.finish()
          files.append(Self.file(name, files.count))
          archive = try TarFile("\(folder)/\(files[files.count - 1])")
        }
        for (ending, bytes) in zip(endings, members) { try archive.add("\(key).\(ending)", bytes) }
      }
    }
    try archive.finish()
    try advance(side.tracks.count)
    return files
  }

  private static func file(_ name: String, _ number: Int) -> String {
    let digits = String(number)
    return "\(name)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).tar"
  }

  /// The tracks in an order that depends on their ids alone and follows nothing in them.
  private static func order(_ side: ExportContent.Side) -> [Int] {
    let draws = side.tracks.map { entry in
      var generator = CounterGenerator(seed: 0, stream: entry.track.record.id)
      return generator.next()
    }
    return side.tracks.indices.sorted { (draws[$0], $0) < (draws[$1], $1) }
  }

  /// The key of a sample and the bytes of its members, in the order of ``endings``.
  private func members(
    _ sample: Int, _ entry: ExportContent.SideTrack, _ side: ExportContent.Side
  ) throws(ExportError) -> (key: String, [[UInt8]]) {
    let slice = side.samples.location(of: sample).slice
    var facts = entry.track.flatFacts
    if content.split != nil { facts["side"] = .string(side.name) }
    if !isOfTracks { facts["slice"] = .integer(Int64(slice)) }
    return (
      keys.key(of: entry.track, slice: isOfTracks ? nil : slice),
      [
        JSONValue.object(facts).canonicalBytes(), label(of: sample, side),
        try data(sample, entry, side),
      ]
    )
  }

  private func label(of sample: Int, _ side: ExportContent.Side) -> [UInt8] {
    guard content.isTagged else { return Array(String(side.samples.label(of: sample)).utf8) }
    var weights = [Float](repeating: 0, count: content.labels.count)
    side.samples.forEachLabel(of: sample) { weights[$0] = $1 }
    var bytes = LittleBytes()
    for weight in weights { bytes.add(weight.bitPattern) }
    return NumpyHeader.bytes("<f4", shape: [weights.count]) + bytes.bytes
  }

  private func data(
    _ sample: Int, _ entry: ExportContent.SideTrack, _ side: ExportContent.Side
  ) throws(ExportError) -> [UInt8] {
    let record = entry.track.record
    if let originals, isOfTracks { return try originals.of(record) }
    var values: [UInt8] = []
    if isOfTracks {
      try numbers.appendTrack(of: sample, in: side.samples, to: &values)
    } else {
      try numbers.append(sample, of: side.samples, to: &values)
    }
    guard content.isAudio else {
      return NumpyHeader.bytes(numbers.numpyName, shape: side.samples.shape) + values
    }
    guard values.count <= WaveBytes.limit else {
      throw .unfit(
        "track \(record.id) has \(values.count) bytes of samples, more than a WAV file holds",
        hint: "copy the original files (--audio), or prepare less of it")
    }
    let header = WaveBytes.header(
      byteCount: values.count, numbers.type, sampleRate: record.sampleRate,
      channels: content.facts?.channels ?? 1)
    return header + values
  }
}

/// The keys of samples: ids without dots, so that what follows the first dot of a member's name tells
/// what it is.
private struct SampleKeys {
  private let keys: [[UInt8]: String]

  init(_ content: ExportContent) {
    var names = SafeFileNames(limit: 200)
    var keys: [[UInt8]: String] = [:]
    // In the order of the ids, so that a clash is resolved alike whatever the sides.
    for track in content.dataset.tracks {
      let plain = track.record.id.spelling { $0 == "." ? "_" : nil }
      keys[Array(track.record.id.utf8)] = names.name(for: plain)
    }
    self.keys = keys
  }

  func key(of track: ExportTrack, slice: Int?) -> String {
    let key = keys[Array(track.record.id.utf8)] ?? "_"
    return slice.map { "\(key)_\($0)" } ?? key
  }
}
