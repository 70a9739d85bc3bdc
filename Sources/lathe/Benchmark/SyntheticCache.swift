import Corpus
import DatasetCache
import Safetensors
import Preparation

/// A cache of made-up tracks, for measuring what depends on their number and not on what they hold.
struct SyntheticCache {
  /// How many tracks.
  var tracks: Int
  /// Rows of features of each.
  var rows: Int

  /// Tracks of one transaction.
  private static let batch = 5_000

  /// Writes the cache: the view `features`, ten labels, a stratified split named `synthetic` into
  /// 0.8 / 0.1 / 0.1, and the index. A million tracks take minutes.
  ///
  /// - Parameter path: where there is nothing yet.
  func write(to path: String) throws {
    let cache = try Cache.open(at: path, for: .creating)
    let fingerprint = try Fingerprint(hashing: Array("synthetic".utf8))
    var members: [SplitTrack] = []
    for start in stride(from: 0, to: tracks, by: Self.batch) {
      let batch = (start..<min(start + Self.batch, tracks)).map { track($0, fingerprint) }
      try cache.store(batch)
      members += batch.map { SplitTrack(id: $0.record.id, label: $0.record.label) }
    }
    try cache.describe(
      CacheDescription(
        recipeJSON: Array("{}".utf8), fingerprints: [.features: fingerprint],
        manifest: ManifestReference(
          name: "synthetic", sha256: String(repeating: "0", count: 64), tracks: tracks)))
    let plan = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.8, 0.1, 0.1]), name: "synthetic")
    try cache.putSplit(try Split.make(plan, tracks: members))
    try cache.writeIndex()
  }

  private func track(_ number: Int, _ fingerprint: Fingerprint) -> PreparedTrack {
    let label = "label\(number % 10)"
    let digits = String(number)
    let id = "\(label).\(String(repeating: "0", count: max(0, 7 - digits.count)))\(digits)"
    let frames = 66_150 * rows + 1
    let values = (0..<57 * rows).map { Float((number + $0) % 1_000) }
    return PreparedTrack(
      record: TrackRecord(
        id: id, label: label, path: "\(label)/\(id).wav", md5: String(repeating: "0", count: 32),
        frames: frames, sampleRate: 22_050,
        source: .init(
          container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1, frames: frames),
        storage: .int16, views: [.features: fingerprint]),
      stamp: SourceStamp(byteCount: Int64(frames) * 2 + 44, modifiedNanoseconds: 0),
      values: [
        PreparedTrack.Value(
          view: .features, fingerprint: fingerprint,
          tensors: [Tensor("features", shape: [rows, 57], values)],
          slices: SliceIndex(count: rows, length: 66_149, hop: 66_150, frames: frames))
      ])
  }
}
