import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// The card is compared with the shard, field by field.
@Suite struct CardCheckingTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
    try folder.write([], "jazz/empty.wav")
    try folder.prepare(split: SplitPlan(seed: 1, division: .ratios([0.5, 0.5])))
  }

  private var card: String { "\(folder.cache)/card.json" }

  private func change(_ field: String, _ value: Any) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: card))
    var json = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    try #require(json[field] != nil)
    json[field] = value
    try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: card))
  }

  @Test(arguments: [
    ("audits", "{}"), ("faults", "{}"), ("fingerprints", "{}"),
    ("labels", #"{"blues": 2, "pop": 2}"#), ("name", #""other""#), ("profile", #""librosa-0.10""#),
    ("quarantine", "[]"), ("recipe", #""{}""#), ("schema", #""lathe.card/0""#),
    ("slices", #"{"waveform": 15}"#), ("splits", "{}"), ("tracks", "5"),
    ("manifest", #"{"name": "audio", "sha256": "", "tracks": 4}"#),
  ])
  func aFieldThatDiffersIsNamedAndMended(_ field: String, _ value: String) throws {
    let whole = try folder.open().card()
    try change(
      field, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    #expect(try folder.open().verify() == [])
    let problems = try folder.open().cardProblems()
    #expect(problems.map(\.database) == ["card.json"] && problems.map(\.key) == [field])
    #expect(try Cache.open(at: folder.cache, for: .writing).mendCard())
    var mended = try folder.open().card()
    if let bytes = whole?.bytes { mended?.bytes = bytes }
    #expect(try folder.open().cardProblems() == [] && mended == whole)
  }

  @Test func bytesAndVersionsMayDiffer() throws {
    try change("bytes", 1)
    try change("versions", ["lathe": "0.0.1"])
    #expect(try folder.open().cardProblems() == [])
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try Data("{".utf8).write(to: URL(fileURLWithPath: card))
    let problems = try folder.open().cardProblems()
    #expect(problems.map(\.database) == ["card.json"] && problems.map(\.key) == [""])
    #expect(try Cache.open(at: folder.cache, for: .writing).mendCard())
    #expect(try folder.open().cardProblems() == [])
  }

  /// A preparation that was stopped has stored tracks of which neither splits nor card tell.
  @Test(arguments: [false, true])
  func whatAStoppedPreparationLeavesIsNoDamage(_ isKilled: Bool) throws {
    #expect(try !folder.open().hasUnfinishedChange())
    let old = try Data(contentsOf: URL(fileURLWithPath: card))
    for index in 2..<40 {
      try folder.write(Wave.pcm16(Wave.notes(seed: 70 + index)), "jazz/jazz.\(index).wav")
    }
    // The first may be the file in quarantine, which is tried again.
    let summary = try folder.prepare(threads: 1, sink: Recorder(stopAfter: 5))
    #expect(summary.wasCancelled && summary.tracks > 4)
    // Whoever is killed has not come to the card.
    if isKilled { try old.write(to: URL(fileURLWithPath: card)) }
    var cache: Cache? = try folder.open()
    #expect(try cache?.verify() == [] && cache?.cardProblems() == [])
    #expect(try cache?.hasUnfinishedChange() == true)
    cache = nil
    let digest = try folder.digest()
    try folder.prepare()
    #expect(try !folder.open().hasUnfinishedChange() && folder.open().cardProblems() == [])
    #expect(try folder.digest() != digest)
    try change("tracks", 5)
    #expect(try folder.open().cardProblems().map(\.key) == ["tracks"])
  }

  @Test func aChangeIsUnfinishedUntilTheCardTellsOfIt() throws {
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      try cache.remove(tracks: ["blues.00000"])
      #expect(try cache.hasUnfinishedChange() && cache.cardProblems() == [])
    }
    #expect(try folder.open().hasUnfinishedChange())
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(try cache.mendCard() && !cache.hasUnfinishedChange() && cache.card()?.tracks == 3)
    #expect(try cache.verify() == [] && cache.cardProblems() == [])
  }

  /// The card comes last: while somebody writes it is of an earlier state.
  @Test func nothingIsSaidBesideAWriter() throws {
    try change("tracks", 5)
    let lock = open("\(folder.cache)/.lock", O_RDWR)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    #expect(try folder.open().cardProblems() == [])
    close(lock)
    #expect(try folder.open().cardProblems().map(\.key) == ["tracks"])
    #expect(try Cache.open(at: folder.cache, for: .writing).cardProblems().map(\.key) == ["tracks"])
  }
}
