import Corpus
import Synchronization

@testable import DataLoading

/// Tracks given as numbers, cut into windows of the samples' length every `hop` numbers.
final class TrackSource: SampleSource {
  let name: String
  let identity = "tracks"
  let shape: [Int]
  let labels: [String]
  let axes: [SampleAxis]
  private let trackBytes: [[UInt8]]
  private let type: SampleType
  private let isSignal: Bool
  private let samples: [(location: SampleLocation, start: Int)]
  /// Added to the address of every track, as in a cache, where values begin at any even address.
  private let offset: Int
  let damaged: Set<Int>
  let kept = Mutex<[SampleStatistics]>([])

  init(
    floats: [[Float]] = [], integers: [[Int16]] = [], halves: [[Float16]] = [], shape: [Int],
    axes: [SampleAxis] = [], hop: Int? = nil,
    isSignal: Bool, labels: [String] = ["a", "b", "c"], offset: Int = 2, damaged: Set<Int> = [],
    name: String = "tracks"
  ) {
    self.name = name
    self.shape = shape
    self.labels = labels
    self.axes = axes
    self.isSignal = isSignal
    self.offset = offset
    self.damaged = damaged
    type = !integers.isEmpty ? .int16 : !halves.isEmpty ? .float16 : .float32
    let padding = [UInt8](repeating: 0, count: offset)
    trackBytes =
      switch type {
      case .int16: integers.map { padding + Self.bytes($0) }
      case .float16: halves.map { padding + Self.bytes($0) }
      case .float32: floats.map { padding + Self.bytes($0) }
      }
    let length = shape.reduce(1, *)
    let size = type.size
    let counts = trackBytes.map { ($0.count - offset) / size }
    samples = counts.enumerated().flatMap { track, count in
      stride(from: 0, through: count - length, by: hop ?? length).enumerated().map {
        (SampleLocation(track: track, slice: $0.offset), $0.element)
      }
    }
  }

  private static func bytes<Number>(_ numbers: [Number]) -> [UInt8] {
    unsafe numbers.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  var count: Int { samples.count }
  func label(of sample: Int) -> Int { samples[sample].location.track % labels.count }
  func location(of sample: Int) -> SampleLocation { samples[sample].location }
  func trackID(_ track: Int) -> String { "track.\(track)" }
  func prefetch(_ sample: Int) {}
  func keptStatistics(_ axis: SampleStatistics.Axis) -> SampleStatistics? {
    kept.withLock { $0.first { $0.axis == axis } }
  }
  func keep(_ statistics: SampleStatistics) { kept.withLock { $0.append(statistics) } }

  func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let (location, start) = samples[sample]
    guard !damaged.contains(sample) else {
      throw SampleError(
        kind: .damaged, subject: "\(name)/\(trackID(location.track))", detail: "checksum differs",
        hint: "verify it")
    }
    let bytes = trackBytes[location.track]
    let window = SampleWindow(
      type: type, elements: start..<start + shape.reduce(1, *),
      trackElements: (bytes.count - offset) / type.size, isSignal: isSignal)
    unsafe body(bytes.span.bytes.extracting(droppingFirst: offset), window)
  }
}

extension TrackSource {
  /// One signal track.
  static func signal(_ track: [Float], length: Int? = nil, hop: Int? = nil) -> TrackSource {
    TrackSource(floats: [track], shape: [length ?? track.count], hop: hop, isSignal: true)
  }

  /// One picture.
  static func picture(_ rows: Int, _ columns: Int, _ numbers: [Float]) -> TrackSource {
    TrackSource(floats: [numbers], shape: [rows, columns], isSignal: false)
  }

  /// Numbers in ±1 that are the same in every run.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var generator = CounterGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.fraction() * 2 - 1) }
  }
}

/// What a new writer makes of some draws.
func rows(
  _ source: any SampleSource, _ augmentation: Augmentation? = nil,
  normalisation: Normalisation? = nil, draws: [Draw] = [Draw(sample: 0)], epoch: Int = 0,
  seed: UInt64 = 7
) throws -> [[Float]] {
  var writer = try SampleWriter(
    source: source, augmentation: augmentation, normalisation: normalisation, seed: seed)
  return try draws.map { try row(&writer, $0, epoch: epoch).row }
}

/// What a writer of float32 makes of a draw.
func row(
  _ writer: inout SampleWriter, _ draw: Draw, epoch: Int = 0
) throws(SampleError) -> (row: [Float], distribution: [Float]) {
  // One more than is needed, to see that nothing is written past the end.
  let (elements, labels) = (writer.elements, writer.distributionCount)
  let output = UnsafeMutablePointer<Float>.allocate(capacity: elements + 1)
  let distribution = UnsafeMutablePointer<Float>.allocate(capacity: labels + 1)
  unsafe output.initialize(repeating: .nan, count: elements + 1)
  unsafe distribution.initialize(repeating: .nan, count: labels + 1)
  defer {
    unsafe output.deallocate()
    unsafe distribution.deallocate()
  }
  try unsafe writer.write(draw, epoch: epoch, to: output, distribution: distribution)
  let ends = unsafe output[elements].isNaN && distribution[labels].isNaN
  guard ends else { return ([], []) }
  return unsafe (
    Array(UnsafeBufferPointer(start: output, count: elements)),
    Array(UnsafeBufferPointer(start: distribution, count: labels))
  )
}

/// An augmentation with one part set.
func augmentation(_ set: (inout Augmentation) -> Void) -> Augmentation {
  var augmentation = Augmentation()
  set(&augmentation)
  return augmentation
}
