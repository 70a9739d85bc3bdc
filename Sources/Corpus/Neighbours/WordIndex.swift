/// Every word of every track in the order of the words, and the pairs of tracks in which the same
/// words come at the same distance in time.
struct WordIndex {
  /// Two tracks that may sound the same.
  struct Candidate: Hashable {
    /// Positions among the tracks; the first is the smaller.
    var first: Int
    var second: Int
    /// In words, the best first: word i of the second is like word i + offset of the first.
    var offsets: [Int]
  }

  /// A vote is one number: 21 bits for each track and 22 for the offset.
  static let maximumTracks = 1 << 21
  private static let maximumOffset = (1 << 21) - 1

  /// Words with fewer reliable bits are left out: they are alike in unrelated tracks.
  private static let leastReliableBits = 4
  /// How often a word of one track counts: in a loop it comes again and again.
  private static let mostPositionsOfTrack = 4
  /// How many later positions of the same word a position votes with: copies of one recording without
  /// number are joined as a chain, and a word that everything has costs no more than others.
  private static let reach = 32
  /// Different words that must point to an offset.
  private static let leastVotes = 2
  /// Offsets of a pair that are looked at.
  private static let mostOffsets = 4

  private let keys: [UInt64]
  private let owners: [UInt32]
  private let starts: [Int]

  /// The index of these tracks.
  /// - Complexity: O(n log n) for n words.
  init(_ tracks: [NeighbourSearch.Track]) {
    var keys: [UInt64] = []
    var owners: [UInt32] = []
    var starts: [Int] = []
    let count = tracks.reduce(0) { $0 + $1.words.count }
    keys.reserveCapacity(count)
    owners.reserveCapacity(count)
    for (number, track) in tracks.enumerated() {
      starts.append(owners.count)
      for (word, mask) in zip(track.words, track.reliable) {
        if mask.nonzeroBitCount >= Self.leastReliableBits {
          keys.append(UInt64(word) << 32 | UInt64(UInt32(truncatingIfNeeded: owners.count)))
        }
        owners.append(UInt32(truncatingIfNeeded: number))
      }
    }
    keys.sort()
    self.keys = keys
    self.owners = owners
    self.starts = starts
  }

  /// The pairs that different words point to.
  /// - Complexity: O(n) votes for n words.
  func candidates() -> [Candidate] {
    var votes = votes()
    votes.sort()
    var candidates: [Candidate] = []
    var tally: [(offset: Int, count: Int)] = []
    var position = 0
    while position < votes.count {
      let pair = votes[position] >> 22
      tally.removeAll(keepingCapacity: true)
      while position < votes.count, votes[position] >> 22 == pair {
        let offset = Int(votes[position] & (1 << 22 - 1)) - Self.maximumOffset
        if tally.last?.offset == offset {
          tally[tally.count - 1].count += 1
        } else {
          tally.append((offset, 1))
        }
        position += 1
      }
      let offsets = Self.best(tally)
      if offsets.isEmpty { continue }
      candidates.append(
        Candidate(
          first: Int(pair >> 21), second: Int(pair & (1 << 21 - 1)), offsets: offsets))
    }
    return candidates
  }

  /// The offsets with most votes, those of the next offset added: the frames of copies that are cut
  /// elsewhere lie between two words.
  private static func best(_ tally: [(offset: Int, count: Int)]) -> [Int] {
    var sums: [(offset: Int, votes: Int)] = []
    for (index, entry) in tally.enumerated() {
      let next = index + 1 < tally.count && tally[index + 1].offset == entry.offset + 1
      let votes = entry.count + (next ? tally[index + 1].count : 0)
      if votes >= leastVotes { sums.append((entry.offset, votes)) }
    }
    if sums.count > mostOffsets {
      sums.sort { ($1.votes, abs($0.offset), $0.offset) < ($0.votes, abs($1.offset), $1.offset) }
    }
    return sums.prefix(mostOffsets).map(\.offset)
  }

  /// A number for every two positions of a word in two tracks: the pair and the offset.
  private func votes() -> [UInt64] {
    var votes: [UInt64] = []
    var positions: [(track: Int, word: Int)] = []
    var ofWord: Set<UInt64> = []
    var position = 0
    while position < keys.count {
      var end = position + 1
      while end < keys.count, keys[end] >> 32 == keys[position] >> 32 { end += 1 }
      if end > position + 1 {
        collect(position..<end, into: &positions)
        vote(positions, into: &ofWord)
        votes += ofWord
        ofWord.removeAll(keepingCapacity: true)
      }
      position = end
    }
    return votes
  }

  private func collect(_ range: Range<Int>, into positions: inout [(track: Int, word: Int)]) {
    positions.removeAll(keepingCapacity: true)
    var ofTrack = 0
    for key in keys[range] {
      let index = Int(UInt32(truncatingIfNeeded: key))
      let track = Int(owners[index])
      ofTrack = positions.last?.track == track ? ofTrack + 1 : 1
      if ofTrack <= Self.mostPositionsOfTrack { positions.append((track, index - starts[track])) }
    }
  }

  /// One word is one vote for an offset, however often it comes.
  private func vote(_ positions: [(track: Int, word: Int)], into votes: inout Set<UInt64>) {
    for index in positions.indices {
      let one = positions[index]
      for other in positions[(index + 1)...].prefix(Self.reach) where other.track != one.track {
        let offset = one.word - other.word
        if abs(offset) > Self.maximumOffset { continue }
        let pair = UInt64(one.track) << 21 | UInt64(other.track)
        votes.insert(pair << 22 | UInt64(offset + Self.maximumOffset))
      }
    }
  }
}
