import Corpus
import Testing

@testable import DataLoading

/// A source of 16-bit floats gives what one of 32-bit floats with the same numbers does, whatever
/// is done to them.
@Suite struct HalfSourceTests {
  private static let numbers = (0..<3).map { track in
    TrackSource.noise(1_000, seed: track + 1).map { Float16($0 * 90) }
  }

  private static func sources(_ shape: [Int]) -> (halves: TrackSource, floats: TrackSource) {
    let isSignal = shape.count == 1
    return (
      TrackSource(halves: numbers, shape: shape, hop: 100, isSignal: isSignal, offset: 3),
      TrackSource(
        floats: numbers.map { $0.map { Float($0) } }, shape: shape, hop: 100, isSignal: isSignal)
    )
  }

  @Test(arguments: [[300], [20, 15]]) func rowsAreTheSame(_ shape: [Int]) throws {
    let (halves, floats) = Self.sources(shape)
    #expect(halves.count == 24 && floats.count == 24)
    let draws = (0..<24).map { Draw(sample: $0) }
    let plain = try rows(halves, draws: draws)
    #expect(plain == (try rows(floats, draws: draws)))
    #expect(plain[9] == Self.numbers[1][100..<400].map { Float($0) })
    var augmented = augmentation {
      $0.circularShift = .init(share: 0.2)
      $0.mixup = .init(alpha: 0.4)
    }
    if shape.count == 1 {
      augmented.gain = .init(decibels: -6...6)
      augmented.speed = .init(range: 0.9...1.1)
      augmented.randomCrop = .init()
      augmented.noise = .init(probability: 0.7, decibels: 10...30)
    }
    #expect(
      try rows(halves, augmented, draws: draws) == (try rows(floats, augmented, draws: draws)))
    for axis in [SampleStatistics.Axis.overall, .first] {
      let statistics = try SampleStatistics.compute(of: halves, axis: axis)
      #expect(statistics == (try SampleStatistics.compute(of: floats, axis: axis)))
      let normalised = try rows(halves, normalisation: Normalisation(statistics), draws: draws)
      #expect(
        normalised
          == (try rows(floats, normalisation: Normalisation(statistics), draws: draws)))
    }
  }

  @Test func streamedRowsAreTheSame() throws {
    let (halves, _) = Self.sources([300])
    var writer = try SampleWriter(source: halves, seed: 0)
    writer.streamsStores = true
    #expect(try row(&writer, Draw(sample: 0)).row == Self.numbers[0][..<300].map { Float($0) })
  }

  @Test func halvesStayHalves() throws {
    let (halves, _) = Self.sources([300])
    var writer = try SampleWriter(source: halves, dataType: .float16, seed: 0)
    let output = UnsafeMutablePointer<Float16>.allocate(capacity: 300)
    defer { unsafe output.deallocate() }
    try unsafe writer.write(Draw(sample: 8), epoch: 0, to: output)
    #expect((0..<300).allSatisfy { unsafe output[$0] == Self.numbers[1][$0] })
  }

  @Test func theBareGatherTakesThem() throws {
    let (halves, _) = Self.sources([300])
    // It reads where the samples lie, which a source in memory only lends: looking them up is what
    // is seen.
    _ = try GatherBaseline(halves, batchSize: 4)
  }
}
