import Testing

@testable import Corpus

/// Labels of a track in one field of a table.
@Suite struct TagFieldTests {
  @Test(
    arguments: [
      (["guitar": 1, "slow": 1], "guitar|slow"), (["loud": 0.4, "guitar": 1], "guitar|loud:0.4"),
      ([:], ""), (["take:2": 1], "take:2:1"), (["take:2": 0.5, "a:b": 1], "a:b|take:2:0.5"),
      (["x:nan": 1], "x:nan:1"),
    ] as [([String: Float], String)])
  func theyComeBack(_ weights: [String: Float], field: String) throws {
    let tags = TrackTags(weights)
    #expect(TagField.text(tags) == field)
    #expect(TagField.tags(field) == tags)
  }

  @Test(arguments: ["a|", "|", "a||b", "a|a", "a:0", "a:1.5", "a:nan", "a:-1", ":0.5", "a:0.5|a"])
  func whatNobodyWrites(_ field: String) { #expect(TagField.tags(field) == nil) }

  @Test func aLabelWithTheSeparatorIsNotWritten() {
    #expect(TagField.text(TrackTags(["a|b"])) == nil)
    #expect(TagField.text(TrackTags(["a|\u{301}b"])) == nil)
  }

  @Test func tablesOfTags() throws {
    let csv = "filename,x,labels\na.wav,1,slow|loud:0.5\nb.wav,2,\n'=c.wav,3,'=x\n"
    let rows = try FeatureRows(parsing: Array(csv.utf8))
    #expect(rows.labels == ["=x", "loud", "slow"] && rows.columns == ["x"])
    #expect(rows.trackIDs == ["=c", "a", "b"] && rows.trackLabels == ["=x", "loud|slow", ""])
    #expect(
      rows.trackTags == [TrackTags(["=x"]), TrackTags(["loud": 0.5, "slow": 1]), TrackTags()])
    let samples = try rows.samples(name: "all", identity: "all")
    var found: [[Int: Float]] = []
    for sample in 0..<3 {
      var weights: [Int: Float] = [:]
      samples.forEachLabel(of: sample) { weights[$0] = $1 }
      found.append(weights)
    }
    #expect(samples.isTagged && found == [[2: 1, 1: 0.5], [:], [0: 1]])
    let error = try #require(throws: ManifestError.self) {
      try FeatureRows(parsing: Array("filename,x,labels\na.wav,1,slow||\n".utf8))
    }
    #expect(error.description.contains("line 2") && error.description.contains("slow||"))
  }
}
