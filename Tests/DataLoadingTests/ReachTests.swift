import Corpus
import Testing

@testable import DataLoading

/// Augmentation reads those numbers of a track that it says it reads, and no other.
@Suite struct ReachTests {
  private static let parts: [(String, Augmentation)] = [
    ("none", Augmentation()), ("crop", augmentation { $0.randomCrop = .init() }),
    ("shift", augmentation { $0.circularShift = .init(share: 0.5) }),
    ("speed", augmentation { $0.speed = .init(range: 0.8...1.25) }),
    (
      "all",
      augmentation {
        $0.speed = .init(range: 0.8...1.25)
        $0.randomCrop = .init()
        $0.circularShift = .init(share: 0.5)
        $0.gain = .init(decibels: -6...6)
        $0.noise = .init(probability: 0.5, decibels: 10...30)
        $0.mixup = .init(alpha: 0.4)
      }
    ),
  ]

  @Test(arguments: parts.indices) func onlyWhatIsCheckedIsRead(_ index: Int) throws {
    let (name, augmentation) = Self.parts[index]
    for source in [
      TrackSource(
        floats: (0..<3).map { TrackSource.noise(1_000, seed: $0) }, shape: [300], hop: 100,
        isSignal: true),
      TrackSource(
        integers: [(0..<700).map { Int16($0 * 40) }, (0..<301).map { Int16($0 * -50) }],
        shape: [300], hop: 100, isSignal: true),
      // A slice of a divided track: nothing lies beside it.
      TrackSource(floats: [TrackSource.noise(300)], shape: [300], isSignal: true),
    ] {
      let draws = (0..<200).map { Draw(sample: $0 % source.count, pass: $0 / source.count) }
      let expected = try rows(source, augmentation, draws: draws)
      let found = try rows(PoisonedSource(of: source), augmentation, draws: draws)
      #expect(found == expected, "\(name)")
      let isFinite = found.allSatisfy { row in row.allSatisfy(\.isFinite) }
      #expect(isFinite, "\(name)")
    }
  }
}

/// A source with other numbers wherever the reader does not say that it reads.
private struct PoisonedSource: SourceInAnother {
  let source: TrackSource

  init(of source: TrackSource) { self.source = source }

  func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try read(sample, reaching: { $0.elements }, body)
  }

  func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try source.read(sample) { track, window in
      let size = window.type.size
      let wanted = reach(window).clamped(to: 0..<window.trackElements)
      var bytes = unsafe track.withUnsafeBytes { unsafe Array($0) }
      for index in bytes.indices where !wanted.contains(index / size) { bytes[index] = 0x7F }
      unsafe body(bytes.span.bytes, window)
    }
  }
}
