import Corpus
import FoundationEssentials
import Testing

@Suite struct SliceRuleTests {
  /// Frames of real clips, with the rows that the public 3 s table has for them.
  @Test(arguments: [
    (661_794, 10), (661_504, 10), (661_501, 10), (672_282, 10),
    (661_500, 9),  // rock.00027: the tenth slice fits, but the public table asks for one more
    (661_499, 9), (661_100, 9), (595_351, 9), (595_350, 8), (66_151, 1), (66_150, 0), (66_149, 0),
    (0, 0), (-1, 0),
  ])
  func publicTableRowCounts(frames: Int, rows: Int) {
    #expect(SliceRule.gtzanFeatures.count(frames: frames) == rows)
    #expect(SliceRule.gtzanFeatures.slices(frames: frames).count == rows)
  }

  @Test func fullCollectionHas9990Rows() {
    let frames = Array(repeating: 661_794, count: 990) + Array(repeating: 661_500, count: 10)
    #expect(frames.reduce(0) { $0 + SliceRule.gtzanFeatures.count(frames: $1) } == 9_990)
  }

  @Test func defaultRules() {
    let frames = 661_794
    #expect(
      SliceRule.gtzanFeatures.slices(frames: frames).last == Slice(start: 595_350, length: 66_149))
    #expect(SliceRule.gtzanWaveform.count(frames: frames) == 29)
    #expect(
      SliceRule.gtzanWaveform.slices(frames: frames)[1] == Slice(start: 22_050, length: 44_100))
    #expect(SliceRule.gtzanMel.count(frames: frames) == 10)
    #expect(SliceRule.gtzanMel.slices(frames: frames).last == Slice(start: 396_900, length: 44_100))
    #expect(SliceRule.gtzanMel.count(frames: 100_000) == 2)
    #expect(Array(SliceRule.whole.slices(frames: frames)) == [Slice(start: 0, length: frames)])
    #expect(SliceRule.whole.slices(frames: 0).isEmpty)
    #expect(SliceRule.gtzanMel.slices(frames: frames)[3].range == 132_300..<176_400)
  }

  /// The closed form agrees with the definition, and no slice leaves its track.
  @Test func countAgreesWithDefinition() throws {
    var random = CounterGenerator(seed: 7, stream: "slices")
    for _ in 0..<500 {
      let length = Int(random.next(below: 40)) + 1
      let hop = Int(random.next(below: 40)) + 1
      let required = length + Int(random.next(below: 3))
      let maximum = random.next(below: 2) == 0 ? nil : Int(random.next(below: 5)) + 1
      let frames = Int(random.next(below: 300))
      let rule = try SliceRule(length: length, hop: hop, required: required, maximumCount: maximum)
      let expected = (0..<(maximum ?? 1_000)).filter { $0 * hop + required <= frames }
      let slices = rule.slices(frames: frames)
      #expect(slices.map(\.start) == expected.map { $0 * hop })
      #expect(slices.allSatisfy { $0.length == length && $0.start + length <= frames })
    }
  }

  @Test func hugeTracksDoNotOverflow() throws {
    let rule = try SliceRule(length: 1, hop: 1)
    #expect(rule.count(frames: .max) == .max)
    #expect(rule.slices(frames: .max).last?.start == .max - 1)
  }

  @Test(arguments: [(0, 1, 1), (1, 0, 1), (-5, 1, 1), (10, 1, 9), (.max, 1, .max), (1, .max, 1)])
  func impossibleNumbersAreRefused(length: Int, hop: Int, required: Int) {
    #expect(throws: SliceRuleError.self) {
      try SliceRule(length: length, hop: hop, required: required)
    }
    #expect(throws: SliceRuleError.self) { try SliceRule(length: 5, hop: 5, maximumCount: 0) }
  }

  @Test func rulesSurviveJSON() throws {
    for rule in [SliceRule.whole, .gtzanFeatures, .gtzanMel, .gtzanWaveform] {
      let json = try JSONEncoder().encode(rule)
      #expect(try JSONDecoder().decode(SliceRule.self, from: json) == rule)
    }
    #expect(throws: SliceRuleError.self) {
      try JSONDecoder().decode(SliceRule.self, from: Data(#"{"length":4,"hop":0}"#.utf8))
    }
    #expect(throws: SliceRuleError.self) {
      try JSONDecoder().decode(SliceRule.self, from: Data(#"{"hop":4}"#.utf8))
    }
  }
}
