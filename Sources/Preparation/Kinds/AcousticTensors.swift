internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// How a cache keeps an acoustic fingerprint: two tensors, I32 [words], whose numbers are bit patterns.
enum AcousticTensors {
  private static let words = "words"
  private static let reliable = "reliable"

  static func tensors(of fingerprint: AcousticFingerprint) -> [Tensor] {
    func tensor(_ name: String, _ words: [UInt32]) -> Tensor {
      Tensor(name, shape: [words.count], words.map(Int32.init(bitPattern:)))
    }
    return [tensor(words, fingerprint.words), tensor(reliable, fingerprint.reliable)]
  }

  /// - Throws: `CacheError` `.invalidTensors` where the value is none.
  static func fingerprint(in value: RawSpan) throws(CacheError) -> AcousticFingerprint {
    let header: SafetensorsHeader
    do { header = try SafetensorsHeader(of: value) } catch { throw CacheError(error) }
    guard let words = header[words]?.int32s(in: value),
      let reliable = header[reliable]?.int32s(in: value), words.count == reliable.count
    else {
      throw CacheError(
        kind: .invalidTensors, operation: "read", subject: "an acoustic fingerprint",
        detail: "it lacks its words or their masks", hint: "prepare the track again")
    }
    return AcousticFingerprint(
      words: words.map(UInt32.init(bitPattern:)), reliable: reliable.map(UInt32.init(bitPattern:)))
  }
}
