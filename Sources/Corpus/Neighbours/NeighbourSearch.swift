/// Finds the tracks of a collection that sound the same, by their acoustic fingerprints, without
/// comparing all pairs.
///
/// After J. Haitsma and T. Kalker, "A highly robust audio fingerprinting system", ISMIR 2002: words
/// that occur in two tracks point to a pair and an offset in time; two different words for the same
/// offset, or offsets next to each other, make a candidate; a candidate is a pair when few of the
/// bits that both sides mark as reliable differ over the whole overlap.
///
/// The share of reliable bits that differ, as measured; 8 % is the most that a pair may have:
/// - of 1,400 copies of a hundred clips of GTZAN (MP3 of 128 and 64 kbit/s, Vorbis, 8 bits,
///   resampled to 8 kHz and back, a tenth of the level, clipped by 3 dB, noise 30 and 10 dB below,
///   moved by less than 1,024 samples or by up to 5 s, pieces of 5 and 10 s): at most 3.3 %, and
///   all were found;
/// - of unrelated tracks at their best offset, all offsets tried that leave 3 s and more: of the
///   4,950 pairs of these clips at least 24 % (1 % of them below 33 %), of 19,900 pairs of
///   synthesised tracks, which share drum sounds and tempi, at least 14 % (1 % below 27 %).
///
/// The result depends on the set of tracks only, not on their order.
public struct NeighbourSearch: Sendable {
  /// A track as the search sees it.
  public struct Track: Sendable, Hashable {
    /// What it is called; unique among its fellows.
    public var id: String
    /// The checksums of its file, of different kinds: files that have one in common are the same.
    public var checksums: [String]
    /// How long it plays, in seconds.
    public var seconds: Double
    /// The words of its fingerprint.
    public var words: [UInt32]
    /// The reliable bits of each word; as many as words.
    public var reliable: [UInt32]

    /// A track of these facts. Words without a mask do not count.
    public init(
      id: String, checksums: [String], seconds: Double, words: [UInt32], reliable: [UInt32]
    ) {
      let count = min(words.count, reliable.count)
      self.id = id
      self.checksums = checksums
      self.seconds = seconds
      self.words = words.count == count ? words : Array(words.prefix(count))
      self.reliable = reliable.count == count ? reliable : Array(reliable.prefix(count))
    }
  }

  /// Seconds from one word to the next.
  public var secondsPerWord: Double
  /// How long two tracks must play the same, in seconds.
  public var minimumOverlap = 3.0
  /// The largest share of reliable bits that may differ, 0 ..< 0.5.
  public var maximumErrors = 0.08
  /// The fewest reliable bits a second that an overlap must have in common: tones and pauses with a
  /// sound here and there do not tell recordings apart.
  public var minimumBitsPerSecond = 30.0

  /// A search in fingerprints of this resolution.
  public init(secondsPerWord: Double) {
    self.secondsPerWord = secondsPerWord
  }

  /// Finds the pairs.
  /// - Complexity: O(n log n) for n words, 30 bytes of memory for each besides the tracks
  ///   themselves, and 8 for each vote. At most 2,097,152 tracks are compared by sound; those after
  ///   them in byte order by checksum only.
  public func run(_ tracks: [Track]) -> Neighbours {
    let tracks = tracks.sorted { ByteOrder.precedes($0.id, $1.id) }
    var pairs: [Neighbours.Pair] = []
    var firstOfChecksum: [String: Int] = [:]
    var distinct: [Int] = []
    for (index, track) in tracks.enumerated() {
      if let first = track.checksums.lazy.compactMap({ firstOfChecksum[$0] }).first {
        pairs.append(
          Neighbours.Pair(
            first: tracks[first].id, second: track.id, offset: 0, similarity: 1,
            overlap: track.seconds, isIdentical: true))
        // Another may have only the kind in common that the first one lacks.
        for checksum in track.checksums where firstOfChecksum[checksum] == nil {
          firstOfChecksum[checksum] = first
        }
        continue
      }
      for checksum in track.checksums { firstOfChecksum[checksum] = index }
      distinct.append(index)
    }
    let compared = distinct.prefix(WordIndex.maximumTracks).map { tracks[$0] }
    let alignment = Alignment(search: self)
    for candidate in WordIndex(compared).candidates() {
      let first = compared[candidate.first]
      let second = compared[candidate.second]
      guard let match = alignment.best(of: first, and: second, near: candidate.offsets)
      else { continue }
      pairs.append(
        Neighbours.Pair(
          first: first.id, second: second.id, offset: Double(match.offset) * secondsPerWord,
          similarity: 1 - 2 * match.errors, overlap: Double(match.words) * secondsPerWord,
          isIdentical: false))
    }
    return Neighbours(pairs: pairs)
  }
}

/// Two tracks held against each other at given offsets.
struct Alignment {
  /// How two tracks agree at an offset.
  struct Match: Hashable {
    /// In words: word i of the second belongs to word i + offset of the first.
    var offset: Int
    /// Words of the overlap.
    var words: Int
    /// The share of reliable bits that differ.
    var errors: Double
    /// Larger for longer overlaps and fewer errors.
    var score: Double
  }

  let search: NeighbourSearch

  /// An overlap must hold at least as many different words: the beats of a metronome are two or
  /// three, over and over.
  private static let leastDifferentWords = 16

  /// The best offset of those in question and their neighbours; nil where none is good enough.
  func best(
    of first: NeighbourSearch.Track, and second: NeighbourSearch.Track, near offsets: [Int]
  ) -> Match? {
    let offsets = Set(offsets.flatMap { [$0 - 1, $0, $0 + 1] })
    let matches = offsets.compactMap { match(first, second, offset: $0) }
    return matches.max {
      ($0.score, -abs($0.offset), $0.offset) < ($1.score, -abs($1.offset), $1.offset)
    }
  }

  /// How two tracks agree at an offset; nil where it is not enough for a pair.
  func match(
    _ first: NeighbourSearch.Track, _ second: NeighbourSearch.Track, offset: Int
  ) -> Match? {
    let start = max(0, offset)
    let end = min(first.words.count, second.words.count + offset)
    guard start < end, Double(end - start) * search.secondsPerWord >= search.minimumOverlap
    else { return nil }
    var bits = 0
    var errors = 0
    let (words, others) = (first.words.span, second.words.span)
    let (masks, otherMasks) = (first.reliable.span, second.reliable.span)
    for index in start..<end {
      let mask = masks[index] & otherMasks[index - offset]
      bits += mask.nonzeroBitCount
      errors += ((words[index] ^ others[index - offset]) & mask).nonzeroBitCount
    }
    let seconds = Double(end - start) * search.secondsPerWord
    guard Double(bits) >= search.minimumBitsPerSecond * seconds else { return nil }
    let share = Double(errors) / Double(bits)
    guard share <= search.maximumErrors else { return nil }
    var different: Set<UInt32> = []
    for index in start..<end where masks[index] != 0 {
      different.insert(words[index])
      if different.count == Self.leastDifferentWords { break }
    }
    guard different.count >= Self.leastDifferentWords else { return nil }
    return Match(
      offset: offset, words: end - start, errors: share,
      score: Double(bits) * (1 - share / search.maximumErrors))
  }
}
