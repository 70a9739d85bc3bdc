import Corpus
import FoundationEssentials
import Testing

@Suite struct SplitPlanTests {
  @Test func namesSayEverything() throws {
    #expect(
      try SplitPlan(seed: 1, division: .ratios([0.8, 0.1, 0.1])).name
        == "stratified-seed1-0.8-0.1-0.1")
    #expect(try SplitPlan(seed: 7, division: .folds(5)).name == "stratified-seed7-5folds")
    #expect(try SplitPlan(seed: 7, division: .folds(5), name: "mine").name == "mine")
  }

  @Test func sidesFollowTheDivision() throws {
    #expect(
      try SplitPlan(seed: 1, division: .ratios([0.8, 0.1, 0.1])).sides
        == ["train", "validation", "test"])
    #expect(try SplitPlan(seed: 1, division: .ratios([0.8, 0.2])).sides == ["train", "test"])
    #expect(try SplitPlan(seed: 1, division: .folds(3)).sides == ["fold-1", "fold-2", "fold-3"])
  }

  @Test(arguments: [
    [], [1.0], [0.5, 0.4], [0.5, 0.6], [1.1, -0.1], [.nan, 1], [.infinity, 0],
    [0.25, 0.25, 0.25, 0.25],
  ])
  func badRatios(ratios: [Double]) throws {
    let error = #expect(throws: SplitError.self) {
      try SplitPlan(seed: 1, division: .ratios(ratios))
    }
    #expect(error?.kind == .badRatios)
    #expect(error?.description.contains("0.8,0.1,0.1") == true)
  }

  @Test(arguments: [Int.min, -1, 0, 1, 1_001, .max])
  func badFolds(count: Int) {
    let error = #expect(throws: SplitError.self) {
      try SplitPlan(seed: 1, division: .folds(count))
    }
    #expect(error?.kind == .badFolds)
  }

  @Test(arguments: ["", "..", "a/b", "a\u{0}", String(repeating: "n", count: 512)])
  func badNames(name: String) {
    let error = #expect(throws: SplitError.self) {
      try SplitPlan(seed: 1, division: .folds(2), name: name)
    }
    #expect(error?.kind == .badName)
  }

  @Test func plansOfAnotherVersionAreNamed() {
    for json in [
      #"{"policy":"by-moon","seed":1,"folds":2,"name":"x"}"#,
      #"{"policy":"stratified","seed":1,"name":"x"}"#,
      #"{"policy":"stratified","seed":1,"folds":2,"ratios":[0.5,0.5],"name":"x"}"#,
    ] {
      let error = #expect(throws: SplitError.self) {
        try JSONDecoder().decode(SplitPlan.self, from: Data(json.utf8))
      }
      #expect(error?.kind == .unknownPlan)
    }
    #expect(throws: SplitError.self) {
      try JSONDecoder().decode(
        SplitPlan.self,
        from: Data(#"{"policy":"stratified","seed":1,"ratios":[2,-1],"name":"x"}"#.utf8))
    }
  }
}
