import AudioIO
import Corpus
import DatasetCache
import Safetensors
import SignalKit
import Testing

@testable import Preparation

/// Views that are stored in 16-bit floats.
@Suite struct PrecisionTests {
  private let folder: MusicFolder

  init() throws { folder = try MusicFolder() }

  private static func recipe(_ precision: ViewPrecision, of views: [View]) throws -> Recipe {
    var recipe = try Recipe.small()
    for view in views { recipe.views[view]?.precision = precision }
    return recipe
  }

  /// The type and the numbers of a stored value.
  private static func stored(
    _ view: View, of track: String, in cache: Cache
  ) throws -> (type: Tensor.DataType, values: [Float]) {
    let fingerprint = try #require(try cache.fingerprints()[view])
    let type = try cache.withValue(of: view, fingerprint: fingerprint, track: track) { value in
      (try? SafetensorsHeader(of: value))?.entries.first?.dataType
    }
    let values = try #require(try cache.floats(of: view, track: track)).values
    return (try #require(type ?? nil), values)
  }

  @Test func picturesAreRoundedToTheNearest() throws {
    try folder.music()
    try folder.prepare(.small(), cache: "\(folder.path)/full")
    let summary = try folder.prepare(Self.recipe(.float16, of: [.mel]))
    #expect(summary.overflows.isEmpty)
    let (full, half) = (try folder.open("\(folder.path)/full"), try folder.open())
    let exact = try Self.stored(.mel, of: "jazz.00001", in: full)
    let rounded = try Self.stored(.mel, of: "jazz.00001", in: half)
    #expect(exact.type == .float32 && rounded.type == .float16)
    #expect(rounded.values == exact.values.map { Float(Float16($0)) })
    #expect(rounded.values != exact.values)
    // 2 pictures of 32 × 16 numbers take two pages a track, and their halves one.
    let before = try #require(try full.summary().views[.mel]?.bytes)
    #expect(summary.bytes[.mel] == before - 4 * 4_096)
    #expect(try half.verify() == [])
    #expect(try half.fingerprints()[.mel] != full.fingerprints()[.mel])
    #expect(try half.fingerprints()[.features] == full.fingerprints()[.features])
  }

  @Test func samplesAreReadInTheirType() throws {
    try folder.music()
    try folder.prepare(Self.recipe(.float16, of: [.mel, .features]))
    let cache = try Cache.open(at: folder.cache, for: .loading)
    for view in [View.mel, .features] {
      let samples = try cache.samples(view: view)
      let stored = try Self.stored(view, of: "blues.00000", in: cache)
      let size = samples.shape.reduce(1, *)
      for sample in 0..<2 {
        var found: [Float] = []
        try samples.read(sample) { bytes, window in
          guard window.type == .float16 else { return }
          found = window.elements.map {
            Float(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 2, as: Float16.self))
          }
        }
        #expect(found == Array(stored.values[sample * size..<(sample + 1) * size]))
      }
    }
  }

  /// 16-bit samples lose nothing and gain nothing by it; floats are halved.
  @Test func integersStayAndFloatSamplesAreRounded() throws {
    let floats = Wave.notes(seed: 4).map { Float($0) / 30_011 }
    try folder.write(Wave.float(floats), "rock/float.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 5)), "rock/integer.wav")
    try folder.prepare(Self.recipe(.float16, of: [.waveform]))
    let cache = try folder.open()
    let (float, integer) = (
      try Self.stored(.waveform, of: "float", in: cache),
      try Self.stored(.waveform, of: "integer", in: cache)
    )
    #expect(integer.type == .int16 && integer.values == Wave.notes(seed: 5).map { Float($0) })
    #expect(float.type == .float16 && float.values == floats.map { Float(Float16($0)) })
  }

  /// Spectral variances are in Hz², far beyond 65,504.
  @Test func whatIsBeyondIsCountedAndNeverInfinite() throws {
    try folder.music(labels: ["blues"], count: 2)
    try folder.prepare(.small(), cache: "\(folder.path)/full")
    let summary = try folder.prepare(Self.recipe(.float16, of: [.features, .mel]))
    let full = try folder.open("\(folder.path)/full")
    let tracks = try ["blues.00000", "blues.00001"].map {
      try Self.stored(.features, of: $0, in: full).values
    }
    let beyond = tracks.joined().count { abs($0) >= 65_520 }
    #expect(beyond > 0)
    #expect(summary.overflows == [.features: ViewOverflow(tracks: 2, numbers: beyond)])
    let stored = try Self.stored(.features, of: "blues.00001", in: folder.open()).values
    #expect(stored == tracks[1].map { abs($0) >= 65_520 ? 65_504 : Float(Float16($0)) })
    #expect(try folder.open().verify() == [])
  }

  @Test func filesAreRoundedAsTheirCache() throws {
    let path = try folder.write(
      Wave.float(Wave.notes(seed: 4).map { Float($0) / 30_011 }), "rock/a.wav")
    let recipe = try Self.recipe(.float16, of: [.mel, .waveform])
    try folder.prepare(recipe)
    for view in [View.mel, .waveform] {
      let stored = try Self.stored(view, of: "a", in: folder.open()).values
      var reader = try FileSamples(view, recipe: recipe)
      let samples = try reader.samples(of: AudioSource(path: path), labels: ["rock"])
      // The second slice: a picture, or a window that begins 2,000 samples on.
      let start = view == .mel ? 32 * 16 : 2_000
      var found: [Float] = []
      try samples.read(1) { bytes, window in
        found = window.elements.map {
          unsafe bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
        }
      }
      #expect(found == Array(stored[start..<start + found.count]) && found.count >= 512)
    }
  }

  @Test func roundingKeepsWithinItsRange() {
    let (halves, beyond) = HalfPrecision.rounded(
      [1, -2.5, 65_519, 65_520, -1e30, 0x1p-24, 0x1p-26, 1 + 0x1p-11, 1 + 3 * 0x1p-11])
    #expect(halves == [1, -2.5, 65_504, 65_504, -65_504, 0x1p-24, 0, 1, 1 + 0x1p-9])
    #expect(beyond == 2)
    #expect(HalfPrecision.rounded([]).halves.isEmpty)
  }
}
