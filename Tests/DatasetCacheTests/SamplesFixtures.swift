import Corpus
import DatasetCache
import Safetensors
import TestSupport
import Testing

/// What the numbers of a made-up track are, so that any sample read can be checked against them.
struct MadeTrack {
  let id: String
  let label: String
  let frames: Int
  let rows: Int
  /// Whether its waveform is kept in floats.
  let isFloat: Bool

  static let length = 300
  static let hop = 150
  static let shape = [4, 6]

  /// Number `index` of a view's values.
  func number(_ view: View, _ index: Int) -> Float {
    let seed = id.utf8.reduce(UInt64(view.rawValue.utf8.count)) { $0 &* 31 &+ UInt64($1) }
    var generator = SeededGenerator(seed: seed &+ UInt64(index) &* 0x1234_5678_9ABC)
    return Float(Int16.random(in: -999...999, using: &generator))
  }

  func numbers(_ view: View, _ range: Range<Int>) -> [Float] { range.map { number(view, $0) } }

  /// How many slices it has in a view.
  func count(_ view: View) -> Int {
    switch view {
    case .waveform: frames < Self.length ? 0 : (frames - Self.length) / Self.hop + 1
    case .features30s: 1
    default: rows
    }
  }

  /// The numbers of a slice.
  func slice(_ view: View, _ slice: Int) -> [Float] {
    switch view {
    case .waveform: numbers(view, slice * Self.hop..<slice * Self.hop + Self.length)
    case .mel: numbers(view, slice * 24..<(slice + 1) * 24)
    default: numbers(view, slice * 57..<(slice + 1) * 57)
    }
  }

  func prepared(views: [View] = View.loadable, recipe: String = "one") throws -> PreparedTrack {
    var fingerprints: [View: Fingerprint] = [:]
    var values: [PreparedTrack.Value] = []
    for view in views {
      let fingerprint = try fingerprint("\(recipe) \(view.rawValue)")
      fingerprints[view] = fingerprint
      let count = count(view)
      let tensor: Tensor
      switch view {
      case .waveform where !isFloat:
        tensor = Tensor(
          "waveform", shape: [frames], numbers(view, 0..<frames).map { Int16($0) })
      case .waveform: tensor = Tensor("waveform", shape: [frames], numbers(view, 0..<frames))
      case .mel:
        tensor = Tensor("mel", shape: [count] + Self.shape, numbers(view, 0..<count * 24))
      default: tensor = Tensor("features", shape: [count, 57], numbers(view, 0..<count * 57))
      }
      values.append(
        .init(
          view: view, fingerprint: fingerprint, tensors: [tensor],
          slices: .init(count: count, length: Self.length, hop: Self.hop, frames: frames)))
    }
    return PreparedTrack(
      record: TrackRecord(
        id: id, label: label, path: "\(label)/\(id).wav", md5: String(repeating: "0", count: 32),
        frames: frames, sampleRate: 22_050,
        source: .init(
          container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1, frames: frames),
        storage: isFloat ? .float32 : .int16, views: fingerprints),
      stamp: .init(byteCount: 1_444, modifiedNanoseconds: 1_700_000_000_000_000_000),
      values: values)
  }
}

extension View {
  static let loadable: [View] = [.features, .features30s, .waveform, .mel]
}

/// A made-up cache and what is in it.
struct MadeCache {
  let folder: TemporaryFolder
  let tracks: [MadeTrack]

  var path: String { folder.cache }

  /// A card, with which what was stored counts as finished.
  var card: Card {
    Card(
      name: "made", manifest: .init(name: "made", sha256: "00", tracks: tracks.count), recipe: "{}",
      fingerprints: [:], profile: "librosa-0.8", tracks: tracks.count, labels: [:], slices: [:],
      splits: [:], bytes: 1, quarantine: [], licence: nil, citations: [], versions: [:])
  }

  /// Tracks of uneven length and number of slices, some without any, of three labels.
  init(tracks count: Int, seed: UInt64 = 1, views: [View] = View.loadable) throws {
    folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    tracks = (0..<count).map { number in
      MadeTrack(
        id: "track.\(number)", label: ["rock", "blues", "jazz"][number % 3],
        frames: Int.random(in: 200...1_500, using: &generator),
        rows: Int.random(in: 0...5, using: &generator), isFloat: number % 5 == 4)
    }.sorted { ByteOrder.precedes($0.id, $1.id) }
    let cache = try Cache.open(at: folder.cache, for: .creating)
    try cache.store(try tracks.map { try $0.prepared(views: views) })
    try Self.describe(cache, views: views)
  }

  /// These tracks.
  init(_ tracks: [MadeTrack], views: [View]) throws {
    folder = try TemporaryFolder()
    self.tracks = tracks.sorted { ByteOrder.precedes($0.id, $1.id) }
    let cache = try Cache.open(at: folder.cache, for: .creating)
    try cache.store(try self.tracks.map { try $0.prepared(views: views) })
    try Self.describe(cache, views: views)
  }

  static func describe(_ cache: Cache, views: [View], recipe: String = "one") throws {
    var fingerprints: [View: Fingerprint] = [:]
    for view in views { fingerprints[view] = try fingerprint("\(recipe) \(view.rawValue)") }
    try cache.describe(
      CacheDescription(
        recipeJSON: Array("{}".utf8), fingerprints: fingerprints,
        manifest: .init(name: "made", sha256: String(repeating: "0", count: 64), tracks: 1)))
  }

  /// Every slice of a view in the order of samples.
  func slices(_ view: View) -> [(track: Int, slice: Int)] {
    tracks.indices.flatMap { track in
      (0..<tracks[track].count(view)).map { (track, $0) }
    }
  }

  func split(_ policy: SplitPolicy = .stratified, name: String = "half") throws -> Split {
    try Split.make(
      try SplitPlan(policy: policy, seed: 3, division: .ratios([0.6, 0.4]), name: name),
      tracks: tracks.map { SplitTrack(id: $0.id, label: $0.label) })
  }
}

/// The numbers of a sample as floats, 16-bit ones not scaled, with its window.
func numbers(
  _ source: some SampleSource, _ sample: Int
) throws(SampleError) -> (values: [Float], window: SampleWindow) {
  var all: [Float] = []
  var found: SampleWindow?
  try source.read(sample) { bytes, window in
    found = window
    let size = window.type.size
    all = window.elements.map { index in
      window.type == .int16
        ? Float(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: Int16.self))
        : unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: Float.self)
    }
  }
  return (all, found ?? .init(type: .int16, elements: 0..<0, trackElements: 0, isSignal: false))
}
