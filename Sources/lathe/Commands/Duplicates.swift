import ArgumentParser
import Corpus
import DatasetCache
import Preparation

struct Duplicates: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the tracks of a cache that sound the same.",
    discussion: """
      Copies of one recording, whatever their level, encoding or length, and pieces of one recording that \
      overlap by some four seconds or more, found by the acoustic fingerprints that prepare makes of every \
      track. For each pair: where the second begins in the first (in seconds, to 0.02), how alike they are \
      (1 for the same bytes or no bit of the fingerprints differing, 0 as of unrelated music), how long both \
      play the same, whether their labels differ, and whether the manifest knows them as one recording. \
      Grouped splits keep such tracks on one side.

      Examples:
        lathe duplicates gtzan.lathe
        lathe duplicates gtzan.lathe --json | jq '.pairs[] | select(.labelsDiffer)'
        lathe duplicates gtzan.lathe --fail

      Exit code 0 whether there are any or not; with --fail, 1 where there are.
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(help: "Print pairs and groups as JSON.")
  var json = false

  @Flag(help: "End with exit code 1 where any two tracks sound the same.")
  var fail = false

  func run() throws {
    let cache = try Cache.open(at: cache, for: .reading)
    let report = DuplicateReport(
      try cache.neighbours(), records: try cache.trackRecords(),
      unknown: try cache.tracksWithoutFingerprint())
    if json {
      try Output.json(report, pretty: true)
    } else {
      DuplicatesText.lines(report, cache: cache.path).forEach { Output.line($0) }
    }
    if let remark = try Unfinished.remark(cache) { Output.error(remark) }
    if fail, !report.pairs.isEmpty {
      Output.error(
        "lathe: \(DuplicatesText.pairs(report.pairs.count)) of tracks in \(cache.path) sound the same"
      )
      throw ExitCode(Exit.failed)
    }
  }
}

/// What was found, with what the cache knows of the tracks.
struct DuplicateReport: Encodable {
  /// A pair of tracks that sound the same.
  struct Pair: Encodable {
    var first: String
    var second: String
    var firstLabel: String
    var secondLabel: String
    var labelsDiffer: Bool
    /// Seconds; what the second has at t, the first has at t + offset.
    var offset: Double
    var similarity: Double
    /// Seconds.
    var overlap: Double
    var isIdentical: Bool
    /// Whether the manifest puts both into one recording group.
    var isKnown: Bool
  }

  /// Tracks compared.
  var tracks: Int
  /// Of these the tracks that were compared by their bytes only.
  var tracksWithoutFingerprint: Int
  var pairs: [Pair]
  var groups: [[String]]

  init(_ found: Neighbours, records: [TrackRecord], unknown: Int) {
    let ofID = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    tracks = records.count
    tracksWithoutFingerprint = unknown
    groups = found.groups
    pairs = found.pairs.map { pair in
      let (first, second) = (ofID[pair.first], ofID[pair.second])
      let group = first?.group ?? ""
      return Pair(
        first: pair.first, second: pair.second, firstLabel: first?.label ?? "",
        secondLabel: second?.label ?? "", labelsDiffer: first?.label != second?.label,
        offset: pair.offset, similarity: pair.similarity, overlap: pair.overlap,
        isIdentical: pair.isIdentical, isKnown: !group.isEmpty && group == second?.group)
    }
  }
}
