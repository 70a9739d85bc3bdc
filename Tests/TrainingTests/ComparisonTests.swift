import Testing

@testable import Training

/// Two classifiers on the same tracks, against statsmodels 0.15 and SciPy 1.17.
@Suite struct ComparisonTests {
  /// statsmodels: mcnemar([[5, b], [c, 5]], exact=True).pvalue
  @Test(arguments: [
    (10, 4, 0.1795654296875), (0, 6, 0.03125), (25, 9, 0.00904118549078703), (7, 7, 1.0),
    (40, 22, 0.030015864349067285), (1, 0, 1.0), (0, 0, 1.0),
  ])
  func oneTestATrackIsMcNemars(_ first: Int, _ second: Int, pValue: Double) throws {
    let both = PairedTracks.Track(firstRight: 1, firstTests: 1, secondRight: 1, secondTests: 1)
    let one = PairedTracks.Track(firstRight: 1, firstTests: 1, secondRight: 0, secondTests: 1)
    let other = PairedTracks.Track(firstRight: 0, firstTests: 1, secondRight: 1, secondTests: 1)
    let pairs = try #require(
      PairedTracks(
        Array(repeating: both, count: 5) + Array(repeating: one, count: first)
          + Array(repeating: other, count: second)))
    let found = try #require(SignFlipTest.pValue(pairs))
    #expect(abs(found - pValue) <= 1e-13)
    #expect(pairs.wins == (first, second))
  }

  /// SciPy: permutation_test((d,), |Σ d|, permutation_type="samples", n_resamples=inf,
  /// alternative="greater").pvalue
  @Test(arguments: [
    ([3, -1, 2, 0, 1, -2, 5, 1], 0.265625), ([1, 1, 1, -1, 2, 2, -3, 4, 0, 0, 5], 0.17578125),
    ([2, 2, 2], 0.25), ([-4, 1, 1, 1, 0, -2, 3, -5, -1], 0.5390625), ([Int](), 1.0),
  ])
  func severalTestsATrackAreAllSigns(_ differences: [Int], pValue: Double) {
    #expect(abs(SignFlipTest.pValue(of: differences) - pValue) <= 1e-14)
    #expect(
      SignFlipTest.pValue(of: differences) == SignFlipTest.pValue(of: differences.map { -$0 }))
  }

  /// What is too large to be counted out is close to the normal distribution, and never 0.
  @Test func aHugeComparisonIsNearTheNormal() {
    let many = (0..<20_000).map { $0 % 50 < 26 ? 1 : -1 }
    // scipy.stats.binomtest(10_400, 20_000).pvalue is 1.6e-08; the normal one 1.54e-08.
    let pValue = SignFlipTest.pValue(of: many)
    #expect(pValue > 1.5e-8 && pValue < 1.7e-8)
    #expect(SignFlipTest.pValue(of: [Int](repeating: 1, count: 1_000_000)) > 0)
  }

  /// statsmodels: multipletests([.01, .04, .03, .005, .5], method="holm")[1]
  @Test func pValuesAreCorrectedAsByHolm() {
    let found = HolmCorrection.corrected([0.01, 0.04, 0.03, 0.005, 0.5])
    for (value, reference) in zip(found, [0.04, 0.09, 0.09, 0.025, 0.5]) {
      #expect(abs(value - reference) < 1e-15)
    }
    #expect(HolmCorrection.corrected([]) == [])
    #expect(HolmCorrection.corrected([0.9, 0.8]) == [1, 1])
  }

  /// SciPy: bootstrap((a, b), difference of means, paired=True, method="percentile",
  /// n_resamples=400000).confidence_interval is −0.0417 to 0.1417; a step is 1/120.
  @Test func theBootstrapIsThatOfSciPy() throws {
    let pairs = try #require(PairedTracks(tests: [(outcomes(Self.first), outcomes(Self.second))]))
    #expect(abs(pairs.difference - 0.05) < 1e-12 && pairs.wins == (20, 14))
    #expect(abs(try #require(SignFlipTest.pValue(pairs)) - 0.39152830513194203) < 1e-13)
    let interval = TrackBootstrap().interval(pairs)
    #expect(abs(interval.lowerBound + 5.0 / 120) < 1.01 / 120)
    #expect(abs(interval.upperBound - 17.0 / 120) < 1.01 / 120)
    // The same tracks, the same interval.
    #expect(TrackBootstrap().interval(pairs) == interval)
  }

  /// The same of tracks that are tested unequally often: Σ right ÷ Σ tests of each, from 0.0789 to
  /// 0.3030, difference 0.19139.
  @Test func tracksAreDrawnWithAllTheirTests() throws {
    let tests = [
      2, 4, 1, 2, 1, 3, 5, 2, 2, 4, 1, 1, 2, 3, 3, 3, 1, 4, 2, 4, 5, 1, 2, 4, 1, 3, 2, 4, 4, 4, 2,
      3,
      5, 4, 4, 3, 3, 3, 4, 2,
    ]
    let right = [
      2, 2, 0, 2, 1, 2, 3, 1, 2, 4, 1, 0, 2, 3, 2, 3, 1, 2, 1, 3, 4, 1, 2, 3, 1, 2, 1, 2, 3, 3, 1,
      2,
      4, 3, 3, 2, 2, 2, 3, 0,
    ]
    let otherTests = [
      3, 2, 3, 4, 4, 4, 1, 1, 2, 5, 1, 4, 2, 3, 1, 5, 5, 3, 4, 3, 4, 2, 2, 1, 3, 4, 4, 5, 1, 4, 2,
      2,
      2, 3, 3, 3, 1, 5, 5, 2,
    ]
    let otherRight = [
      2, 0, 3, 1, 1, 3, 1, 1, 2, 1, 0, 0, 1, 2, 0, 2, 4, 0, 2, 1, 2, 2, 2, 0, 3, 4, 2, 2, 0, 3, 1,
      1,
      0, 1, 1, 2, 1, 4, 3, 1,
    ]
    let pairs = try #require(
      PairedTracks(
        tests.indices.map {
          .init(
            firstRight: right[$0], firstTests: tests[$0], secondRight: otherRight[$0],
            secondTests: otherTests[$0])
        }))
    #expect(abs(pairs.difference - 0.19139043047847604) < 1e-12)
    let interval = TrackBootstrap().interval(pairs)
    #expect(abs(interval.lowerBound - 0.0789) < 0.006)
    #expect(abs(interval.upperBound - 0.3030) < 0.006)
    // Signs cannot be turned where the two were not tested alike.
    #expect(SignFlipTest.pValue(pairs) == nil)
  }

  /// Of two tracks the four draws are known: the ends are the extremes.
  @Test func twoTracksGiveTheirExtremes() throws {
    let pairs = try #require(PairedTracks(tests: [(outcomes("11"), outcomes("01"))]))
    #expect(TrackBootstrap().interval(pairs) == 0...1)
    #expect(TrackBootstrap.quantile([1, 2, 4], 0.75) == 3 && TrackBootstrap.quantile([], 0.5) == 0)
  }

  /// Only tracks that both were tested on are compared; several tests of a track stay together.
  @Test func whatOnlyOneWasTestedOnIsLeftOut() throws {
    let some = Array(outcomes("110")[..<2])
    let pairs = try #require(
      PairedTracks(tests: [(outcomes("110"), outcomes("011")), (some, outcomes("000"))]))
    #expect(pairs.tracks.map(\.firstTests) == [2, 2, 1])
    #expect(pairs.tracks.map(\.firstRight) == [2, 2, 0])
    #expect(pairs.tracks.map(\.secondRight) == [0, 1, 1])
    #expect(PairedTracks(tests: [([], outcomes("1"))]) == nil)
    let apart = try #require(
      PairedTracks(first: [outcomes("11"), some], second: [outcomes("001")]))
    #expect(apart.tracks.map(\.firstTests) == [2, 2] && apart.tracks.map(\.secondTests) == [1, 1])
  }

  private func outcomes(_ right: String) -> [TrackOutcome] {
    right.enumerated().map { index, right in
      TrackOutcome(track: "t\(index)", label: 1, predicted: right == "1" ? 1 : 0, probability: 0.5)
    }
  }

  private static let first =
    "011100101001010101111100110000011011100111111010100101111011111110101100101100010110100010001000100011001110101101010101"
  private static let second =
    "010100001001110111011110100101011011001111100011000001001101011110111100100101110110101010001000001101000110101100010000"
}
