import Testing

@testable import Corpus

/// The search finds copies by their words, and nothing else.
@Suite struct NeighbourSearchTests {
  typealias Track = NeighbourSearch.Track
  private static let search = NeighbourSearch(secondsPerWord: 0.05)

  /// Random words, about 13 of their 32 bits reliable.
  private func track(_ id: String, seed: UInt64, words: Int = 200, md5: String? = nil) -> Track {
    var generator = CounterGenerator(seed: seed, stream: "words")
    func word() -> UInt32 { UInt32(truncatingIfNeeded: generator.next()) }
    return Track(
      id: id, checksums: md5.map { [$0] } ?? [], seconds: Double(words) * 0.05,
      words: (0..<words).map { _ in word() },
      reliable: (0..<words).map { _ in word() & word() | word() & word() & word() })
  }

  /// The words from `start` on, of every 16 unreliable bits one flipped, of the reliable ones
  /// `wrong`.
  private func copy(
    of track: Track, _ id: String, from start: Int = 0, count: Int? = nil, wrong: Double = 0,
    seed: UInt64 = 0
  ) -> Track {
    var generator = CounterGenerator(seed: seed, stream: "errors")
    let range = start..<(count.map { start + $0 } ?? track.words.count)
    let words = range.map { index -> UInt32 in
      var flips: UInt32 = 0
      for bit in 0..<32 as Range<UInt32> {
        let isReliable = track.reliable[index] >> bit & 1 == 1
        let chance = Double(generator.next() >> 11) / Double(1 << 53)
        if chance < (isReliable ? wrong : 1.0 / 16) { flips |= 1 << bit }
      }
      return track.words[index] ^ flips
    }
    return Track(
      id: id, checksums: [], seconds: Double(words.count) * 0.05, words: words,
      reliable: Array(track.reliable[range]))
  }

  @Test func copiesAreFoundWithTheirOffsets() throws {
    let originals = (0..<12).map { track("t\($0)", seed: UInt64($0)) }
    let copies = (0..<12).map {
      copy(of: originals[$0], "u\($0)", from: 7 * $0, wrong: 0.02, seed: UInt64($0))
    }
    let found = Self.search.run(originals + copies)
    #expect(found.pairs.count == 12 && found.groups.count == 12)
    for pair in found.pairs {
      let number = try #require(Int(pair.first.dropFirst()))
      #expect(pair.second == "u\(number)" && !pair.isIdentical)
      #expect(abs(pair.offset - 0.35 * Double(number)) < 1e-9)
      #expect(abs(pair.overlap - 0.05 * Double(200 - 7 * number)) < 1e-9)
      #expect((0.9...0.99).contains(pair.similarity))
    }
  }

  @Test func theOrderOfTracksDoesNotCount() {
    var tracks = (0..<8).map { track("t\($0)", seed: UInt64($0 % 5), md5: "\($0 % 6)") }
    tracks += (0..<8).map { copy(of: tracks[$0], "u\($0)", from: 3 * $0, wrong: 0.05) }
    let found = Self.search.run(tracks)
    #expect(found.pairs.count > 10)
    for seed in 0..<5 as Range<UInt64> {
      var generator = CounterGenerator(seed: seed)
      #expect(Self.search.run(generator.shuffled(tracks)) == found)
    }
  }

  @Test func overlapsAreLongEnoughAndAgree() {
    let one = track("a", seed: 1)
    func finds(_ other: Track) -> Bool { !Self.search.run([one, other]).pairs.isEmpty }
    #expect(finds(copy(of: one, "b", from: 100, count: 61)))
    #expect(!finds(copy(of: one, "b", from: 100, count: 59)))
    #expect(finds(copy(of: one, "b", wrong: 0.05)) && !finds(copy(of: one, "b", wrong: 0.12)))
    // The end of one is the beginning of the other.
    var joined = track("b", seed: 2)
    joined.words.replaceSubrange(0..<70, with: one.words.suffix(70))
    joined.reliable.replaceSubrange(0..<70, with: one.reliable.suffix(70))
    #expect(Self.search.run([one, joined]).pairs.map(\.offset) == [130 * 0.05])
    // The same words in another order: many votes, no two for one offset that the rest bears out.
    var mixed = one
    mixed.id = "b"
    mixed.words.reverse()
    mixed.reliable.reverse()
    #expect(!finds(mixed))
  }

  @Test func silenceBeatsAndNothingAreNotAlike() {
    func made(_ id: String, _ words: [UInt32], _ reliable: UInt32 = ~0) -> Track {
      Track(
        id: id, checksums: [], seconds: 10, words: words,
        reliable: Array(repeating: reliable, count: words.count))
    }
    let beats = (0..<400).map { UInt32($0 % 8 == 0 ? 0xAAAA_AAAA : $0 % 8 == 4 ? 0x5555_5555 : 0) }
    let tracks = [
      made("silent", Array(repeating: 0, count: 400), 0),
      made("silence", Array(repeating: 0, count: 400), 0), made("empty", []), made("void", []),
      made("hum", Array(repeating: 7, count: 400)), made("hum 2", Array(repeating: 7, count: 300)),
      made("metronome", beats), made("metronome 2", Array(beats.dropFirst(3))),
      // Few reliable bits: a beep now and then.
      made("beeps", track("", seed: 4, words: 400).words, 1),
      made("beeps 2", track("", seed: 4, words: 400).words, 1),
    ]
    #expect(Self.search.run(tracks) == .none)
  }

  @Test func equalFilesAreEqualWhateverTheySound() {
    let tracks = (0..<4).map {
      Track(id: "s\($0)", checksums: $0 == 3 ? [] : ["m"], seconds: 2, words: [], reliable: [])
    }
    let found = Self.search.run(tracks)
    #expect(found.pairs.map { [$0.first, $0.second] } == [["s0", "s1"], ["s0", "s2"]])
    #expect(found.pairs.allSatisfy { $0.isIdentical && $0.similarity == 1 && $0.overlap == 2 })
    #expect(found.groups == [["s0", "s1", "s2"]])
    #expect(found.links.map { [$0.0, $0.1] } == [["s0", "s1"], ["s0", "s2"], ["s1", "s2"]])
  }

  @Test func manyCopiesAreOneGroup() {
    let one = track("t", seed: 1, words: 80)
    let copies = (0..<90).map { copy(of: one, "c\($0)", wrong: 0.01, seed: UInt64($0)) }
    let found = Self.search.run([one] + copies)
    #expect(found.groups.count == 1 && found.groups[0].count == 91)
    #expect(found.links.count == 90)
  }

  /// One part repeats over and over: as many positions as words, but few votes of each word.
  @Test func loopsStayCheapAndAreFound() {
    let loop = track("", seed: 9, words: 40)
    func looped(_ id: String, _ count: Int) -> Track {
      Track(
        id: id, checksums: [], seconds: 2 * Double(count),
        words: (0..<count).flatMap { _ in loop.words },
        reliable: (0..<count).flatMap { _ in loop.reliable })
    }
    let found = Self.search.run([looped("a", 20), looped("b", 10)] + [track("c", seed: 10)])
    #expect(found.pairs.map { [$0.first, $0.second] } == [["a", "b"]])
    #expect(found.pairs[0].similarity == 1)
  }

  @Test func groupedSplitsKeepWhatWasFoundTogether() throws {
    let originals = (0..<20).map { track("t\($0)", seed: UInt64($0), words: 80) }
    let copies = (0..<10).map { copy(of: originals[$0], "u\($0)", wrong: 0.02) }
    let found = Self.search.run(originals + copies)
    let tracks = (originals + copies).map { SplitTrack(id: $0.id, label: "x") }
    #expect(SplitPolicy.standard(for: tracks) == .stratified)
    #expect(SplitPolicy.standard(for: tracks, links: found.links) == .grouped)
    for seed in 0..<10 as Range<UInt64> {
      let plan = try SplitPlan(policy: .grouped, seed: seed, division: .ratios([0.5, 0.25, 0.25]))
      let split = try Split.make(plan, tracks: tracks, links: found.links)
      let audit = SplitAudit(split, tracks: tracks, neighbours: found.links)
      #expect(audit.highestPercent(of: .neighbours) == 0)
    }
  }
}
