import Corpus
import Testing

@testable import DataLoading

/// Rows as such: plain, in float16, the same from every writer; and what is refused.
@Suite struct SampleWriterTests {
  private static let everything = augmentation {
    $0.speed = .init(range: 0.9...1.1)
    $0.randomCrop = .init()
    $0.circularShift = .init(share: 0.2)
    $0.gain = .init(decibels: -6...6)
    $0.polarity = .init()
    $0.noise = .init(probability: 0.7, decibels: 10...30)
    $0.mixup = .init(alpha: 0.4)
  }

  private static func source() -> TrackSource {
    TrackSource(
      floats: (0..<4).map { TrackSource.noise(1_000, seed: $0) }, shape: [300], hop: 100,
      isSignal: true)
  }

  @Test func plainRowsAreTheSamples() throws {
    let source = Self.source()
    for sample in 0..<source.count {
      let start = sample % 8 * 100
      let track = TrackSource.noise(1_000, seed: UInt64(sample / 8))
      let row = try rows(source, draws: [Draw(sample: sample)])[0]
      #expect(row == Array(track[start..<start + 300]))
    }
  }

  @Test func rowsDependOnNothingButTheDraw() throws {
    let source = Self.source()
    let draws = (0..<60).map { Draw(sample: $0 % source.count, pass: $0 / 20) }
    let all = try rows(source, Self.everything, draws: draws, epoch: 2)
    var backwards = try rows(source, Self.everything, draws: draws.reversed(), epoch: 2)
    backwards.reverse()
    #expect(all == backwards)
    for (draw, expected) in zip(draws, all).prefix(8) {
      #expect(try rows(source, Self.everything, draws: [draw], epoch: 2)[0] == expected)
    }
    #expect(Set(all).count == 60)
    #expect(try rows(source, Self.everything, draws: draws, epoch: 3) != all)
    #expect(try rows(source, Self.everything, draws: draws, epoch: 2, seed: 8) != all)
  }

  @Test func onePartDoesNotMoveAnother() throws {
    let source = TrackSource.signal((1...50).map { Float($0) }, length: 10)
    let draws = (0..<50).map { Draw(sample: 0, pass: $0) }
    let crops = try rows(source, augmentation { $0.randomCrop = .init() }, draws: draws)
    let flipped = augmentation {
      $0.randomCrop = .init()
      $0.polarity = .init()
    }
    let both = try rows(source, flipped, draws: draws)
    #expect(both.map { row in row.map { abs($0) } } == crops)
    #expect(both != crops)
  }

  @Test func halvesAreRoundedFloats() throws {
    for shape in [[300], [20, 15]] {
      let source = TrackSource(
        floats: [TrackSource.noise(900)], shape: shape, isSignal: shape.count == 1)
      let statistics = SampleStatistics(
        axis: .overall, samples: 3, means: [0.1], deviations: [0.3])
      let mixed = augmentation { $0.mixup = .init(alpha: 1) }
      for augmentation in [nil, mixed] {
        for normalisation in [nil, Normalisation(statistics)] {
          let floats = try rows(source, augmentation, normalisation: normalisation)[0]
          var writer = try SampleWriter(
            source: source, dataType: .float16, augmentation: augmentation,
            normalisation: normalisation, seed: 7)
          #expect(writer.rowBytes == 600)
          let output = UnsafeMutablePointer<Float16>.allocate(capacity: 300)
          defer { unsafe output.deallocate() }
          try unsafe writer.write(Draw(sample: 0), epoch: 0, to: output)
          #expect((0..<300).allSatisfy { unsafe output[$0] == Float16(floats[$0]) })
        }
      }
    }
  }

  @Test func longRowsInHalvesAreWhole() throws {
    let integers = (0..<9_000).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    let source = TrackSource(integers: [integers], shape: [9_000], isSignal: true)
    var writer = try SampleWriter(source: source, dataType: .float16, seed: 0)
    let output = UnsafeMutablePointer<Float16>.allocate(capacity: 9_000)
    defer { unsafe output.deallocate() }
    try unsafe writer.write(Draw(sample: 0), epoch: 0, to: output)
    #expect((0..<9_000).allSatisfy { unsafe output[$0] == Float16(Float(integers[$0]) / 32_768) })
  }

  @Test func streamedRowsAreTheSame() throws {
    for source in [
      Self.source(),
      TrackSource(integers: [(0..<300).map { $0 * 100 }], shape: [300], isSignal: true),
    ] {
      var writer = try SampleWriter(source: source, seed: 0)
      let plain = try row(&writer, Draw(sample: 0)).row
      writer.streamsStores = true
      #expect(try row(&writer, Draw(sample: 0)).row == plain)
    }
  }

  @Test func windowsOutsideTheirTrackAreRefused() throws {
    let source = TrackSource.signal([1, 2, 3, 4])
    let lying = LyingSource(of: source)
    var writer = try SampleWriter(source: lying, seed: 0)
    #expect(throws: SampleError.self) { try row(&writer, Draw(sample: 0)) }
    #expect(throws: SampleError.self) {
      try SampleStatistics.compute(of: lying, axis: .overall)
    }
  }

  @Test func partsThatDoNotFitAreRefused() throws {
    let wave = TrackSource.signal([1, 2, 3, 4])
    let picture = TrackSource.picture(2, 3, [1, 2, 3, 4, 5, 6])
    let features = TrackSource(floats: [[1, 2, 3]], shape: [3], isSignal: false)
    func refusal(
      _ source: TrackSource, _ set: (inout Augmentation) -> Void
    ) -> String? {
      do {
        _ = try SampleWriter(source: source, augmentation: augmentation(set), seed: 0)
        return nil
      } catch {
        return error.subject
      }
    }
    for source in [picture, features] {
      #expect(refusal(source) { $0.speed = .init(factors: [0.9]) } == "speed")
      #expect(refusal(source) { $0.randomCrop = .init() } == "random_crop")
      #expect(refusal(source) { $0.gain = .init(decibels: 0...1) } == "gain")
      #expect(refusal(source) { $0.polarity = .init() } == "polarity")
      #expect(refusal(source) { $0.noise = .init(decibels: 0...1) } == "noise")
    }
    #expect(refusal(features) { $0.circularShift = .init(share: 0.1) } == "circular_shift")
    #expect(refusal(picture) { $0.circularShift = .init(share: 0.1) } == nil)
    for source in [wave, features] {
      #expect(refusal(source) { $0.specAugment = masks(1, 1) } == "spec_augment")
    }
    #expect(refusal(picture) { $0.specAugment = masks(3, 2) } == nil)
    #expect(refusal(picture) { $0.specAugment = masks(4, 2) } == "spec_augment.time_width")
    #expect(refusal(picture) { $0.specAugment = masks(3, 3) } == "spec_augment.frequency_width")
    for source in [wave, picture, features] {
      #expect(refusal(source) { $0.mixup = .init(alpha: 0.2) } == nil)
      #expect(refusal(source) { $0.mixup = .init(alpha: .nan) } == "mixup.alpha")
    }
  }

  private func masks(_ time: Int, _ frequency: Int) -> Augmentation.SpecAugment {
    .init(timeMasks: 1, timeWidth: time, frequencyMasks: 1, frequencyWidth: frequency)
  }
}

/// A source whose windows end past their track.
private struct LyingSource: SourceInAnother {
  let source: TrackSource

  init(of source: TrackSource) { self.source = source }

  func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try source.read(sample) { bytes, window in
      let elements = window.elements.lowerBound + 1..<window.elements.upperBound + 1
      body(
        bytes,
        SampleWindow(
          type: window.type, elements: elements, trackElements: window.trackElements + 1,
          isSignal: true))
    }
  }
}
