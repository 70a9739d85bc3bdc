import Synthesis
import Testing

/// What comes out is sound of bounded level whose styles differ by more than level.
@Suite("Synthesis: sound")
struct SoundTests {
  @Test("Nothing clips, nothing is silent, nothing is offset", arguments: Style.allCases)
  func level(style: Style) {
    for number in 0..<3 {
      let samples = Synthesiser(seed: 11).track(style: style, number: number, seconds: 3)
      #expect(Measures.peak(samples) <= 32_112, "beyond 0.98 of full scale")
      let level = Measures.rootMeanSquare(samples)
      // -27 to -17 dB were drawn; the limiter takes a little of the loudest, the hiss adds a
      // little.
      #expect(level > 0.040 && level < 0.145, "\(style) \(number): \(level)")
      #expect(abs(Measures.mean(samples)) < 0.001)
    }
  }

  @Test("Music goes on to the end of the track", arguments: Style.allCases)
  func lasts(style: Style) {
    let samples = Synthesiser(seed: 5).track(style: style, number: 2, seconds: 6)
    let whole = Measures.rootMeanSquare(samples)
    let second = 22_050
    for start in stride(from: 0, to: samples.count, by: second) {
      let part = Array(samples[start..<min(start + second, samples.count)])
      #expect(Measures.rootMeanSquare(part) > 0.1 * whole, "second \(start / second)")
    }
  }

  @Test(
    "The count of samples is the length times the rate, rounded",
    arguments: [
      (1.0, 22_050), (0.5, 11_025), (0.00002, 0), (0.00003, 1), (0, 0), (-1, 0), (.nan, 0),
      (-.infinity, 0), (1.0 / 3, 7_350),
    ] as [(Double, Int)])
  func count(seconds: Double, expected: Int) {
    let track = Synthesiser(seed: 1).track(style: .jazz, number: 0, seconds: seconds)
    #expect(track.count == expected)
  }

  @Test("Rates from 8 to 192 kHz work; others are held within", arguments: Style.allCases)
  func rates(style: Style) {
    for (asked, held) in [(8_000, 8_000), (44_100, 44_100), (1, 8_000), (1_000_000, 192_000)] {
      let synthesiser = Synthesiser(sampleRate: asked, seed: 1)
      #expect(synthesiser.sampleRate == held)
      let track = synthesiser.synthesise(style: style, number: 0, seconds: 0.1)
      #expect(track.sampleRate == held)
      #expect(track.samples.count == held / 10)
      #expect(Measures.peak(track.samples) > 300)
    }
  }

  @Test("Labels are those of GTZAN")
  func labels() {
    #expect(
      Style.allCases.map(\.rawValue) == [
        "blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae",
        "rock",
      ])
  }

  @Test("Styles differ in rhythm and timbre, not in level")
  func stylesDiffer() {
    let synthesiser = Synthesiser(seed: 1)
    func tracks(_ style: Style) -> [[Int16]] {
      (0..<5).map { synthesiser.track(style: style, number: $0, seconds: 4) }
    }
    func median(_ tracks: [[Int16]], _ measure: ([Int16]) -> Double) -> Double {
      tracks.map(measure).sorted()[tracks.count / 2]
    }
    let onset = { (samples: [Int16]) in Measures.onsetRate(samples, sampleRate: 22_050) }
    let metal = tracks(.metal)
    let disco = tracks(.disco)
    let jazz = tracks(.jazz)
    let reggae = tracks(.reggae)
    let rock = tracks(.rock)
    #expect(median(disco, onset) > 1.2 * median(jazz, onset))
    #expect(median(metal, onset) > 1.2 * median(jazz, onset))
    #expect(
      median(rock, Measures.zeroCrossingRate) > 1.5 * median(reggae, Measures.zeroCrossingRate))
    #expect(median(rock, Measures.spectralTilt) > 2 * median(reggae, Measures.spectralTilt))
    #expect(median(rock, Measures.spectralTilt) > 2 * median(disco, Measures.spectralTilt))
  }
}
