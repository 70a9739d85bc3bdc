import Testing

@testable import Training

/// What each track was taken for lies beside a run's result and comes back with it.
@Suite struct PredictionsTableTests {
  let folder: RunFolder
  private let record: RunRecord

  init() throws {
    folder = try RunFolder()
    var record = RunFixtures.record()
    record.labels = ["=one", "two, or more"]
    self.record = record
  }

  /// Tracks of names that spreadsheets and CSV would take for something else.
  private func result(_ right: [Bool] = [true, false, true]) throws -> ResultRecord {
    let names = ["-1+2", "a \"b\", c", "t"]
    var evaluation = Evaluation(labels: 2) { names[$0] }
    for (track, isRight) in right.enumerated() {
      try evaluation.add(
        track: track, slice: 0, label: track % 2,
        probabilities: isRight == (track % 2 == 0) ? [0.75, 0.25] : [0.25, 0.75])
    }
    return ResultRecord(
      status: .finished, epochs: 1, bestEpoch: 1, seconds: 1,
      evaluations: ["test": try evaluation.finish()])
  }

  @Test func whatIsWrittenIsRead() throws {
    let run = try RunDirectory.create(at: folder.run, record: record)
    let result = try result()
    try run.finish(result)
    #expect(
      try folder.text("predictions.csv") == """
        side,track,label,predicted,probability
        test,'-1+2,'=one,'=one,0.75
        test,"a ""b"", c","two, or more",'=one,0.75
        test,t,'=one,'=one,0.75

        """)
    let whole = try RunDirectory.contents(at: folder.run, withOutcomes: true)
    #expect(whole.result == result && whole.remarks.isEmpty)
    let outcomes = try #require(whole.result?.evaluations["test"]?.outcomes)
    #expect(outcomes.map(\.track) == ["-1+2", "a \"b\", c", "t"])
    #expect(outcomes.map(\.isRight) == [true, false, true])
    // Who does not ask for them gets none.
    let plain = try RunDirectory.contents(at: folder.run)
    #expect(plain.result?.evaluations["test"]?.outcomes == [])
  }

  /// A table of other predictions, or a damaged one, is named and left out; the result stays.
  @Test(arguments: [
    (",t,'=one,'=one", ",t,'=one,\"two, or more\"", "of other predictions"),
    ("test,t,'=one,'=one,0.75\n", "", "of other predictions"),
    ("test,t,'=one", "test,t,three", "line 4"), ("0.75\ntest,t", "1.75\ntest,t", "line 3"),
    ("side,track", "track,side", "line 1"), ("test,t,", "test,\"t,", "never closed"),
  ])
  func whatIsNotOfTheResultIsLeftOut(_ part: String, other: String, words: String) throws {
    let run = try RunDirectory.create(at: folder.run, record: record)
    try run.finish(try result())
    let text = try folder.text("predictions.csv")
    #expect(text.contains(part))
    try run.replace("predictions.csv", with: Array(text.replacing(part, with: other).utf8))
    let contents = try RunDirectory.contents(at: folder.run, withOutcomes: true)
    #expect(contents.remarks.count == 1)
    #expect(contents.remarks.first?.contains(words) == true, "\(contents.remarks)")
    #expect(contents.remarks.first?.contains("predictions.csv") == true)
    #expect(contents.result?.evaluations["test"]?.outcomes == [])
  }
}
