import TestSupport
import Testing

@testable import AudioIO

/// MPEG audio of every kind that people have: with and without a count, with other things before,
/// between and behind its frames, cut, joined and damaged.
@Suite struct MPEGTests {
  let folder: TemporaryFolder
  /// An mp3 file as LAME writes it, its first frame a table.
  let tagged: [UInt8]
  /// Its frames, the table among them.
  let frames: [ArraySlice<UInt8>]
  /// The same without the table.
  let bare: [UInt8]
  /// What `bare` holds.
  let samples: [Float]

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.path("tagged.mp3")
    let noise = SyntheticAudio.noise(30_000)
    let sound = noise.indices.map { Float(noise[$0]) / 65_536 * Float($0 / 5_000 % 2) }
    try WaveWriter.write(interleaved: sound, channels: 1, sampleRate: 22_050, as: .mp3, to: path)
    tagged = try TemporaryFolder.bytes(of: path)
    frames = Self.frames(of: tagged)
    bare = Array(frames.dropFirst().joined())
    samples = try AudioFile.decode(at: folder.write(bare, "bare.mp3")).samples.floats()
  }

  /// The frames of a file that holds nothing else.
  private static func frames(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var frames: [ArraySlice<UInt8>] = []
    var offset = 0
    while offset + 4 <= bytes.count {
      let word = bytes[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard let length = MPEGHeader(word)?.length else { break }
      frames.append(bytes[offset..<min(bytes.count, offset + length)])
      offset += length
    }
    return frames
  }

  private func decode(_ bytes: some Sequence<UInt8>, _ name: String = "a.mp3") throws -> [Float] {
    let path = try folder.write(bytes, name)
    let track = try AudioFile.decode(at: path)
    #expect(try AudioFile.probe(at: path) == track.source)
    return track.samples.floats()
  }

  private func verdict(_ bytes: some Sequence<UInt8>) -> AudioError? {
    #expect(throws: AudioError.self) { try decode(bytes) }
  }

  private func id3(_ count: Int) -> [UInt8] {
    Array("ID3".utf8) + [3, 0, 0, 0, 0, UInt8(count >> 7), UInt8(count & 127)]
      + (0..<count).map { UInt8($0 % 251) }
  }

  /// Without a count the frames decide, whatever the bit rate of the first one lets one guess.
  @Test func framesDecideWhereNothingCountsThem() throws {
    #expect(frames.count > 50)
    #expect(Set(frames.dropFirst().map(\.count)).count > 3, "the bit rate varies")
    #expect(samples.count == (frames.count - 1) * 576)
    #expect(try decode(frames[1]).count == 576)
    #expect(try decode(frames.dropFirst(20).joined()).count == (frames.count - 20) * 576)
  }

  /// A LAME table says what is music: 30,000 samples, and where they begin.
  @Test func aTableLeavesOutTheDelays() throws {
    let music = try decode(tagged)
    #expect(music.count == 30_000)
    let header = try #require(MPEGHeader(word(frames[0])))
    let info = try #require(MPEGInfo(Array(frames[0]), header))
    let padding = try #require(info.padding)
    #expect(info.frames == frames.count - 1)
    let start = padding.before + 529
    #expect(music == Array(samples[start..<(start + 30_000)]))
  }

  private func word(_ frame: ArraySlice<UInt8>) -> UInt32 {
    frame.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }

  @Test func otherThingsBeforeAndBehindArePassedOver() throws {
    let zeros = [UInt8](repeating: 0, count: 5_000)
    let junk = SyntheticAudio.bytes(SyntheticAudio.noise(700, seed: 3)).map { $0 & 0x7F }
    let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 32, count: 125)
    let ape =
      Array("APETAGEX".utf8) + [0xD0, 7, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xA0]
      + [UInt8](repeating: 0, count: 40)
    for before in [id3(10), id3(15_000), id3(200) + id3(300), id3(100) + zeros, zeros, junk] {
      #expect(try decode(before + bare) == samples)
    }
    for behind in [id3v1, ape, ape + id3v1, zeros, junk, id3(400), [0x41]] {
      #expect(try decode(bare + behind) == samples)
    }
    #expect(try decode(id3(20_000) + tagged).count == 30_000)
    #expect(try decode(bare, "named.wav") == samples)
  }

  @Test func mpegInAWaveFile() throws {
    let wave = SyntheticAudio.wave(data: bare, bits: 0, tag: 0x55)
    #expect(try decode(wave, "a.wav") == samples)
    #expect(try AudioFile.probe(at: folder.path("a.wav")).container == "WAV")
    let empty = SyntheticAudio.wave(data: [1, 2, 3, 4], bits: 0, tag: 0x55)
    #expect(verdict(empty)?.kind == .damaged)
  }

  @Test func joinedFilesAreReadWhole() throws {
    let both = try decode(bare + bare)
    #expect(both.count == 2 * samples.count)
    #expect(Array(both[..<samples.count]) == samples)
    #expect(try decode(bare + id3(3_000) + bare).count == 2 * samples.count)
    // The first table counts its own file only; the second is a frame like any other, and silent.
    let tables = try decode(tagged + tagged)
    let start = 2 * frames.count * 576 - 576 - tables.count
    #expect(Array(tables[..<20_000]) == Array(samples[start..<(start + 20_000)]))
  }

  @Test func whatIsMissingIsNamed() throws {
    #expect(
      verdict(bare.dropLast(1))?.kind
        == .truncated(declared: nil, actual: (frames.count - 2) * 576))
    #expect(verdict(bare.dropLast(1))?.detail.contains("within its last frame") == true)
    // Where a frame ends and nothing counts them, so does the file.
    let last = try #require(frames.last).count
    #expect(try decode(bare.dropLast(last)).count == samples.count - 576)
    for missing in [last, 2 * last, tagged.count / 2] {
      guard case .truncated(let declared, let actual) = verdict(tagged.dropLast(missing))?.kind
      else {
        Issue.record("\(missing) bytes less")
        continue
      }
      #expect(declared == (frames.count - 1) * 576)
      #expect((actual ?? .max) < (declared ?? 0))
    }
    #expect(verdict(bare.prefix(20))?.kind == .notAudio)
  }

  @Test func damageBetweenFramesIsNamed() throws {
    let middle = frames[1..<30].joined()
    let rest = frames[30...].joined()
    let hole = [UInt8](repeating: 0, count: 500)
    let error = verdict(Array(middle) + hole + rest)
    #expect(error?.kind == .damaged)
    #expect(error?.detail.contains("holds 500 bytes at byte \(middle.count)") == true)
    #expect(verdict(Array(middle) + [1, 2, 3] + rest)?.kind == .damaged)
  }

  @Test func anotherRateIsNamed() throws {
    let path = folder.path("other.mp3")
    let tone = (0..<20_000).map { 0.5 * Float.sine(440, at: $0, rate: 44_100) }
    try WaveWriter.write(interleaved: tone, channels: 1, sampleRate: 44_100, as: .mp3, to: path)
    let error = verdict(bare + (try TemporaryFolder.bytes(of: path)))
    #expect(error?.kind == .formatChanges(frame: samples.count))
    try WaveWriter.write(
      interleaved: tone + tone, channels: 2, sampleRate: 22_050, as: .mp3, to: path)
    #expect(
      verdict(bare + (try TemporaryFolder.bytes(of: path)))?.kind
        == .formatChanges(frame: samples.count))
  }

  /// Silent frames, made by hand: an allocation of no bits is silence.
  @Test func layersOneAndTwo() throws {
    // 44.1 kHz, two channels; 417 bytes at 128 kbit/s, 4 × 104 at 384.
    let two: [UInt8] = [0xFF, 0xFD, 0x80, 0x00] + [UInt8](repeating: 0, count: 413)
    let one: [UInt8] = [0xFF, 0xFF, 0xC0, 0x00] + [UInt8](repeating: 0, count: 412)
    for (frame, count, name) in [(two, 1_152, "MPEG_LAYER_II"), (one, 384, "MPEG_LAYER_I")] {
      let path = try folder.write([[UInt8]](repeating: frame, count: 20).joined(), "a.mp2")
      let track = try AudioFile.decode(at: path, Decoding(sampleRate: 44_100))
      #expect(track.samples == .float32([Float](repeating: 0, count: 20 * count)))
      #expect(track.source.encoding == name)
      #expect(
        verdict([[UInt8]](repeating: frame, count: 20).joined().dropLast(5))?.code == "truncated")
    }
  }

  /// Fraunhofer's table counts frames too, and is a promise.
  @Test func fraunhofersTable() throws {
    func table(_ count: Int) -> [UInt8] {
      var frame = Array(frames[1...].first { $0.count > 60 } ?? [])
      for index in 4..<frame.count { frame[index] = 0 }
      let bytes = HeaderBytes.digits(Int64(bare.count + frame.count), bytes: 4, bigEndian: true)
      frame.replaceSubrange(
        36..<54,
        with: Array("VBRI".utf8) + [0, 1, 0, 0, 0, 0] + bytes
          + HeaderBytes.digits(Int64(count), bytes: 4, bigEndian: true))
      return frame
    }
    let count = frames.count - 1
    let decoded = try decode(table(count) + bare)
    #expect(decoded.count == samples.count + 576)
    let difference = zip(decoded.suffix(20_000), samples.suffix(20_000)).map { abs($0 - $1) }.max()
    #expect((difference ?? 1) < 1e-6)
    #expect(
      verdict(table(count + 9) + bare)?.code == "truncated")
  }
}
