import FoundationEssentials
import TestSupport
import Testing

@testable import AudioIO

@Suite struct DecodingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func sixteenBitSamplesStayAsTheyAre() throws {
    let samples = SyntheticAudio.noise(70_001) + [.min, .max, 0]
    let path = folder.path("a.wav")
    try WaveWriter.write(samples: samples, sampleRate: 22_050, to: path)
    let track = try AudioFile.decode(at: path)
    #expect(track.samples == .int16(samples))
    #expect(track.sampleRate == 22_050)
    #expect(
      track.source
        == AudioFormat(
          container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1, frames: 70_004))
    #expect(track.byteCount == 44 + 140_008)
    #expect(track.samples.floats(70_001..<70_004) == [-1, 32_767 / 32_768, 0])
    #expect(try AudioFile.probe(at: path) == track.source)
  }

  @Test func md5IsThatOfTheFile() throws {
    let path = try folder.write(
      SyntheticAudio.wave(data: SyntheticAudio.bytes([Int16](repeating: 0, count: 4))), "z.wav")
    // md5sum and xxhsum -H2 of these 52 bytes.
    let track = try AudioFile.decode(at: path, takesMD5: true)
    #expect(track.md5 == "00d265070baa9b6f9a67c8176d115479")
    #expect(track.xxh3 == "33a679f0e4ce4f58709816f1ee974ad3")
    #expect(try AudioFile.xxh3(at: path) == track.xxh3)
    #expect(try AudioFile.md5(at: path) == track.md5)
    #expect(try AudioFile.decode(at: path).md5 == nil)
  }

  /// Every container of 16-bit samples gives the same samples, without loss.
  @Test(arguments: [
    WaveWriter.Form.wav16, .wavExtensible, .rf64, .wave64, .aiff16, .au16, .caf16, .flac16,
  ])
  func losslessContainers(form: WaveWriter.Form) throws {
    let samples = SyntheticAudio.noise(5_000)
    let path = folder.path("a.bin")
    try WaveWriter.write(
      interleaved: samples.map { Float($0) / 32_768 }, channels: 1, sampleRate: 22_050, as: form,
      to: path)
    #expect(try AudioFile.decode(at: path).samples == .int16(samples))
    // One byte less is no longer the file that its header describes.
    let bytes = try TemporaryFolder.bytes(of: path)
    for missing in [2, 1_000, 9_000] {
      let cut = try folder.write(bytes.dropLast(missing), "cut.bin")
      let error = #expect(throws: AudioError.self) { try AudioFile.decode(at: cut) }
      let codes = ["header-promises-more", "truncated", "damaged", "unsupported"]
      #expect(
        codes.contains(error?.code ?? ""), "\(form) -\(missing): \(String(describing: error))")
    }
  }

  @Test(arguments: [WaveWriter.Form.vorbis, .opus, .mp3])
  func lossyContainers(form: WaveWriter.Form) throws {
    let rate = form == .opus ? 48_000 : 22_050
    let sine = (0..<(rate * 2)).map { 0.5 * Float.sine(440, at: $0, rate: rate) }
    let path = folder.path("a.bin")
    try WaveWriter.write(interleaved: sine, channels: 1, sampleRate: rate, as: form, to: path)
    let track = try AudioFile.decode(at: path)
    guard case .float32(let samples) = track.samples else {
      Issue.record("lossy audio is float")
      return
    }
    #expect(abs(samples.count - 44_100) < 3_000)
    let middle = samples[10_000..<30_000]
    let power = middle.reduce(0) { $0 + $1 * $1 } / Float(middle.count)
    #expect(abs(power - 0.125) < 0.01)
    let bytes = try TemporaryFolder.bytes(of: path)
    for missing in [1, bytes.count / 3, bytes.count / 2] {
      let cut = try folder.write(bytes.dropLast(missing), "cut.bin")
      let result = Result { try AudioFile.decode(at: cut) }
      if form == .mp3 && missing == 1 { continue }
      #expect(throws: AudioError.self, "\(form) -\(missing)") { try result.get() }
    }
  }

  @Test(arguments: [WaveWriter.Form.wav8, .wav24, .wavFloat, .wavDouble])
  func otherDepthsBecomeFloat(form: WaveWriter.Form) throws {
    let values: [Float] = [0, 0.5, -0.5, 0.25, -1]
    let path = folder.path("a.wav")
    try WaveWriter.write(
      interleaved: values, channels: 1, sampleRate: 22_050, as: form, to: path)
    #expect(try AudioFile.decode(at: path).samples == .float32(values))
  }

  @Test func severalChannelsBecomeTheirMean() throws {
    let frames = 40_000  // more than are decoded at a time
    for channels in [2, 8] {
      let interleaved = SyntheticAudio.noise(frames * channels).map { Float($0) / 32_768 }
      let path = folder.path("\(channels).wav")
      try WaveWriter.write(
        interleaved: interleaved, channels: channels, sampleRate: 22_050, as: .wavExtensible,
        to: path)
      let track = try AudioFile.decode(at: path)
      let expected = (0..<frames).map { frame in
        (0..<channels).reduce(Float(0)) { $0 + interleaved[frame * channels + $1] }
          / Float(channels)
      }
      #expect(track.samples == .float32(expected))
      #expect(track.source.channels == channels)
      #expect(track.source.frames == frames)
    }
  }

  @Test(arguments: [8_000, 16_000, 44_100, 48_000, 192_000])
  func otherRatesAreResampled(rate: Int) throws {
    let sine = (0..<rate).map { 0.5 * Float.sine(1_000, at: $0, rate: rate) }
    let path = folder.path("a.wav")
    try WaveWriter.write(interleaved: sine, channels: 1, sampleRate: rate, as: .wavFloat, to: path)
    let track = try AudioFile.decode(at: path)
    #expect(track.samples.count == 22_050)
    #expect(track.source.sampleRate == rate)
    #expect(track.source.frames == rate)
    let samples = track.samples.floats()
    for index in 2_000..<20_000 {
      let expected = 0.5 * Float.sine(1_000, at: index, rate: 22_050)
      if abs(samples[index] - expected) > 1e-4 {
        Issue.record("sample \(index): \(samples[index]), not \(expected)")
        break
      }
    }
    #expect(try AudioFile.decode(at: path) == track, "the same bytes each time")
    let own = try AudioFile.decode(at: path, Decoding(sampleRate: rate))
    #expect(own.samples == .float32(sine))
  }

  @Test func sixteenBitsOfAnotherRateBecomeFloat() throws {
    let path = folder.path("a.wav")
    try WaveWriter.write(
      samples: [Int16](repeating: 8_192, count: 44_100), sampleRate: 44_100, to: path)
    let samples = try AudioFile.decode(at: path).samples.floats()
    #expect(samples.count == 22_050)
    #expect(abs(samples[11_000] - 0.25) < 1e-5)
  }

  @Test func copiesOfRanges() throws {
    let samples = SyntheticAudio.noise(1_000)
    for form in [Samples.int16(samples), .float32(samples.map { Float($0) / 32_768 })] {
      let expected = samples[10..<20].map { Float($0) / 32_768 }
      #expect(form.count == 1_000)
      #expect(form.floats(10..<20) == expected)
      #expect(form.floats(5..<5).isEmpty)
      var buffer: [Float] = [1, 2, 3]
      form.copyFloats(10..<20, into: &buffer)
      #expect(buffer == expected)
      var longer = [Float](repeating: 7, count: 12)
      var span = longer.mutableSpan
      form.copyFloats(10..<20, into: &span)
      #expect(longer == expected + [7, 7])
    }
  }

  @Test func writersRefuseWhatCannotBe() throws {
    let inMissingFolder = #expect(throws: AudioError.self) {
      try WaveWriter.write(samples: [0], sampleRate: 22_050, to: folder.path("none/a.wav"))
    }
    #expect(inMissingFolder?.code == "unwritable")
    let rate = #expect(throws: AudioError.self) {
      try WaveWriter.write(samples: [0], sampleRate: 0, to: folder.path("a.wav"))
    }
    #expect(rate?.kind == .sampleRateOutOfRange(0))
  }
}

extension Float {
  /// A sine of full scale, its phase reduced in double precision.
  static func sine(_ hertz: Double, at index: Int, rate: Int) -> Float {
    let turns = hertz * Double(index) / Double(rate)
    let phase = (turns - turns.rounded(.down)) * 2 * .pi
    // Its Taylor series, so that no mathematics library has to be imported.
    let x = phase > .pi ? phase - 2 * .pi : phase
    var term = x
    var sum = x
    for order in 1...12 {
      term *= -x * x / Double((2 * order) * (2 * order + 1))
      sum += term
    }
    return Float(sum)
  }
}
