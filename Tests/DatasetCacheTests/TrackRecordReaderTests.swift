import Corpus
import Foundation
import Safetensors
import Testing

@testable import DatasetCache

/// The quick reader of tracks' records gives what the general decoder gives.
@Suite struct TrackRecordReaderTests {
  private func expectSame(_ json: [UInt8], _ reader: inout TrackRecordReader) throws {
    let general = Result {
      try RecordJSON.decode(TrackRecord.self, from: json, subject: "track 'x'")
    }
    switch general {
    case .success(let record):
      #expect(try reader.record(json, subject: "track 'x'") == record)
    case .failure:
      #expect(throws: CacheError.self, "\(String(decoding: json, as: UTF8.self))") {
        try reader.record(json, subject: "track 'x'")
      }
    }
  }

  private func record(_ generator: inout CounterGenerator) throws -> TrackRecord {
    func number() -> Double {
      let value = Double(bitPattern: generator.next())
      return value.isFinite ? value : Double(generator.next() % 1_000) / 7
    }
    func text() -> String {
      let pieces = [
        "é", "\"", "\\", "/", "\n", "\u{1F3B5}", "e\u{301}", "track", "\u{7F}", "01", " ",
      ]
      return (0..<(1 + Int(generator.next() % 6))).map { _ in
        pieces[Int(generator.next() % UInt64(pieces.count))]
      }.joined()
    }
    func maybe<Value>(_ value: Value) -> Value? { generator.next() % 2 == 0 ? value : nil }
    let figures = TrackFigures(
      seconds: number(), peak: number(), level: maybe(number()), offset: number(),
      clipped: number(), silent: number(), longestSilence: number(), infrasonic: number(),
      header: maybe(text()))
    let fault = Fault(.replica, source: text(), detail: maybe(text()))
    var views: [View: Fingerprint] = [:]
    for view in [View.mel, .waveform, .features] where generator.next() % 3 > 0 {
      views[view] = try Fingerprint(hashing: [UInt8(generator.next() % 2)])
    }
    return TrackRecord(
      id: text(), label: text(), path: text(), md5: maybe(text()), xxh3: maybe(text()),
      group: maybe(text()), artist: maybe(text()), title: maybe(text()),
      faults: generator.next() % 5 == 0 ? [fault] : nil, frames: Int(generator.next() % 1_000_000),
      sampleRate: 22_050,
      source: .init(
        container: "WAV", encoding: maybe("PCM_16") ?? "FLOAT", sampleRate: 44_100,
        channels: Int(generator.next() % 3), frames: Int(generator.next() % 4) * 1_000),
      storage: maybe(.int16) ?? .float32, views: views, figures: maybe(figures))
  }

  @Test(arguments: [1, 3]) func manyAreReadInTheirOrder(threads: Int) throws {
    var generator = CounterGenerator(seed: 43)
    let records = try (0..<2_000).map { _ in try record(&generator) }
    func block(damaged: Set<Int>) throws -> RecordBlock {
      var block = RecordBlock(threads: threads)
      for (number, record) in records.enumerated() {
        let json = damaged.contains(number) ? Array("{}".utf8) : try RecordJSON.encode(record)
        let id = Array("t\(number)".utf8)
        unsafe block.append(id: id.span.bytes, json: json.span.bytes)
      }
      return block
    }
    var sound = try block(damaged: [])
    #expect(try sound.read() == records)
    #expect(try sound.read().isEmpty)
    // The first is named, whichever thread finds its own first.
    var broken = try block(damaged: [1_900, 700])
    let error = #expect(throws: CacheError.self) { try broken.read() }
    #expect(error?.kind == .invalidRecord && error?.subject == "track 't700'")
  }

  @Test func whatIsWrittenIsRead() throws {
    var generator = CounterGenerator(seed: 41)
    var reader = TrackRecordReader()
    for _ in 0..<500 {
      let record = try record(&generator)
      let json = try RecordJSON.encode(record)
      #expect(try reader.record(json, subject: "") == record)
      try expectSame(json, &reader)
    }
  }

  @Test func whatIsDamagedIsReadOrRefusedAlike() throws {
    var generator = CounterGenerator(seed: 42)
    var reader = TrackRecordReader()
    for _ in 0..<2_000 {
      var json = try RecordJSON.encode(record(&generator))
      for _ in 0..<(1 + generator.next() % 3) {
        let index = Int(generator.next() % UInt64(json.count))
        switch generator.next() % 3 {
        case 0: json[index] = UInt8(truncatingIfNeeded: generator.next())
        case 1: json.remove(at: index)
        default: json.insert(UInt8(32 + generator.next() % 95), at: index)
        }
      }
      try expectSame(json, &reader)
    }
  }

  @Test(arguments: [
    #""frames":1.0"#, #""frames":1e3"#, #""frames":-5"#, #""frames":12,"more":[1]"#,
    #""frames":01"#,
    #""frames":null"#, #""md5":null,"frames":7"#, #""frames":99999999999999999999"#,
    #""frames":3,"id":"again""#, #""views":{},"frames":3"#,
  ]) func unusualFormsAreReadAsTheGeneralDecoderDoes(_ member: String) throws {
    let start = #"{"id":"a","label":"b","path":"c","sampleRate":8000,"storage":"I16","#
    let source =
      #""source":{"channels":1,"container":"WAV","encoding":"PCM_16","frames":2,"sampleRate":8000}"#
    let views = #""views":{"mel":"\#(String(repeating: "0", count: 64))"}"#
    var reader = TrackRecordReader()
    for json in ["\(start)\(source),\(views),\(member)}", "\(start)\(member),\(source)}"] {
      try expectSame(Array(json.utf8), &reader)
    }
  }

  @Test func stampsAreReadAsTheyAreWritten() throws {
    var generator = CounterGenerator(seed: 43)
    let extremes: [Int64] = [0, 1, -1, .max, .min, 1_795_957_724_678_699_787]
    for round in 0..<200 {
      let numbers = [0, 1].map { offset in
        round < 6 ? extremes[(round + offset) % 6] : Int64(bitPattern: generator.next())
      }
      let stamp = SourceStamp(byteCount: numbers[0], modifiedNanoseconds: numbers[1])
      #expect(SourceStamp(written: try RecordJSON.encode(stamp)) == stamp)
    }
    for text in [
      #"{"byteCount":1}"#, #"{"byteCount":1.5,"modifiedNanoseconds":2}"#, "[]", "",
      #"{"byteCount":1,"byteCount":1,"modifiedNanoseconds":2}"#,
      #"{"byteCount":01,"modifiedNanoseconds":2}"#,
      #"{"byteCount":9223372036854775808,"modifiedNanoseconds":2}"#,
      #"{"byteCount":1,"modifiedNanoseconds":2,"more":3}"#,
    ] {
      #expect(SourceStamp(written: Array(text.utf8)) == nil, "\(text)")
    }
  }

  private func position(of key: String, in keys: PackedKeys, _ hint: Int) -> Int? {
    keys.position(of: unsafe Array(key.utf8).span.bytes, hint: hint)
  }

  @Test func keysAreFoundByTheirBytes() {
    var keys = PackedKeys()
    let all = ["a", "ab", "b", "ba", "z", "é"]
    for key in all { keys.append(key.utf8) }
    for hint in 0...all.count {
      for (position, key) in all.enumerated() {
        #expect(self.position(of: key, in: keys, hint) == position)
        #expect(keys.text(position) == key)
      }
      for key in ["", "aa", "abc", "y", "zz"] {
        #expect(self.position(of: key, in: keys, hint) == nil)
      }
    }
  }
}
