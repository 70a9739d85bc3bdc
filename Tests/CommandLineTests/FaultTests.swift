import Foundation
import Testing

/// Fault policies, verdicts, quarantine and retry, as a user and a script see them.
@Suite struct FaultTests {
  let collection: Collection

  init() throws {
    collection = try Collection()
    // Nothing but zeros.
    let sound = Collection.wave(seed: 1)
    try collection.write(
      Array(sound.prefix(44)) + [UInt8](repeating: 0, count: sound.count - 44),
      "audio/jazz/silent.wav")
  }

  private func json(_ arguments: String...) throws -> Any {
    let result = try Program.start(arguments).end()
    #expect(result.code == 0, "\(result.errors)")
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
  }

  @Test func aSilentTrackIsQuarantinedDroppedOrKept() throws {
    let first = try collection.prepare("--progress", "none")
    #expect(
      first.code == 3 && first.output.contains("jazz/silent.wav [silent]: is silent in 100.0 %"))
    #expect(first.output.contains("faults: silent 1 (quarantine)"))
    let listed = try Program.run("inspect", collection.cache, "--quarantine")
    #expect(listed.code == 0 && listed.lines.last?.hasPrefix("1 file in quarantine; ") == true)
    #expect(listed.output.contains("--fault silent=keep uses it"))
    let dropped = try collection.prepare("--fault", "silent=drop", "--progress", "none")
    #expect(
      dropped.code == 0 && dropped.output.contains("dropped by fault policies: 1 track: silent"))
    let text = try Program.run("inspect", collection.cache).output
    #expect(text.contains("fault silent (drop): 1 not: silent"))
    #expect(
      text.contains("dropped: jazz/silent.wav [silent]: ") && text.contains("quarantine: empty"))
    let again = try collection.prepare("--fault", "silent=drop", "--progress", "plain")
    #expect(again.code == 0 && again.errors == "nothing to do: 4 tracks done already\n")
    let kept = try collection.prepare("--fault", "silent=keep", "--progress", "none")
    #expect(kept.code == 0 && kept.output.contains("5 tracks in"))
  }

  @Test func verdictsAreATableAndJSON() throws {
    _ = try collection.prepare("--fault", "silent=keep", "--progress", "none")
    let table = try Program.run("inspect", collection.cache, "--verdicts")
    #expect(table.code == 0 && table.lines.first?.hasPrefix("track") == true)
    #expect(table.lines[1].hasPrefix("silent") && table.lines[1].contains("none"))
    #expect(table.lines.last == "1 track with a verdict, 4 without")
    let all = try #require(
      try json("inspect", collection.cache, "--verdicts", "--json") as? [[String: Any]])
    #expect(all.count == 5 && all[0]["id"] as? String == "silent")
    #expect(all[0]["verdicts"] as? [String] == ["silent"] && all[0]["state"] as? String == "used")
    #expect((all[1]["figures"] as? [String: Any])?["seconds"] as? Double == 1.2)
    let card = try #require(try json("inspect", collection.cache, "--json") as? [String: Any])
    let faults = try #require(card["faults"] as? [String: [String: Any]])
    #expect(faults["silent"]?["policy"] as? String == "keep")
    #expect(faults["silent"]?["used"] as? [String] == ["silent"] && faults.count == 15)
  }

  @Test func onlyTheQuarantinedAreTriedAgain() throws {
    try collection.write([], "audio/jazz/empty.wav")
    #expect(try collection.prepare("--progress", "none").code == 3)
    try collection.write(Collection.wave(seed: 5), "audio/jazz/empty.wav")
    try collection.write(Collection.wave(seed: 6), "audio/jazz/new.wav")
    let retry = [
      "prepare", collection.audio, "--cache", collection.cache, "--retry-quarantined", "--progress",
      "none",
    ]
    let result = try Program.start(retry).end()
    #expect(result.code == 3 && result.output.contains("5 tracks in"))
    #expect(result.output.contains("tried again: jazz/empty.wav: prepared\n"))
    #expect(result.output.contains("tried again: jazz/silent.wav: still in quarantine: is silent"))
    try collection.write(Collection.wave(seed: 7), "audio/jazz/silent.wav")
    #expect(try Program.start(retry).end().code == 0)
    let none = try Program.start(retry).end()
    #expect(none.code == 0 && none.output.contains("nothing is in quarantine"))
    let missing = try Program.start(
      ["prepare", collection.audio, "--cache", "\(collection.path)/none", "--retry-quarantined"]
    ).end()
    #expect(missing.code == 1 && missing.errors.contains("there is nothing"))
  }

  @Test(arguments: [
    (["--fault", "silent"], "give KIND=POLICY"), (["--fault", "moon=drop"], "use replica"),
    (["--fault", "silent=explode"], "use quarantine, keep or drop"),
    (["--fault", "replica=relabel"], "use group, keep or drop"),
    (["--fault", "a=b=c"], "give KIND=POLICY"),
    (["--retry-quarantined", "--fault", "silent=drop"], "leave out --recipe"),
    (["--retry-quarantined", "--folds", "2"], "lathe split"),
  ])
  func wrongUsageIsNamed(_ more: [String], _ words: String) throws {
    let result = try Program.start(["prepare", "x", "--cache", "c"] + more).end()
    #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
  }

  @Test(arguments: [
    (#""faults": {"moon": "drop"}"#, "faults.moon is not known"),
    (#""faults": {"silent": "explode"}"#, #"faults.silent is "explode", which is no policy"#),
    (#""faults": {"clipped": "relabel"}"#, #"faults.clipped cannot be "relabel""#),
    (#""faults": {"silent": 3}"#, "faults.silent is 3; give a text in quotes"),
    (#""faults": 3"#, "faults is 3; give an object"),
    (#""verdicts": {"clipped": 0}"#, "verdicts.clipped is 0"),
    (#""verdicts": {"clipped": 1.5}"#, "verdicts.clipped is 1.5"),
    (#""verdicts": {"loud": 1}"#, "verdicts.loud is not known"),
  ])
  func aWrongRecipeIsRefusedWithItsPath(_ part: String, _ words: String) throws {
    let recipe = Collection.recipe.replacingOccurrences(
      of: #""views":"#, with: part + #", "views":"#)
    let path = try collection.write(Array(recipe.utf8), "hostile.json")
    let result = try Program.run(
      "prepare", collection.audio, "--cache", collection.cache, "--recipe", path)
    #expect(result.code == 1 && result.errors.contains(words), "\(result.errors)")
    #expect(result.errors.filter { $0 == "\n" }.count == 1 && result.errors.contains("; "))
  }

  @Test func aCacheWithoutASplitIsNoCleanAudit() throws {
    _ = try collection.prepare("--split", "none", "--progress", "none")
    let audit = try Program.run("audit", collection.cache, "--fail-above", "0")
    #expect(audit.code == 1 && audit.output.isEmpty)
    #expect(audit.errors.contains("has no split to audit; lathe split"))
    let json = try Program.run("audit", collection.cache, "--json")
    #expect(json.code == 1 && json.output.contains("["))
  }

  @Test func aLabelThatASideLacksIsNamed() throws {
    _ = try collection.prepare("--progress", "none", "--fault", "silent=drop")
    let split = try Program.run("split", collection.cache, "--split", "0.75,0.25", "--name", "tiny")
    #expect(split.code == 0 && split.output.contains(" in test\n"), "\(split.output)")
    let audit = try Program.run("audit", collection.cache, "--split", "tiny")
    #expect(
      audit.output.contains("  no blues in test\n") || audit.output.contains("  no jazz in test\n"))
  }

  /// One of something is not called several.
  @Test func aSingleSampleIsOne() throws {
    let collection = try Collection()
    var wave = Array(Collection.wave(seed: 0).prefix(46))
    wave.replaceSubrange(4..<8, with: [38, 0, 0, 0])
    wave.replaceSubrange(40..<44, with: [2, 0, 0, 0])
    try collection.write(wave, "audio/jazz/one.wav")
    let result = try collection.prepare("--progress", "plain")
    #expect(result.code == 3)
    #expect(
      result.errors.contains("quarantine: jazz/one.wav: has 1 sample at 8000 Hz, and one slice"))
    #expect(!result.errors.contains("1 samples"))
  }
}
