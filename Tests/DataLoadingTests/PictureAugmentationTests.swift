import Corpus
import Testing

@testable import DataLoading

/// Masks and shifts on pictures, and mixup on anything.
@Suite struct PictureAugmentationTests {
  private static let numbers = (0..<12 * 30).map { Float($0) + 1 }
  private static let draws = (0..<300).map { Draw(sample: 0, pass: $0) }

  @Test func masksKeepToTheirWidths() throws {
    let source = TrackSource.picture(12, 30, Self.numbers)
    let mean: Float = 180.5
    for (fill, covered) in [(Augmentation.SpecAugment.Fill.mean, mean), (.minimum, 1)] {
      let masks = augmentation {
        $0.specAugment = .init(
          timeMasks: 1, timeWidth: 7, frequencyMasks: 1, frequencyWidth: 4, fill: fill)
      }
      var widths: Set<Int> = []
      var heights: Set<Int> = []
      for row in try rows(source, masks, draws: Self.draws) {
        let isCovered = zip(row, Self.numbers).map { $0 == covered && $1 != covered }
        let changed = zip(row, Self.numbers).allSatisfy { $0 == $1 || $0 == covered }
        #expect(changed)
        // Frames and bands that are covered throughout; the minimum itself never counts.
        let frames = (1..<30).filter { frame in (1..<12).allSatisfy { isCovered[$0 * 30 + frame] } }
        let bands = (1..<12).filter { band in (1..<30).allSatisfy { isCovered[band * 30 + $0] } }
        for stretch in [frames, bands] where stretch.count > 1 {
          #expect(stretch[stretch.count - 1] - stretch[0] == stretch.count - 1, "one stretch")
        }
        let inside = (1..<12).allSatisfy { band in
          (1..<30).allSatisfy { frame in
            isCovered[band * 30 + frame] == (frames.contains(frame) || bands.contains(band))
          }
        }
        #expect(inside)
        widths.insert(frames.count)
        heights.insert(bands.count)
      }
      #expect(widths == Set(0...7))
      #expect(heights == Set(0...4))
    }
  }

  @Test func masksMayCoverEverything() throws {
    let source = TrackSource.picture(12, 30, Self.numbers)
    let masks = augmentation {
      $0.specAugment = .init(timeMasks: 100, timeWidth: 30, frequencyMasks: 0, frequencyWidth: 0)
    }
    #expect(try rows(source, masks)[0].allSatisfy { $0 == 180.5 })
    let none = augmentation {
      $0.specAugment = .init(timeMasks: 0, timeWidth: 30, frequencyMasks: 3, frequencyWidth: 0)
    }
    #expect(try rows(source, none)[0] == Self.numbers)
  }

  @Test func eachBandIsShiftedAlike() throws {
    let source = TrackSource.picture(12, 30, Self.numbers)
    let shift = augmentation { $0.circularShift = .init(share: 0.5) }
    for row in try rows(source, shift, draws: Self.draws) {
      let steps = (30 - Int(row[0] - 1)) % 30
      let expected = (0..<360).map { Self.numbers[$0 / 30 * 30 + ($0 % 30 - steps + 30) % 30] }
      #expect(row == expected)
    }
  }

  /// What is done to a picture is done to each of its channels.
  @Test func channelsAreMaskedAndShiftedAlike() throws {
    let axes = [
      SampleAxis.channel, .frequency(.even(start: 0, step: 1)), .time(step: 1),
    ]
    let source = TrackSource(
      floats: [Self.numbers + Self.numbers.map { $0 + 1_000 }], shape: [2, 12, 30], axes: axes,
      isSignal: false)
    let parts = augmentation {
      $0.specAugment = .init(timeMasks: 1, timeWidth: 7, frequencyMasks: 1, frequencyWidth: 4)
      $0.circularShift = .init(share: 0.5)
    }
    var changed = 0
    for row in try rows(source, parts, draws: Self.draws) {
      // The mean of all: the lowest and the highest number's middle.
      let covered = row.map { $0 == 680.5 }
      #expect(Array(covered[..<360]) == Array(covered[360...]))
      let isSame = (0..<360).allSatisfy { covered[$0] || row[$0 + 360] == row[$0] + 1_000 }
      #expect(isSame)
      for band in 0..<12 where (0..<30).allSatisfy({ covered[band * 30 + $0] }) { changed += 1 }
    }
    #expect(changed > 300)
  }

  @Test func signalPartsAreForOneChannel() throws {
    let source = TrackSource(
      floats: [[Float](repeating: 1, count: 60)], shape: [10, 2], axes: [.time(step: 1), .channel],
      isSignal: false, name: "both")
    let crop = augmentation { $0.randomCrop = .init() }
    #expect(crop.fitted(to: source).randomCrop == nil)
    let error = #expect(throws: LoadingError.self) { try rows(source, crop) }
    #expect("\(try #require(error))".contains("signals of one channel, and both has 2"))
  }

  @Test func mixturesRevealTheirShare() throws {
    // Sample k is all 10^k and has label k, so that the mixture tells share and partner.
    let tracks: [[Float]] = [[1, 1], [10, 10], [100, 100]]
    let source = TrackSource(floats: tracks, shape: [2], isSignal: false)
    var writer = try SampleWriter(
      source: source, augmentation: augmentation { $0.mixup = .init(alpha: 1) }, seed: 3)
    #expect(writer.distributionCount == 3)
    var partners = [0, 0, 0]
    for pass in 0..<600 {
      let (mixed, shares) = try row(&writer, Draw(sample: 1, pass: pass))
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      #expect(shares.allSatisfy { (0...1).contains($0) })
      let expected = shares[0] + shares[1] * 10 + shares[2] * 100
      #expect(abs(mixed[0] - expected) < 1e-5 * expected && mixed[0] == mixed[1])
      for partner in 0..<3 where partner != 1 && shares[partner] > 0 { partners[partner] += 1 }
      if shares[1] == 1 { partners[1] += 1 }
    }
    // 200 of each are expected; five standard deviations.
    #expect(partners.reduce(0, +) == 600)
    #expect(partners.allSatisfy { abs($0 - 200) < 58 })
  }

  @Test func partnersAreAugmentedOnTheirOwn() throws {
    // Constant signals that only differ in sign after polarity: both signs come in both places.
    let source = TrackSource(floats: [[1, 1]], shape: [2], isSignal: true)
    let all = augmentation {
      $0.polarity = .init()
      $0.mixup = .init(alpha: 100)
    }
    let levels = try rows(source, all, draws: Self.draws).map { abs($0[0]) }
    let opposed = levels.count { $0 < 0.9 }
    #expect(abs(opposed - 150) < 44)
  }

  @Test func errorsOfPartnersNameThem() throws {
    let source = TrackSource(
      floats: [[1, 1], [2, 2]], shape: [2], isSignal: false, damaged: [1], name: "shard")
    var writer = try SampleWriter(
      source: source, augmentation: augmentation { $0.mixup = .init(alpha: 0.2) }, seed: 3)
    var subjects: Set<String> = []
    for pass in 0..<40 {
      do {
        _ = try row(&writer, Draw(sample: 0, pass: pass))
        subjects.insert("")
      } catch {
        subjects.insert(error.subject)
      }
    }
    #expect(subjects == ["", "shard/track.1"])
  }
}
