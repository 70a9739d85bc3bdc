import AudioIO
import Corpus
import DatasetCache
import Preparation
import Safetensors
import SignalKit
import Synthesis
import Testing

/// One preparation, from files to what the cache holds.
@Suite struct EndToEndTests {
  let folder: MusicFolder

  init() throws { folder = try MusicFolder() }

  private func samples(_ id: String) throws -> [Float] {
    try #require(try folder.open().floats(of: .waveform, track: id)).values
  }

  @Test func everyTrackGetsItsRecordAndItsViews() throws {
    try folder.music()
    let summary = try folder.prepare(.small())
    #expect(summary.tracks == 4 && summary.prepared == 4 && summary.unchanged == 0)
    #expect(summary.labels == 2 && summary.quarantine.isEmpty && !summary.wasCancelled)
    // 9,600 samples: slices of 4,000 every 4,000; windows of 4,000 every 2,000.
    #expect(
      summary.slices == [.features: 8, .features30s: 4, .waveform: 12, .mel: 8, .acoustic: 4])
    #expect(abs(summary.audioSeconds - 4.8) < 1e-9)

    let cache = try folder.open()
    let record = try #require(try cache.trackRecord("blues.00001"))
    #expect(record.label == "blues" && record.path == "blues/blues.00001.wav")
    #expect(record.frames == 9_600 && record.sampleRate == 8_000 && record.storage == .int16)
    #expect(record.source.container == "WAV" && record.source.encoding == "PCM_16")
    #expect(record.source.channels == 1 && record.source.frames == 9_600)
    #expect(record.md5 == nil && record.xxh3?.utf8.count == 32 && record.group == nil)
    #expect(Set(record.views.keys) == Set(View.allCases))
    #expect(try cache.fingerprints() == record.views)
    #expect(try cache.slices(of: .features30s, track: "blues.00001")?.length == 9_600)
    #expect(
      try cache.slices(of: .waveform, track: "blues.00001")
        == SliceIndex(count: 3, length: 4_000, hop: 2_000, frames: 9_600))
    let shapes = try View.allCases.map {
      try cache.floats(of: $0, track: "blues.00001")?.shape
    }
    #expect(shapes == [[2, 57], [1, 57], [9_600], [2, 32, 16], [26]])
    #expect(try cache.verify() == [])
    #expect(try cache.card()?.slices == summary.slices)
    #expect(try cache.card()?.name == "audio")
  }

  @Test func featuresAreThoseOfTheSlices() throws {
    try folder.music(labels: ["blues"], count: 1)
    try folder.prepare(.small())
    let floats = Wave.notes(seed: 0).map { Float($0) / 32_768 }
    var extractor = try FeatureExtractor(profile: .librosa08, sampleRate: 8_000)
    let rows = try #require(try folder.open().floats(of: .features, track: "blues.00000"))
    for slice in 0..<2 {
      let part = Array(floats[slice * 4_000..<slice * 4_000 + 4_000])
      let expected = try extractor.features(of: part.span).values
      #expect(Array(rows.values[slice * 57..<slice * 57 + 57]) == expected)
    }
  }

  @Test func sixteenBitSamplesAreStoredAsTheyAre() throws {
    var loud = Wave.notes(seed: 3)
    loud[0] = .max
    loud[1] = .min
    try folder.write(Wave.pcm16(loud), "rock/a.wav")
    try folder.prepare()
    #expect(try samples("a") == loud.map(Float.init))
    #expect(try folder.open().trackRecord("a")?.storage == .int16)
  }

  @Test func floatSamplesAreStoredAsFloats() throws {
    let floats = Wave.notes(seed: 4).map { Float($0) / 30_011 }
    try folder.write(Wave.float(floats), "rock/a.wav")
    try folder.prepare()
    #expect(try samples("a") == floats)
    let record = try #require(try folder.open().trackRecord("a"))
    #expect(record.storage == .float32 && record.source.encoding == "FLOAT")
  }

  @Test func channelsBecomeTheirMean() throws {
    let left = Wave.notes(seed: 5)
    let right = Wave.notes(seed: 6)
    let both = zip(left, right).flatMap { [$0, $1] }
    try folder.write(Wave.pcm16(both, channels: 2), "rock/a.wav")
    try folder.prepare()
    let expected = zip(left, right).map { (Float($0) / 32_768 + Float($1) / 32_768) / 2 }
    #expect(try samples("a") == expected)
    #expect(try folder.open().trackRecord("a")?.source.channels == 2)
  }

  @Test(arguments: [16_000, 44_100, 192_000])
  func anotherRateIsResampled(_ rate: Int) throws {
    try folder.write(
      Wave.pcm16(Wave.notes(seed: 7, count: rate * 6 / 5), rate: rate), "rock/a.wav")
    try folder.prepare()
    let record = try #require(try folder.open().trackRecord("a"))
    #expect(record.source.sampleRate == rate && record.sampleRate == 8_000)
    #expect(abs(record.frames - 9_600) <= 1 && record.storage == .float32)
    #expect(try samples("a").count == record.frames)
  }

  @Test func theDefaultRecipeTakesSynthesisedMusic() throws {
    let music = Synthesiser(seed: 1).track(style: .blues, number: 0, seconds: 3.2)
    try folder.write(Wave.pcm16(music, rate: 22_050), "blues/blues.00000.wav")
    let summary = try folder.prepare(.gtzan)
    #expect(
      summary.slices == [.features: 1, .features30s: 1, .waveform: 2, .mel: 1, .acoustic: 1])
    let mel = try #require(try folder.open().floats(of: .mel, track: "blues.00000"))
    #expect(mel.shape == [1, 128, 87])
    let loudest = try #require(mel.values.max())
    let quietest = try #require(mel.values.min())
    #expect(loudest - quietest <= 80.001)
  }

  @Test func progressCountsUpToTheEnd() throws {
    try folder.music()
    try folder.write([], "jazz/empty.wav")
    let sink = Recorder()
    try folder.prepare(sink: sink)
    #expect(sink.overview?.tracks == 5 && sink.overview?.pending == 5)
    #expect(sink.advances.map(\.done) == [1, 2, 3, 4, 5])
    #expect(sink.advances.allSatisfy { $0.total == 5 })
    #expect(sink.advances.last?.remaining == 0 && sink.advances.last?.quarantined == 1)
    #expect(sink.quarantined.map(\.path) == ["jazz/empty.wav"])
  }
}
