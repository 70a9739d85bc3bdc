/// How often two classifiers were right of the tracks that both were tested on.
///
/// A track may be tested several times, as with several seeds; it stays one track: all its tests
/// are resampled together, and have their signs turned together.
public struct PairedTracks: Sendable, Hashable {
  /// The tests of one track.
  public struct Track: Sendable, Hashable {
    /// How often the first classifier was right, and of how many tests.
    public var firstRight: Int, firstTests: Int
    /// The same of the second.
    public var secondRight: Int, secondTests: Int

    /// No tests yet.
    public init(
      firstRight: Int = 0, firstTests: Int = 0, secondRight: Int = 0, secondTests: Int = 0
    ) {
      self.firstRight = firstRight
      self.firstTests = firstTests
      self.secondRight = secondRight
      self.secondTests = secondTests
    }
  }

  /// The tracks, in the order of their ids.
  public let tracks: [Track]

  /// These tracks, at least one of which each classifier was tested on.
  public init?(_ tracks: [Track]) {
    guard tracks.contains(where: { $0.firstTests > 0 }),
      tracks.contains(where: { $0.secondTests > 0 })
    else { return nil }
    self.tracks = tracks
  }

  /// What two classifiers took the same tracks for, test by test.
  /// - Parameter pairs: of each test the outcomes of both; tracks that only one of the two was tested on
  ///   are left out.
  public init?(tests pairs: [(first: [TrackOutcome], second: [TrackOutcome])]) {
    var tracks: [String: Track] = [:]
    for (first, second) in pairs {
      let others = Dictionary(second.map { ($0.track, $0.isRight) }, uniquingKeysWith: { $1 })
      for outcome in first {
        guard let isRight = others[outcome.track] else { continue }
        tracks[outcome.track, default: Track()].firstTests += 1
        tracks[outcome.track]?.firstRight += outcome.isRight ? 1 : 0
        tracks[outcome.track]?.secondTests += 1
        tracks[outcome.track]?.secondRight += isRight ? 1 : 0
      }
    }
    self.init(tracks.sorted { $0.key < $1.key }.map(\.value))
  }

  /// What two classifiers took tracks for, each in tests of its own, as under two splits; tracks that
  /// only one of the two was tested on are left out.
  public init?(first: [[TrackOutcome]], second: [[TrackOutcome]]) {
    var tracks: [String: Track] = [:]
    for outcome in first.joined() {
      tracks[outcome.track, default: Track()].firstTests += 1
      tracks[outcome.track]?.firstRight += outcome.isRight ? 1 : 0
    }
    for outcome in second.joined() {
      tracks[outcome.track, default: Track()].secondTests += 1
      tracks[outcome.track]?.secondRight += outcome.isRight ? 1 : 0
    }
    self.init(
      tracks.filter { $0.value.firstTests > 0 && $0.value.secondTests > 0 }
        .sorted { $0.key < $1.key }.map(\.value))
  }

  /// The accuracy of the first less that of the second, each over all its tests; −1 to 1.
  public var difference: Double { Self.difference(sums) }

  /// How many tests the first alone had right, and the second alone, counting of each track only
  /// what is left when its tests are set off against each other; with one test a track, the two
  /// numbers of McNemar's test.
  public var wins: (first: Int, second: Int) {
    tracks.reduce(into: (0, 0)) { wins, track in
      let difference = track.firstRight - track.secondRight
      wins.0 += max(0, difference)
      wins.1 += max(0, -difference)
    }
  }

  private var sums: Track {
    tracks.reduce(into: Track()) { sums, track in sums.add(track) }
  }

  static func difference(_ sums: Track) -> Double {
    Double(sums.firstRight) / Double(sums.firstTests)
      - Double(sums.secondRight) / Double(sums.secondTests)
  }
}

extension PairedTracks.Track {
  mutating func add(_ other: PairedTracks.Track) {
    firstRight += other.firstRight
    firstTests += other.firstTests
    secondRight += other.secondRight
    secondTests += other.secondTests
  }
}
