import Foundation
import TestSupport

/// A folder with a small collection, a small recipe, and whatever a test makes of them.
final class Collection: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init(tracks: Int = 4) throws {
    folder = try TemporaryFolder()
    for index in 0..<tracks {
      try write(Self.wave(seed: index), "audio/\(["blues", "jazz"][index % 2])/t\(index).wav")
    }
    try write(Array(Self.recipe.utf8), "small.json")
  }

  var audio: String { "\(path)/audio" }
  var cache: String { "\(path)/cache" }
  var recipe: String { "\(path)/small.json" }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try folder.write(bytes, name)
  }

  /// Runs `lathe prepare` on the collection with the small recipe.
  func prepare(_ more: String..., cache: String? = nil) throws -> Program.Result {
    try Program.start(arguments(more, cache: cache)).end()
  }

  func arguments(_ more: [String], cache: String? = nil) -> [String] {
    ["prepare", audio, "--cache", cache ?? self.cache, "--recipe", recipe] + more
  }

  func digest(_ cache: String? = nil) throws -> String {
    try Program.run("inspect", cache ?? self.cache, "--digest").output
  }

  static let recipe = """
    {"schema": "lathe.recipe/1", "name": "small", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "features": {"slices": {"length": 4000, "hop": 4000}},
       "features-30s": {"slices": {}},
       "waveform": {"slices": {"length": 4000, "hop": 2000}},
       "mel": {"slices": {"length": 4000, "hop": 4000}, "transformLength": 512, "bands": 16}}}
    """

  /// A changing tone of 1.2 s, 16 bits, 8,000 Hz.
  static func wave(seed: Int) -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    let data = (0..<9_600).flatMap { index in
      let pitch = 200 + 37 * Double(seed) + 50 * Double(index / 3_000)
      return bytes(Int16(8_000 * sin(2 * .pi * pitch * Double(index) / 8_000)))
    }
    return Array("RIFF".utf8) + bytes(UInt32(data.count + 36)) + Array("WAVEfmt ".utf8)
      + bytes(UInt32(16)) + bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(UInt32(8_000))
      + bytes(UInt32(16_000)) + bytes(UInt16(2)) + bytes(UInt16(16)) + Array("data".utf8)
      + bytes(UInt32(data.count)) + data
  }
}
