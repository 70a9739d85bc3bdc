import Corpus
import TestSupport
import Testing

@testable import DatasetCache

@Suite struct SampleTableTests {
  /// Checks a table against what it was made of, sample by sample.
  private func check(_ slices: [[UInt32]], whole: Bool) throws {
    let made = SampleTable(tracks: slices.count) {
      whole ? .first(slices[$0].count) : .some(slices[$0][...])
    }
    guard let table = made else {
      Issue.record("no table")
      return
    }
    var sample = 0
    for (track, numbers) in slices.enumerated() {
      for number in numbers {
        let member = table.member(of: sample)
        #expect(table.track(member) == track)
        #expect(table.slice(sample, of: member) == Int(number))
        sample += 1
      }
    }
    let members = slices.count { !$0.isEmpty }
    #expect(table.count == sample && table.memberCount == members)
    #expect(table.byteCount <= members * 24 + 64 + (whole ? 0 : sample * 4))
  }

  @Test func anyNumbersOfSlicesAreFoundAgain() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<60 {
      let tracks = Int.random(in: 1...40, using: &generator)
      let most = [1, 3, 200].randomElement(using: &generator) ?? 1
      let counts = (0..<tracks).map { _ in Int.random(in: 0...most, using: &generator) }
      try check(counts.map { (0..<UInt32($0)).map { $0 } }, whole: true)
      try check(
        counts.map { count in
          (0..<UInt32(count)).filter { _ in Bool.random(using: &generator) }
        }, whole: false)
    }
  }

  @Test func oneLongTrackAmongManyShortOnes() throws {
    var counts = [Int](repeating: 1, count: 500)
    counts[250] = 5_000
    try check(counts.map { (0..<UInt32($0)).map { $0 } }, whole: true)
  }

  @Test func nothingAtAll() throws { try check([[], []], whole: true) }
}

@Suite struct TrackFactsTests {
  private func facts(_ json: [UInt8]) throws -> TrackFacts {
    let key = Array("a".utf8)
    return try TrackFacts(unsafe json.span.bytes, key: unsafe key.span.bytes)
  }

  @Test func theyAreThoseOfTheRecord() throws {
    let labels = ["rock", "r&b \"x\" \\ /", "Ünïcode 🎵", "", "{\"label\":\"no\"}"]
    for label in labels {
      var record = try preparedTrack("rock.1", views: [.features, .mel]).record
      record.label = label
      record.title = "a ] } \" title"
      let facts = try facts(try RecordJSON.encode(record))
      #expect(facts.label == label && facts.checksum.elementsEqual(record.contentChecksum.utf8))
      for view in View.allCases {
        let hex = (try fingerprint("one \(view.rawValue)")).hex
        #expect(facts.has(view, fingerprint: Array(hex.utf8)) == (record.views[view] != nil))
        #expect(!facts.has(view, fingerprint: []))
      }
    }
  }

  @Test func damagedRecordsAreRefusedAndNeverCrash() throws {
    let json = try RecordJSON.encode(try preparedTrack("rock.1").record)
    for length in 0..<json.count {
      let error = #expect(throws: CacheError.self) { try facts(Array(json[..<length])) }
      #expect(error?.kind == .invalidRecord)
    }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<3_000 {
      var bytes = json
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      _ = try? facts(bytes)
    }
  }
}
