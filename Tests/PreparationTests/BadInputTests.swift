import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// Files that cannot be used: each goes to quarantine with its reason, and the rest is finished.
@Suite struct BadInputTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(labels: ["blues"])
  }

  private static let sound = Wave.pcm16(Wave.notes(seed: 1))

  /// A WAV whose first bytes are no RIFF header, as jazz.00054.wav of GTZAN is.
  private static var headless: [UInt8] {
    var bytes = sound
    bytes.replaceSubrange(0..<64, with: [UInt8](repeating: 0x5A, count: 64))
    return bytes
  }

  private static func withSample(_ value: Float) -> [UInt8] {
    var samples = [Float](repeating: 0.1, count: 9_600)
    samples[5_000] = value
    return Wave.float(samples)
  }

  static let faults: [(code: String, bytes: [UInt8])] = [
    ("not-audio", headless),
    ("empty", []),
    ("not-audio", Array("Just some words about music.\n".utf8)),
    ("header-promises-more", Array(sound.prefix(sound.count - 5_000))),
    ("header-promises-more", Wave.file(data: [UInt8](repeating: 1, count: 800), promised: 90_000)),
    ("no-samples", Wave.file(data: [])),
    ("too-short", Wave.pcm16([Int16](repeating: 5, count: 3_999))),
    ("not-finite", withSample(.nan)),
    ("not-finite", withSample(.infinity)),
    ("not-finite", withSample(-.infinity)),
    ("too-long", Wave.pcm16([Int16](repeating: 5, count: 61 * 8_000))),
  ]

  @Test(arguments: faults.indices)
  func aBadFileGoesToQuarantineWithItsReason(_ index: Int) throws {
    let fault = Self.faults[index]
    try folder.write(fault.bytes, "jazz/bad.wav")
    let summary = try folder.prepare(.small())
    #expect(summary.tracks == 2 && summary.prepared == 2)
    let record = try #require(summary.quarantine.first)
    #expect(record.code == fault.code && record.path == "jazz/bad.wav")
    #expect(record.id == "bad" && record.label == "jazz")
    #expect(!record.message.isEmpty && !record.hint.isEmpty)
    let cache = try folder.open()
    #expect(try cache.quarantined() == summary.quarantine && cache.verify() == [])
    #expect(try cache.trackRecord("bad") == nil)
    #expect(try cache.card()?.quarantine == summary.quarantine)
  }

  @Test func theBrokenFileOfTheRealCollection() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = package.deletingLastPathComponent()
      .appending(path: "shared/data/gtzan-faulty/jazz.00054.wav").path(percentEncoded: false)
    guard let bytes = FileManager.default.contents(atPath: path) else {
      print("skipped: the broken file of GTZAN is not at hand; one made alike is tested above")
      return
    }
    try folder.write(bytes, "jazz/jazz.00054.wav")
    let summary = try folder.prepare()
    #expect(summary.quarantine.map(\.code) == ["not-audio"] && summary.tracks == 2)
  }

  @Test func manyChannelsAndOddRatesAreNoFault() throws {
    let eight = Wave.notes(seed: 2).flatMap { [Int16](repeating: $0, count: 8) }
    try folder.write(Wave.pcm16(eight, channels: 8), "jazz/eight.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 3), rate: 8_000), "jazz/low.wav")
    try folder.write(
      Wave.pcm16(Wave.notes(seed: 4, count: 230_400), rate: 192_000), "jazz/high.wav")
    var recipe = try Recipe.samplesOnly()
    recipe.sampleRate = 22_050
    let summary = try folder.prepare(recipe)
    #expect(summary.quarantine.isEmpty && summary.tracks == 5)
    for id in ["eight", "low", "high"] {
      let frames = try #require(try folder.open().trackRecord(id)?.frames)
      #expect(abs(frames - 26_460) <= 1, "\(id)")
    }
  }

  @Test func theReasonForAShortTrackIsTheSameInEveryRun() throws {
    try folder.write(Wave.pcm16([Int16](repeating: 5, count: 100)), "jazz/bad.wav")
    let messages = try (0..<8).map { number in
      try folder.prepare(.small(), cache: "\(folder.path)/c\(number)").quarantine[0].message
    }
    #expect(Set(messages).count == 1 && messages[0].contains("one slice of features takes 4000"))
  }

  @Test func twoFilesWithOneId() throws {
    try folder.write(Self.sound, "jazz/01.wav")
    try folder.write(Self.sound, "jazz/01.WAV")
    let summary = try folder.prepare()
    #expect(summary.quarantine.map(\.code) == ["duplicate-id"] && summary.tracks == 3)
    #expect(summary.quarantine[0].message.contains("jazz/01.WAV"))
  }

  @Test func aSymlinkLoopAndALinkToADeviceAreNamed() throws {
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: "\(folder.audio)/blues/again", withDestinationPath: folder.audio)
    try manager.createSymbolicLink(
      atPath: "\(folder.audio)/blues/self.wav", withDestinationPath: "self.wav")
    try manager.createSymbolicLink(
      atPath: "\(folder.audio)/blues/out.wav", withDestinationPath: "/dev/null")
    let summary = try folder.prepare()
    #expect(summary.tracks == 2)
    #expect(
      summary.quarantine.map(\.code) == ["symlink-loop", "not-a-file", "symlink-loop"])
    #expect(try folder.prepare().prepared == 0)
  }

  /// Data sets from Hugging Face, DVC and git-annex hold links out of the folder that is given.
  @Test func linkedFilesArePreparedAndOtherFilesCounted() throws {
    let blob = try folder.write(Self.sound, "../blobs/0f1e")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.audio)/blues/linked.wav", withDestinationPath: blob)
    try folder.write([1], "blues/cover.jpg")
    try folder.write([1], "readme.txt")
    let summary = try folder.prepare()
    #expect(summary.tracks == 3 && summary.quarantine.isEmpty)
    #expect(summary.passedOver == ["blues/cover.jpg", "readme.txt"])
  }

  @Test func filesWithoutALabelAndOddNames() throws {
    try folder.write(Self.sound, "stray.wav")
    try folder.write(Self.sound, "jazz/new\nline.wav")
    try folder.write(Self.sound, "jazz/comma, \"quote\" 🎸.wav")
    let summary = try folder.prepare()
    #expect(summary.quarantine.map(\.code) == ["bad-path", "no-label"] && summary.tracks == 3)
  }

  @Test func aFileThatMayNotBeReadIsNamed() throws {
    guard getuid() != 0 else {
      print("skipped: to root every file may be read")
      return
    }
    let path = try folder.write(Self.sound, "jazz/bad.wav")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(try folder.prepare().quarantine.map(\.code) == ["unreadable"])
  }

  @Test func aMendedFileLeavesQuarantine() throws {
    try folder.write([], "jazz/bad.wav")
    try folder.prepare()
    let sink = Recorder()
    #expect(try folder.prepare(sink: sink).quarantine.count == 1)
    #expect(sink.reasons == ["all views of 1 track: were in quarantine, tried again"])
    try folder.write(Self.sound, "jazz/bad.wav")
    let summary = try folder.prepare()
    #expect(summary.quarantine.isEmpty && summary.tracks == 3 && summary.prepared == 1)
    let fresh = "\(folder.path)/fresh"
    try folder.prepare(cache: fresh)
    #expect(try folder.digest() == folder.digest(fresh))
  }

  @Test func aFileThatWentBadTakesItsTrackAlong() throws {
    try folder.prepare()
    try folder.write(Array("no music".utf8), "blues/blues.00000.wav")
    let summary = try folder.prepare()
    #expect(summary.tracks == 1 && summary.quarantine.map(\.code) == ["not-audio"])
    #expect(try folder.open().trackRecords().map(\.id) == ["blues.00001"])
    #expect(try folder.open().verify() == [])
    try folder.remove("blues/blues.00000.wav")
    #expect(try folder.prepare().quarantine.isEmpty)
  }

  @Test func everyTrackInQuarantineIsAnEndToo() throws {
    for name in ["blues.00000", "blues.00001"] { try folder.write([], "blues/\(name).wav") }
    let plan = try SplitPlan(seed: 1, division: .ratios([0.8, 0.1, 0.1]))
    let summary = try folder.prepare(split: plan)
    #expect(summary.tracks == 0 && summary.quarantine.count == 2)
    #expect(summary.emptySplits.count == 1)
    #expect(try folder.open().card()?.tracks == 0)
    try folder.music(labels: ["blues"])
    #expect(try folder.prepare().emptySplits == [])
    #expect(try folder.open().split(named: plan.name)?.assignment.count == 2)
  }
}
