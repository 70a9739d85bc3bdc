import Corpus
import Testing

@testable import DataLoading

/// What each part does to a signal, on signals for which the answer is known.
@Suite struct WaveformAugmentationTests {
  private static let ramp = (0..<100).map { Float($0) }
  private static let draws = (0..<200).map { Draw(sample: 0, pass: $0) }

  private static func meanSquare(_ numbers: [Float]) -> Double {
    numbers.reduce(0) { $0 + Double($1) * Double($1) } / Double(numbers.count)
  }

  @Test func gainInDecibels() throws {
    let source = TrackSource.signal(Self.ramp)
    for (decibels, factor) in [(-6.020599913, 0.5), (20, 10), (0, 1)] {
      let half = augmentation { $0.gain = .init(decibels: decibels...decibels) }
      let row = try rows(source, half)[0]
      #expect(zip(row, Self.ramp).allSatisfy { abs($0 - $1 * Float(factor)) <= 1e-6 * $1 })
    }
    let range = augmentation { $0.gain = .init(decibels: -6...6) }
    let levels = try rows(source, range, draws: Self.draws).map { $0[10] / 10 }
    #expect(levels.allSatisfy { $0 >= 0.5011 && $0 <= 1.9954 })
    #expect(Set(levels).count == 200)
    #expect(abs(levels.count { $0 > 1 } - 100) < 36)
  }

  @Test func gainOfIntegersIsThatOfFloats() throws {
    let integers: [Int16] = (0..<100).map { $0 * 300 - 15_000 }
    let source = TrackSource(integers: [integers], shape: [100], isSignal: true)
    let floats = TrackSource.signal(integers.map { Float($0) / 32_768 })
    let all = augmentation {
      $0.speed = .init(factors: [0.9, 1.1])
      $0.circularShift = .init(share: 0.3)
      $0.gain = .init(decibels: -6...6)
      $0.polarity = .init()
      $0.noise = .init(decibels: 10...20)
    }
    #expect(try rows(source, all, draws: Self.draws) == rows(floats, all, draws: Self.draws))
    #expect(try rows(source) == rows(floats))
  }

  @Test func polarityFlipsWithItsProbability() throws {
    let source = TrackSource.signal(Self.ramp)
    for (probability, low, high) in [(0.0, 0, 0), (0.5, 64, 136), (1, 200, 200)] {
      let flip = augmentation { $0.polarity = .init(probability: probability) }
      let all = try rows(source, flip, draws: Self.draws)
      let flipped = all.count { $0 == Self.ramp.map { -$0 } }
      #expect(flipped + all.count { $0 == Self.ramp } == 200)
      #expect((low...high).contains(flipped))
    }
  }

  @Test func shiftRotates() throws {
    let source = TrackSource.signal(Self.ramp)
    let shift = augmentation { $0.circularShift = .init(share: 0.1) }
    var shifts: Set<Int> = []
    for row in try rows(source, shift, draws: Self.draws) {
      let first = Int(row[0])
      let steps = first > 50 ? 100 - first : -first
      shifts.insert(steps)
      #expect(row == (0..<100).map { Float(($0 - steps + 100) % 100) })
    }
    #expect(shifts == Set(-10...10))
  }

  @Test func noiseHasItsRatio() throws {
    let signal = TrackSource.noise(40_000)
    let source = TrackSource.signal(signal)
    for decibels in [-10.0, 0, 17.5, 40] {
      let noisy = augmentation { $0.noise = .init(decibels: decibels...decibels) }
      let row = try rows(source, noisy)[0]
      let noise = zip(row, signal).map { $0 - $1 }
      let ratio = 10 * Elementary.logarithm(Self.meanSquare(signal) / Self.meanSquare(noise))
      // The power of 40,000 deviates varies by 0.7 %, which is 0.03 dB.
      #expect(abs(ratio / Elementary.ten - decibels) < 0.15)
    }
    let sometimes = augmentation { $0.noise = .init(probability: 0.25, decibels: 10...10) }
    let short = TrackSource.signal(Self.ramp)
    let clean = try rows(short, sometimes, draws: Self.draws).count { $0 == Self.ramp }
    #expect(abs(clean - 150) < 31)
  }

  @Test func silenceStaysSilent() throws {
    let source = TrackSource.signal([Float](repeating: 0, count: 100))
    let noisy = augmentation { $0.noise = .init(decibels: -20...0) }
    #expect(try rows(source, noisy)[0].allSatisfy { $0 == 0 })
  }

  @Test func cropsLieAnywhereInTheTrack() throws {
    let source = TrackSource.signal(Self.ramp, length: 20, hop: 40)
    let crop = augmentation { $0.randomCrop = .init() }
    var starts = [Int](repeating: 0, count: 81)
    for row in try rows(source, crop, draws: (0..<8_100).map { Draw(sample: 1, pass: $0) }) {
      let start = Int(row[0])
      #expect(row == Array(Self.ramp[start..<start + 20]))
      starts[start] += 1
    }
    // 100 of each are expected; five standard deviations.
    #expect(starts.allSatisfy { abs($0 - 100) < 50 })
  }

  @Test func speedReadsALineAtItsPace() throws {
    // A straight line stays one, whatever the window function, but near the ends of the track.
    let line = (0..<2_000).map { Float($0) / 1_000 }
    let source = TrackSource.signal(line, length: 200, hop: 200)
    for factor in [0.5, 0.9, 0.999, 1, 1.1, 1.25, 2] {
      let fast = augmentation { $0.speed = .init(factors: [factor]) }
      let row = try rows(source, fast, draws: [Draw(sample: 4)])[0]
      let steps = zip(row.dropFirst(), row).map { Double($0 - $1) * 1_000 }
      #expect(steps.allSatisfy { abs($0 - factor) < 0.03 }, "\(factor)")
      // Around the middle of its slice.
      #expect(abs(Double(row[100]) * 1_000 - 900) <= factor + 1, "\(factor)")
    }
    // Where the track is too short for a faster window, silence follows.
    let short = augmentation { $0.speed = .init(factors: [2]) }
    let row = try rows(TrackSource.signal(line), short)[0]
    #expect(abs(row[500] - 1) < 0.01 && row.suffix(900).allSatisfy { $0 == 0 })
  }

  @Test func speedKeepsTonesAndSuppressesAliases() throws {
    func tone(_ frequency: Double, _ factor: Double) throws -> (level: Double, rest: Double) {
      let track = (0..<8_000).map { Float(Elementary.sine(turns: Double($0) * frequency)) }
      let source = TrackSource.signal(track, length: 2_000, hop: 2_000)
      let speed = augmentation { $0.speed = .init(factors: [factor]) }
      let row = try rows(source, speed, draws: [Draw(sample: 1)])[0]
      // The least-squares fit of the tone that should come out, and what it leaves.
      var (cosine, sine) = (0.0, 0.0)
      for (index, value) in row.enumerated() {
        cosine += Double(value) * Elementary.cosine(turns: Double(index) * frequency * factor)
        sine += Double(value) * Elementary.sine(turns: Double(index) * frequency * factor)
      }
      cosine /= 1_000
      sine /= 1_000
      let rest = row.enumerated().map { index, value in
        value
          - Float(
            cosine * Elementary.cosine(turns: Double(index) * frequency * factor) + sine
              * Elementary.sine(turns: Double(index) * frequency * factor))
      }
      func decibels(_ power: Double) -> Double {
        10 * Elementary.logarithm(power + 1e-30) / Elementary.ten
      }
      return (decibels(cosine * cosine + sine * sine), decibels(2 * Self.meanSquare(rest)))
    }
    for factor in [0.9, 1.1, 1.5] {
      // A quarter of what the output can hold: level kept, images 60 dB down.
      let low = try tone(0.125 / max(factor, 1), factor)
      #expect(abs(low.level) < 0.1 && low.rest < -60, "\(factor): \(low)")
    }
    // A tone that the faster signal cannot hold.
    let alias = try tone(0.49, 1.5)
    #expect(alias.level < -40, "\(alias)")
  }

  @Test func factorOfOneIsTheSignalItself() throws {
    let source = TrackSource.signal(TrackSource.noise(300), length: 100)
    let speed = augmentation { $0.speed = .init(factors: [1]) }
    let draws = (0..<3).map { Draw(sample: $0) }
    #expect(try rows(source, speed, draws: draws) == rows(source, draws: draws))
  }
}
