import Foundation
import Testing

/// `lathe manifest create` and `check`, run as a user runs them.
@Suite struct ManifestCommandTests {
  let collection: Collection

  init() throws { collection = try Collection() }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func whatIsMadeIsSound() throws {
    let file = "\(collection.path)/club.json"
    let made = try Program.run(
      "manifest", "create", collection.audio, "--layout", "folders", "--md5", "--name", "club",
      "--output", file)
    #expect(made.code == 0 && made.output.isEmpty)
    #expect(made.errors.contains("checksums of 4 tracks of 4"))
    #expect(made.errors.contains("club.json: 4 tracks, 2 labels"))
    let checked = try Program.run("manifest", "check", file, collection.audio, "--deep")
    #expect(checked.code == 0 && checked.errors.isEmpty)
    #expect(checked.lines.first == "club: 4 tracks, 4 present, 0 absent")
    #expect(checked.lines.last?.hasPrefix("no problem") == true)
    // The same on the standard output, and it can be prepared from.
    let printed = try Program.run(
      "manifest", "create", collection.audio, "--layout", "folders", "--md5", "--name", "club")
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(printed.output.utf8))
    #expect(try collection.prepare("--progress", "none", "--manifest", file).code == 0)
  }

  @Test func problemsAreNamedAndFail() throws {
    let file = "\(collection.path)/club.json"
    _ = try Program.run(
      "manifest", "create", collection.audio, "--layout", "folders", "--md5", "--output", file)
    try collection.write(Collection.wave(seed: 9), "audio/jazz/t1.wav")
    try collection.write(Array("text".utf8), "audio/jazz/new\nline.wav")
    try FileManager.default.removeItem(atPath: "\(collection.audio)/blues/t0.wav")
    let result = try Program.run("manifest", "check", file, collection.audio)
    #expect(result.code == 1 && !result.wasKilled)
    #expect(result.output.contains("3 present, 1 absent (--missing names them)"))
    #expect(result.output.contains("changed: 1\n  jazz/t1.wav [changed]"))
    #expect(result.output.contains("undecodable: 1\n  jazz/new\\nline.wav [not-audio]"))
    #expect(result.output.contains("unlisted: 1\n"))
    let report = try json(
      try Program.run("manifest", "check", file, collection.audio, "--json").output)
    #expect(report["absent"] as? [String] == ["t0"] && report["present"] as? Int == 3)
    #expect((report["changed"] as? [[String: Any]])?.first?["id"] as? String == "t1")
  }

  @Test func absentTracksFailOnlyWhereAllAreAskedFor() throws {
    let file = try collection.write(
      Array(
        """
        {"schema":"lathe.manifest/1","name":"m","labels":["blues"],"tracks":[
         {"id":"t0","path":"blues/t0.wav","label":"blues"},
         {"id":"t2","path":"blues/t2.wav","label":"blues"},
         {"id":"x","path":"blues/x.wav","label":"blues"}]}
        """.utf8), "m.json")
    let blues = "\(collection.audio)"
    try FileManager.default.removeItem(atPath: "\(collection.audio)/jazz")
    let result = try Program.run("manifest", "check", file, blues, "--missing")
    #expect(result.code == 0 && result.output.contains("absent: 1\n  x\n"))
    let complete = try Program.run("manifest", "check", file, blues, "--complete")
    #expect(complete.code == 1 && complete.output.contains("incomplete: 1 track"))
    let none = try Program.run("manifest", "check", "gtzan", blues, in: Self.package)
    #expect(none.code == 1 && none.output.contains("not one track"))
  }

  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

  @Test func tablesOfDatasets() throws {
    try collection.write(
      Array("filename,fold,target,category,esc10,src_file,take\na.wav,2,0,dog,True,7,A\n".utf8),
      "esc/meta/esc50.csv")
    let made = try Program.run("manifest", "create", "\(collection.path)/esc", "--layout", "esc50")
    #expect(made.code == 0)
    let manifest = try json(made.output)
    #expect(manifest["name"] as? String == "esc")
    #expect(manifest["splits"] != nil)
    let table = try collection.write(
      Array("path,label\nblues/t0.wav,blues\n../x.wav,blues\n".utf8), "audio/tracks.csv")
    let refused = try Program.run("manifest", "create", table, "--layout", "csv")
    #expect(refused.code == 1 && refused.output.isEmpty)
    #expect(refused.errors.contains("tracks.csv: read table: line 3, path"))
    try collection.write(Array("path,label\nblues/t0.wav,blues\n".utf8), "audio/tracks.csv")
    let checked = try Program.run("manifest", "create", table, "--layout", "csv", "--md5")
    #expect(checked.code == 0 && checked.output.contains(#""md5":""#))
    let named = try Program.run(
      "manifest", "create", table, "--layout", "csv", "--name", "a/b")
    #expect(named.code == 1 && named.errors.contains("contains a \"/\""))
  }

  @Test(arguments: [
    (["manifest", "check", "nope", "."], "manifest nope"),
    (["manifest", "check", "gtzan"], "<audio-dir>"),
    (["manifest", "check", "gtzan", "."], "--threads 0"),
    (["manifest", "create", "none", "--layout", "folders"], "no such file"),
    (["manifest", "create", "audio"], "--layout"),
    (["manifest", "create", "audio", "--layout", "wav"], "urbansound8k"),
    (["manifest", "create", "audio", "--layout", "csv"], "needs the table"),
    (["manifest", "create", "small.json", "--layout", "folders"], "needs a folder"),
    (["manifest", "create", "audio", "--layout", "fma"], "tracks.csv"),
    (["manifest", "create", "audio", "--layout", "folders", "--subset", "small"], "--subset"),
  ])
  func wrongUsage(_ arguments: [String], _ words: String) throws {
    let more = words.hasPrefix("--threads") ? ["--threads", "0"] : []
    let result = try Program.start(arguments + more, in: collection.path).end()
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func filesOfFiveGigabytesAreNotRead() throws {
    let file = try collection.write([], "huge.json")
    // Sparse: it takes no space.
    try FileHandle(forWritingTo: URL(fileURLWithPath: file)).truncate(atOffset: 5 << 30)
    for arguments in [
      ["manifest", "check", file, collection.audio],
      ["manifest", "create", file, "--layout", "csv"],
    ] {
      let result = try Program.start(arguments).end()
      #expect(result.code == 2 && result.errors.contains("5.4 GB; at most"), "\(result.errors)")
    }
  }

  @Test func aManifestThatFailsPreparesNothing() throws {
    let file = try collection.write(
      Array(
        """
        {"schema":"lathe.manifest/1","name":"m","labels":["blues"],"tracks":[
         {"id":"t0","path":"blues/t0.wav","label":"blues"}],
         "splits":{"s":{"sides":{"train":["t0"],"test":["t0"]}}}}
        """.utf8), "m.json")
    let result = try collection.prepare("--progress", "none", "--manifest", file)
    #expect(result.code == 1 && result.errors.contains("splits.s.sides.test[0]"))
    #expect(!FileManager.default.fileExists(atPath: collection.cache))
  }
}
