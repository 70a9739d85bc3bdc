import Synthesis
import Testing

/// The same request gives the same samples.
@Suite("Synthesis: determinism")
struct SynthesisDeterminismTests {
  /// Pinned from the first release in debug and optimised builds: a change of these is a change of
  /// every synthesised collection.
  static let pinned: [(Style, UInt64)] = [
    (.blues, 0x5CB5_AB9A_4688_3732),
    (.classical, 0x8433_7CC3_A7F8_D435),
    (.country, 0xAA6D_4FBC_1CB8_F72C),
    (.disco, 0xBBDC_B6E5_A98A_A355),
    (.hiphop, 0xD433_D18E_D212_2139),
    (.jazz, 0x9C13_AA16_8099_6764),
    (.metal, 0xFA14_6A9A_4820_221D),
    (.pop, 0x3D13_639B_C3C7_B0FC),
    (.reggae, 0x78A9_0EFB_53CA_784D),
    (.rock, 0x7F61_2646_635C_978B),
  ]

  @Test("Half a second of each style has its pinned checksum", arguments: pinned)
  func checksum(style: Style, expected: UInt64) {
    let samples = Synthesiser(seed: 1).track(style: style, number: 0, seconds: 0.5)
    #expect(samples.count == 11_025)
    let found = Measures.checksum(samples)
    #expect(found == expected, "\(style): 0x\(String(found, radix: 16, uppercase: true))")
  }

  @Test("Every style is pinned")
  func everyStyle() {
    #expect(Self.pinned.map(\.0) == Style.allCases)
  }

  @Test("Tracks made at the same time on several threads are the same as one after the other")
  func threads() async {
    let synthesiser = Synthesiser(seed: 7)
    let alone = Style.allCases.map { synthesiser.track(style: $0, number: 3, seconds: 0.6) }
    let together = await withTaskGroup(of: (Int, [Int16]).self) { group in
      for (index, style) in Style.allCases.enumerated() {
        group.addTask { (index, synthesiser.track(style: style, number: 3, seconds: 0.6)) }
      }
      var found = [[Int16]](repeating: [], count: Style.allCases.count)
      for await (index, samples) in group { found[index] = samples }
      return found
    }
    #expect(together == alone)
  }

  @Test(
    "Another number, another seed and another style are other pieces", arguments: Style.allCases)
  func others(style: Style) {
    let synthesiser = Synthesiser(seed: 1)
    let track = synthesiser.track(style: style, number: 0, seconds: 0.5)
    #expect(track != synthesiser.track(style: style, number: 1, seconds: 0.5))
    #expect(track != synthesiser.track(style: style, number: -1, seconds: 0.5))
    #expect(track != Synthesiser(seed: 2).track(style: style, number: 0, seconds: 0.5))
    for other in Style.allCases where other != style {
      #expect(track != synthesiser.track(style: other, number: 0, seconds: 0.5))
    }
  }
}
