import TestSupport
import Testing

@testable import AudioIO

/// Sizes in headers that are not the file's: left open by streams, a little off, or broken
/// promises.
@Suite struct StreamedSizeTests {
  let folder: TemporaryFolder
  let samples = SyntheticAudio.noise(5_000)

  init() throws { folder = try TemporaryFolder() }

  private func decode(_ bytes: [UInt8]) throws -> DecodedTrack {
    try AudioFile.decode(at: try folder.write(bytes, "a.bin"))
  }

  private func verdict(_ bytes: [UInt8]) -> AudioError.Kind? {
    #expect(throws: AudioError.self) { try decode(bytes) }?.kind
  }

  private func written(_ form: WaveWriter.Form, _ samples: [Int16]? = nil) throws -> [UInt8] {
    let path = folder.path("whole.bin")
    try WaveWriter.write(
      interleaved: (samples ?? self.samples).map { Float($0) / 32_768 }, channels: 1,
      sampleRate: 22_050, as: form, to: path)
    return try TemporaryFolder.bytes(of: path)
  }

  /// The bytes with a number in the place of another, `offset` bytes behind the first `name`.
  private func with(
    _ bytes: [UInt8], _ value: Int64, behind name: String, at offset: Int, width: Int = 4,
    bigEndian: Bool = false
  ) throws -> [UInt8] {
    let mark = Array(name.utf8)
    let start =
      try #require(
        bytes.indices.first { bytes[$0...].starts(with: mark) }) + mark.count + offset
    var bytes = bytes
    bytes.replaceSubrange(
      start..<(start + width),
      with: HeaderBytes.digits(value, bytes: width, bigEndian: bigEndian))
    return bytes
  }

  @Test(
    arguments: [
      0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFDB, 0, 0x7FFF_FFFF - 36,
    ] as [Int64])
  func sizesThatStreamsLeave(size: Int64) throws {
    for form in [WaveWriter.Form.wav16, .wavExtensible] {
      let track = try decode(try with(try written(form), size, behind: "data", at: 0))
      #expect(track.samples == .int16(samples))
      #expect(track.remark == nil)
    }
    let au = try with(try written(.au16), size, behind: ".snd", at: 4, bigEndian: true)
    #expect(try decode(au).samples == .int16(samples))
    var aiff = try with(try written(.aiff16), size, behind: "SSND", at: 0, bigEndian: true)
    #expect(try decode(aiff).samples == .int16(samples))
    // Whoever leaves the size of the audio open does not know the number of frames either.
    aiff = try with(aiff, 0, behind: "COMM", at: 6, bigEndian: true)
    #expect(try decode(aiff).samples == .int16(samples))
  }

  @Test func longSizesThatStreamsLeave() throws {
    for size in [0, -1, .max, 0xFFFF_FFFF] as [Int64] {
      let wave64 = try written(.wave64)
      #expect(
        try decode(try with(wave64, size, behind: "data", at: 12, width: 8)).samples
          == .int16(samples))
      let caf = try with(
        try written(.caf16), size, behind: "data", at: 0, width: 8, bigEndian: true)
      #expect(try decode(caf).samples == .int16(samples))
      let rf64 = try with(try written(.rf64), size, behind: "ds64", at: 12, width: 8)
      let track = try decode(rf64)
      #expect(track.samples == .int16(samples))
      #expect(track.source.container == "RF64")
    }
    var bw64 = try written(.rf64)
    bw64.replaceSubrange(0..<4, with: Array("BW64".utf8))
    #expect(try decode(bw64).samples == .int16(samples))
  }

  @Test func sizesALittleTooLargeAreUsedWithARemark() throws {
    let data = SyntheticAudio.bytes(samples)
    for (size, missing) in [(10_001, 1), (10_016, 16), (10_044, 44), (10_036, 36)] {
      let track = try decode(SyntheticAudio.wave(data: data, dataSize: UInt32(size)))
      #expect(track.samples == .int16(samples))
      #expect(track.remark?.contains("counts \(size) bytes of audio, \(missing) more") == true)
    }
    // Half a sample is none.
    let half = try decode(SyntheticAudio.wave(data: data + [7]))
    #expect(half.samples == .int16(samples))
    #expect(half.remark?.contains("ends within a sample") == true)
    let stereo = SyntheticAudio.wave(data: data.dropLast(3), channels: 2, dataSize: 10_000)
    #expect(try decode(stereo).source.frames == 2_499)
    // A whole sample that is missing is a broken promise.
    for size in [10_002, 10_017, 12_000] {
      #expect(
        verdict(SyntheticAudio.wave(data: data, dataSize: UInt32(size)))
          == .headerPromisesMore(declared: Int64(size), actual: 10_000))
    }
  }

  @Test func whatFollowsTheAudioIsRemarkedWhereItIsMuch() throws {
    let data = SyntheticAudio.bytes(samples)
    let short = try decode(SyntheticAudio.wave(data: data, dataSize: 1_000))
    #expect(short.samples == .int16(Array(samples[..<500])))
    #expect(short.remark?.contains("9000 bytes of no known kind follow") == true)
    let list = SyntheticAudio.chunk("LIST", [UInt8](repeating: 65, count: 9_000))
    #expect(try decode(SyntheticAudio.wave(data: data, after: list)).remark == nil)
    // An empty file with chunks behind it is empty, not one whose size is open.
    #expect(verdict(SyntheticAudio.wave(data: [], after: list)) == .noSamples)
  }

  @Test func chunksInAnotherOrderAndUnpaddedOnes() throws {
    let data = SyntheticAudio.bytes(samples)
    let format = SyntheticAudio.wave(data: []).dropFirst(12).prefix(24)
    let last = SyntheticAudio.chunk(
      "RIFF",
      Array("WAVE".utf8) + SyntheticAudio.chunk("data", data) + format)
    #expect(try decode(last).samples == .int16(samples))
    let odd =
      Array("LIST".utf8) + SyntheticAudio.littleEndian(UInt32(25))
      + [UInt8](repeating: 66, count: 25)
    #expect(try decode(SyntheticAudio.wave(data: data, before: odd)).samples == .int16(samples))
    #expect(
      verdict(SyntheticAudio.wave(data: data, dataSize: 20_000, before: odd))
        == .headerPromisesMore(declared: 20_000, actual: 10_001))
    let two = SyntheticAudio.wave(data: data, after: SyntheticAudio.chunk("data", data))
    #expect(verdict(two) == .unsupported)
  }

  @Test func tagsBeforeAnyFormat() throws {
    let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 1, 2] + [UInt8](repeating: 0, count: 130)
    for form in [WaveWriter.Form.wav16, .flac16, .aiff16, .au16, .caf16, .wave64, .rf64] {
      let whole = try written(form)
      #expect(try decode(tag + whole).samples == .int16(samples), "\(form)")
      #expect(throws: AudioError.self) { try decode(tag + whole.dropLast(1_000)) }
    }
  }

  /// A FLAC file from a pipe counts no samples: only its last frame tells whether it is whole.
  @Test func flacFromAPipe() throws {
    var bytes = try written(.flac16)
    bytes[21] &= 0xF0
    bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
    #expect(try decode(bytes).samples == .int16(samples))
    #expect(
      try decode(bytes + Array("TAG".utf8) + [UInt8](repeating: 32, count: 125)).samples
        == .int16(samples))
    for missing in [1, 2, 100, 5_000] {
      #expect(
        verdict(Array(bytes.dropLast(missing))) == .truncated(declared: nil, actual: nil))
    }
  }

  @Test func streamsInARowAreReadWhole() throws {
    let second = SyntheticAudio.noise(3_000, seed: 2)
    let first = try written(.vorbis)
    let alone = try decode(first).samples.floats()
    let next = try written(.vorbis, second)
    let both = try decode(first + next)
    #expect(both.samples.floats() == alone + (try decode(next).samples.floats()))
    #expect(both.source.frames == 8_000)
    #expect(try AudioFile.probe(at: folder.path("a.bin")).frames == 3_000)
    _ = try decode(first + next + first)
    #expect(try AudioFile.probe(at: folder.path("a.bin")).frames == 13_000)
    // The first stream lacks its end.
    #expect(
      verdict(Array(first.dropLast(40)) + next) == .damaged)
    #expect(
      verdict(first + next.dropLast(40)) == .truncated(declared: nil, actual: nil))
    let path = folder.path("other.bin")
    try WaveWriter.write(
      interleaved: second.map { Float($0) / 32_768 }, channels: 1, sampleRate: 44_100, as: .vorbis,
      to: path)
    #expect(verdict(first + (try TemporaryFolder.bytes(of: path))) == .formatChanges(frame: 5_000))
  }

  @Test func absurdSamplesAreRefused() throws {
    for (value, isAbsurd) in [(Float(1e19), true), (-1.1e6, true), (1e6, false), (-32_768, false)] {
      var floats = [Float](repeating: 0.25, count: 40_000)
      floats[30_001] = value
      let bytes = SyntheticAudio.wave(data: SyntheticAudio.bytes(floats), bits: 32, tag: 3)
      if isAbsurd {
        #expect(verdict(bytes) == .absurd(frame: 30_001))
      } else {
        #expect(try decode(bytes).samples == .float32(floats))
      }
    }
  }

  @Test func formatsThatAreNotReadAreNamed() throws {
    let rest = [UInt8](repeating: 0, count: 100)
    let heads: [(String, [UInt8])] = [
      ("MPEG-4 audio (AAC or ALAC)", [0, 0, 0, 28] + Array("ftypM4A ".utf8)),
      ("MPEG-4", [0, 0, 0, 28] + Array("ftypisom".utf8)), ("AAC", [0xFF, 0xF1, 0x50, 0x40]),
      ("WebM or Matroska", [0x1A, 0x45, 0xDF, 0xA3]),
      ("Windows Media", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
      ("WavPack", Array("wvpk".utf8)), ("Monkey's Audio", Array("MAC ".utf8)),
    ]
    for (name, head) in heads { #expect(verdict(head + rest) == .otherFormat(name)) }
  }
}
