import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import AudioIO

@Suite struct MalformedFileTests {
  let folder: TemporaryFolder
  let samples = SyntheticAudio.noise(1_000)

  init() throws { folder = try TemporaryFolder() }

  func verdict(_ path: String, _ decoding: Decoding = Decoding()) -> AudioError? {
    do throws(AudioError) {
      _ = try AudioFile.decode(at: path, decoding)
      return nil
    } catch {
      #expect(!error.description.contains { $0.isNewline })
      #expect(error.subject == path)
      #expect(!error.hint.isEmpty)
      return error
    }
  }

  func verdict(_ bytes: [UInt8]) throws -> AudioError? {
    verdict(try folder.write(bytes, "file.wav"))
  }

  @Test func filesThatAreNotAudio() throws {
    #expect(try verdict([])?.kind == .empty)
    #expect(try verdict(Array("just a text file, hello\n".utf8))?.kind == .notAudio)
    #expect(try verdict([1])?.kind == .notAudio)
    #expect(try verdict(Array("RIFF".utf8))?.kind == .notAudio)
    #expect(try verdict([UInt8](repeating: 0, count: 100_000))?.kind == .notAudio)
    #expect(try verdict(Array(SyntheticAudio.wave(data: []).dropFirst(12)))?.kind == .notAudio)
    #expect(try verdict([0xFF, 0xFB, 0x90, 0x00] + Array("no frames".utf8))?.kind == .notAudio)
    let html = Array("<!DOCTYPE html><title>404</title>".utf8)
    #expect(try verdict(html)?.code == "not-audio")
  }

  @Test func pathsThatAreNotFiles() throws {
    #expect(verdict(folder.path("missing.wav"))?.kind == .unreadable(errno: 2))
    #expect(verdict(folder.path)?.kind == .notAFile)
    #expect(verdict("/dev/null")?.kind == .notAFile)
    #expect(verdict(folder.path("a\u{0}.wav"))?.code == "unreadable")
    let named = try folder.write(Array("text".utf8), "a\n\u{1B}[2J.wav")
    #expect(verdict(named)?.description.unicodeScalars.contains("\u{1B}") == false)
    let shut = try folder.write(SyntheticAudio.wave(data: [0, 0]), "shut.wav")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: shut)
    // The superuser reads everything.
    #expect(verdict(shut)?.kind == (geteuid() == 0 ? nil : .unreadable(errno: 13)))
    let link = folder.path("loop.wav")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
    #expect(verdict(link)?.code == "unreadable")
  }

  @Test func aHeaderThatPromisesMore() throws {
    let data = SyntheticAudio.bytes(samples)
    let whole = SyntheticAudio.wave(data: data)
    #expect(try verdict(whole) == nil)
    #expect(
      try verdict(SyntheticAudio.wave(data: data, dataSize: 2_002))?.kind
        == .headerPromisesMore(declared: 2_002, actual: 2_000))
    #expect(
      try verdict(Array(whole.dropLast(2)))?.kind
        == .headerPromisesMore(declared: 2_000, actual: 1_998))
    #expect(
      try verdict(Array(whole.prefix(44)))?.kind == .headerPromisesMore(declared: 2_000, actual: 0))
    let huge = SyntheticAudio.wave(data: data, dataSize: 0xFFFF_0000)
    #expect(try verdict(huge)?.code == "header-promises-more")
    // What follows the data does not make up for it.
    let list = SyntheticAudio.chunk("LIST", [UInt8](repeating: 65, count: 30))
    let behind = SyntheticAudio.wave(data: data, dataSize: 2_100, after: list)
    #expect(try verdict(behind)?.code == "header-promises-more")
  }

  @Test func aHeaderThatPromisesNothing() throws {
    let data = SyntheticAudio.bytes(samples)
    let piped = try folder.write(
      SyntheticAudio.wave(data: data, dataSize: 0xFFFF_FFFF), "piped.wav")
    #expect(try AudioFile.decode(at: piped).samples == .int16(samples))
  }

  @Test func chunksAroundTheDataArePassedOver() throws {
    let data = SyntheticAudio.bytes(samples)
    let odd = SyntheticAudio.chunk("LIST", [UInt8](repeating: 66, count: 31))
    let after = SyntheticAudio.chunk("LIST", [UInt8](repeating: 65, count: 300))
    let path = try folder.write(
      SyntheticAudio.wave(data: data, before: odd, after: after), "chunks.wav")
    #expect(try AudioFile.decode(at: path).samples == .int16(samples))
    // A chunk after the data that is cut short takes nothing from the audio.
    let cut = try folder.write(try TemporaryFolder.bytes(of: path).dropLast(100), "cut.wav")
    #expect(try AudioFile.decode(at: cut).samples == .int16(samples))
  }

  @Test func soundFilesWithoutSamples() throws {
    #expect(try verdict(SyntheticAudio.wave(data: []))?.kind == .noSamples)
    let path = folder.path("empty.wav")
    try WaveWriter.write(samples: [], sampleRate: 22_050, to: path)
    #expect(verdict(path)?.kind == .noSamples)
    for form in [WaveWriter.Form.flac16, .aiff16, .au16, .wave64, .caf16] {
      try WaveWriter.write(
        interleaved: [], channels: 1, sampleRate: 22_050, as: form, to: path)
      #expect(verdict(path) != nil, "\(form)")
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func samplesThatAreNotFinite(value: Float) throws {
    var floats = [Float](repeating: 0.25, count: 80_000)
    floats[70_001] = value
    let data = SyntheticAudio.bytes(floats)
    #expect(
      try verdict(SyntheticAudio.wave(data: data, bits: 32, tag: 3))?.kind
        == .notFinite(frame: 70_001))
    #expect(
      try verdict(SyntheticAudio.wave(data: data, channels: 2, bits: 32, tag: 3))?.kind
        == .notFinite(frame: 35_000))
    #expect(
      try verdict(SyntheticAudio.wave(data: data, rate: 44_100, bits: 32, tag: 3))?.kind
        == .notFinite(frame: 70_001))
  }

  @Test func numbersOutOfRange() throws {
    let data = [UInt8](repeating: 0, count: 65 * 2 * 10)
    #expect(
      try verdict(SyntheticAudio.wave(data: data, channels: 65))?.kind == .tooManyChannels(65))
    #expect(
      try verdict(SyntheticAudio.wave(data: data, rate: 10))?.kind == .sampleRateOutOfRange(10))
    #expect(
      try verdict(SyntheticAudio.wave(data: data, rate: 2_000_000))?.kind
        == .sampleRateOutOfRange(2_000_000))
    #expect(try verdict(SyntheticAudio.wave(data: data, channels: 0)) != nil)
    #expect(try verdict(SyntheticAudio.wave(data: data, rate: 0)) != nil)
    #expect(try verdict(SyntheticAudio.wave(data: data, bits: 0)) != nil)
    #expect(try verdict(SyntheticAudio.wave(data: data, tag: 0x1234))?.kind == .unsupported)
    let path = try folder.write(SyntheticAudio.wave(data: data), "a.wav")
    #expect(verdict(path, Decoding(sampleRate: 0))?.code == "sample-rate")
    #expect(verdict(path, Decoding(sampleRate: .max))?.code == "sample-rate")
  }

  @Test func filesThatPlayTooLong() throws {
    let path = try folder.write(
      SyntheticAudio.wave(data: [UInt8](repeating: 0, count: 44_100)), "second.wav")
    #expect(verdict(path, Decoding(maximumSeconds: 1)) == nil)
    #expect(
      verdict(path, Decoding(maximumSeconds: 0.99))?.kind == .tooLong(limitSeconds: 0.99))
    #expect(verdict(path, Decoding(maximumSeconds: .nan))?.code == "too-long")
    #expect(verdict(path, Decoding(maximumSeconds: -1))?.code == "too-long")
    #expect(verdict(path, Decoding(maximumSeconds: .infinity)) == nil)
  }

  @Test func messagesNameTheFileAndTheRemedy() throws {
    let path = try folder.write(Array("text".utf8), "text.wav")
    #expect(
      verdict(path)?.description
        == "decode: \(path) does not begin like any audio format; "
        + "replace it by a wav, flac, aiff, au, ogg, opus or mp3 file")
    #expect(
      verdict(folder.path("missing.wav"))?.description
        == "open: \(folder.path("missing.wav")) cannot be read (No such file or directory); "
        + "check that it exists and may be read")
  }

  /// Whatever the bytes, the outcome is a track or a verdict.
  @Test func mutatedFilesNeverTrap() throws {
    var random = Mutation(seed: 5)
    for form in WaveWriter.Form.allCases {
      let path = folder.path("whole.bin")
      let rate = form == .opus ? 48_000 : 22_050
      try WaveWriter.write(
        interleaved: samples.map { Float($0) / 65_536 }, channels: 1, sampleRate: rate, as: form,
        to: path)
      let whole = try TemporaryFolder.bytes(of: path)
      for _ in 0..<40 {
        var bytes = whole
        for _ in 0...random.below(4) {
          bytes[random.below(random.below(2) == 0 ? 64 : bytes.count) % bytes.count] =
            UInt8(random.below(256))
        }
        if random.below(3) == 0 { bytes.removeLast(random.below(bytes.count)) }
        if let track = try? AudioFile.decode(at: folder.write(bytes, "mutated.bin")) {
          #expect(track.samples.count > 0)
          #expect(track.samples.floats().allSatisfy { $0.isFinite })
        }
      }
    }
  }
}
