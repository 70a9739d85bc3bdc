import ArgumentParser
import Corpus
import Files
import Foundation
import Preparation
import Wording

struct BenchManifest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Reading a made-up manifest: from the file to tracks that were checked, one thread.")

  @OptionGroup var options: BenchOptions

  @Option(help: "How many tracks it has.")
  var tracks = 100_000

  func validate() throws {
    guard (1...2_000_000).contains(tracks) else {
      throw ValidationError("--tracks \(tracks): give 1 to 2,000,000.")
    }
    if options.audio != nil || options.against != nil {
      throw ValidationError("bench manifest takes neither --audio nor --against.")
    }
  }

  func run() throws {
    let path = BenchFolder.temporary("manifest") + ".json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = try MadeUpManifest(tracks: tracks).write(to: path)
    let before = ProcessUsage.now().peakBytes
    let timing = try Stopwatch.measure(seconds: options.seconds) {
      let manifest = try Catalogue.manifest(path, option: "manifest")
      guard manifest.tracks.count == tracks else { throw ExitCode(Exit.failed) }
    }
    try options.show(
      "manifest (\(Words.count(tracks)) tracks, \(Words.bytes(bytes)))",
      [
        Figure("read and checked", timing.median, "s"),
        Figure("a track", timing.median / Double(tracks) * 1e6, "µs"),
        Figure("megabytes a second", Double(bytes) / timing.median / 1e6, "MB/s"),
        Figure("peak memory before", Double(before) / 1e6, "MB"),
        Figure("peak memory", Double(ProcessUsage.now().peakBytes) / 1e6, "MB"),
      ])
  }
}

/// A manifest with artists, titles and a published split, as large collections have them.
private struct MadeUpManifest {
  let tracks: Int

  /// Writes it piece by piece, so that the memory of a reading is not hidden by that of the writing.
  /// - Returns: its size in bytes.
  func write(to path: String) throws -> Int {
    try Data().write(to: URL(filePath: path))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    var size = 0
    func put(_ text: String) throws {
      let data = Data(text.utf8)
      try file.write(contentsOf: data)
      size += data.count
    }
    let labels = (0..<50).map { "\"label \($0)\"" }.joined(separator: ", ")
    try put(
      "{\"schema\": \"lathe.manifest/1\", \"name\": \"made-up\", \"version\": \"1\", "
        + "\"labels\": [\(labels)], \"splits\": {\"published\": {\"sides\": {")
    for (side, range) in zip(
      ["train", "test"], [0..<(tracks - tracks / 5), (tracks - tracks / 5)..<tracks])
    {
      try put(side == "train" ? "\"train\": [" : "], \"test\": [")
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 1_000) {
        let ids = (start..<min(range.upperBound, start + 1_000)).map { "\"\(Self.id($0))\"" }
        try put((start == range.lowerBound ? "" : ",\n") + ids.joined(separator: ",\n"))
      }
    }
    try put("]}}}, \"tracks\": [\n")
    for start in stride(from: 0, to: tracks, by: 1_000) {
      let lines = (start..<min(tracks, start + 1_000)).map(Self.line)
      try put((start == 0 ? "" : ",\n") + lines.joined(separator: ",\n"))
    }
    try put("\n]}\n")
    try file.close()
    return size
  }

  private static func id(_ number: Int) -> String { "track-\(number)" }

  private static func line(_ number: Int) -> String {
    "{\"id\": \"\(id(number))\", \"path\": \"\(number % 1_000)/\(id(number)).mp3\", "
      + "\"label\": \"label \(number % 50)\", \"artist\": \"artist \(number / 10)\", "
      + "\"title\": \"title \(number)\"}"
  }
}
