import DatasetCache
import FoundationEssentials
import Glibc
import Safetensors
import TestSupport
import Testing

extension TemporaryFolder {
  /// The cache of a test.
  var cache: String { path("cache") }
}

func writeFile(_ content: [UInt8], to path: String) {
  guard let file = unsafe fopen(path, "wb") else { return }
  unsafe fwrite(content, 1, content.count, file)
  unsafe fclose(file)
}

func fingerprint(_ text: String) throws -> Fingerprint {
  try Fingerprint(hashing: Array(text.utf8))
}

func copied(_ span: RawSpan?) -> [UInt8] {
  guard let span else { return [] }
  return unsafe span.withUnsafeBytes { unsafe Array($0) }
}

/// A small track with the views given, its numbers made from its id alone.
func preparedTrack(
  _ id: String, views: [View] = [.features, .waveform], recipe: String = "one",
  path: String? = nil, computed: [View]? = nil
) throws -> PreparedTrack {
  let frames = 700
  var generator = SeededGenerator(seed: id.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
  var fingerprints: [View: Fingerprint] = [:]
  var values: [PreparedTrack.Value] = []
  for view in views {
    fingerprints[view] = try fingerprint("\(recipe) \(view.rawValue)")
    guard (computed ?? views).contains(view) else { continue }
    let samples = (0..<frames).map { _ in Int16.random(in: -999...999, using: &generator) }
    let rows = (0..<2 * 57).map { _ in Float.random(in: -1...1, using: &generator) }
    let tensor =
      view == .waveform
      ? Tensor("samples", shape: [frames], samples) : Tensor("rows", shape: [2, 57], rows)
    values.append(
      .init(
        view: view, fingerprint: try fingerprint("\(recipe) \(view.rawValue)"),
        tensors: [tensor], slices: .init(count: 2, length: 300, hop: 350, frames: frames)))
  }
  return PreparedTrack(
    record: TrackRecord(
      id: id, label: String(id.prefix { $0 != "." }), path: path ?? "\(id).wav",
      md5: String(repeating: "0", count: 32), frames: frames, sampleRate: 22_050,
      source: .init(
        container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1, frames: frames),
      storage: .int16, views: fingerprints),
    stamp: .init(byteCount: 1_444, modifiedNanoseconds: 1_700_000_000_000_000_000),
    values: values)
}

func kind(_ body: () throws -> Void) -> CacheError.Kind? {
  #expect(throws: CacheError.self) { try body() }?.kind
}
