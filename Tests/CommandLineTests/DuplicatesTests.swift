import Foundation
import Testing

/// `lathe duplicates`, and what the other verbs make of it.
@Suite struct DuplicatesTests {
  let collection: Collection

  /// Four tracks, and one of them again under the other label.
  init() throws {
    collection = try Collection()
    try collection.write(Collection.wave(seed: 0), "audio/jazz/again.wav")
  }

  @Test func pairsAreListedWithTheirLabels() throws {
    let prepared = try collection.prepare("--progress", "none", "--split", "0.5,0.5")
    #expect(prepared.code == 0)
    #expect(prepared.output.contains("near-duplicates: 1 pair of tracks sound the same"))
    #expect(prepared.output.contains("audit of grouped-seed1-0.5-0.5: nothing is on two sides"))
    let result = try Program.run("duplicates", collection.cache)
    #expect(result.code == 0 && result.errors.isEmpty)
    let row = result.lines[1].split(separator: " ").map(String.init)
    #expect(row == ["again", "t0", "0.00", "same", "bytes", "1.2", "differ", "-"])
    #expect(
      result.lines[2]
        == "1 pair in 1 group among 5 tracks; labels differ in 1, the manifest knows 0")
    let failing = try Program.run("duplicates", collection.cache, "--fail")
    #expect(failing.code == 1 && failing.output == result.output)
    #expect(failing.errors.contains("1 pair of tracks"))
  }

  @Test func jsonHasEverything() throws {
    #expect(try collection.prepare("--progress", "none").code == 0)
    let result = try Program.run("duplicates", collection.cache, "--json")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let report = try #require(json as? [String: Any])
    let pair = try #require((report["pairs"] as? [[String: Any]])?.first)
    #expect(pair["first"] as? String == "again" && pair["second"] as? String == "t0")
    #expect(pair["labelsDiffer"] as? Bool == true && pair["isKnown"] as? Bool == false)
    #expect(pair["isIdentical"] as? Bool == true && pair["similarity"] as? Double == 1)
    #expect(report["groups"] as? [[String]] == [["again", "t0"]] && report["tracks"] as? Int == 5)
  }

  @Test func aManifestMayKnowThem() throws {
    let tracks = [("a", "blues/t0.wav", "blues"), ("b", "jazz/again.wav", "jazz")].map {
      #"{"id": "\#($0.0)", "path": "\#($0.1)", "label": "\#($0.2)", "group": "g"}"#
    }
    let text =
      #"{"schema": "lathe.manifest/1", "name": "two", "labels": ["blues", "jazz"], "tracks": ["#
      + tracks.joined(separator: ",") + "]}"
    let manifest = try collection.write(Array(text.utf8), "two.json")
    #expect(
      try collection.prepare("--progress", "none", "--manifest", manifest, "--split", "none").code
        == 0)
    let known = try Program.run("duplicates", collection.cache)
    #expect(known.lines.last?.hasSuffix("the manifest knows 1") == true)
  }

  @Test func stratifiedWhenAskedLeaksAndSaysSo() throws {
    #expect(try collection.prepare("--progress", "none", "--policy", "stratified").code == 0)
    let leaks = try (1...6).contains { seed in
      let made = try Program.run(
        "split", collection.cache, "--policy", "stratified", "--split", "0.5,0.5", "--seed",
        "\(seed)")
      return made.output.contains("share a near-duplicate with another side")
        && made.output.contains("--policy grouped keeps them together")
    }
    #expect(leaks)
    let audit = try Program.run("audit", collection.cache, "--fail-above", "0")
    #expect(audit.code == 1 && audit.output.contains(/neighbours: (again ~ t0|t0 ~ again)/))
    let made = try Program.run("split", collection.cache, "--split", "0.5,0.5")
    #expect(made.lines.first?.hasPrefix("grouped-seed1-0.5-0.5") == true)
  }

  @Test func nothingToListIsNoError() throws {
    let other = try Collection()
    #expect(try other.prepare("--progress", "none").code == 0)
    let result = try Program.run("duplicates", other.cache, "--fail")
    #expect(result.code == 0 && result.lines == ["no two of 4 tracks sound the same"])
    #expect(try Program.run("duplicates", other.path).code == 1)
    let table = try Program.run(
      "export", "csv", other.cache, "--view", "acoustic", "--output", "-")
    #expect(table.code == 1 && table.errors.contains("acoustic is no table"))
  }
}
