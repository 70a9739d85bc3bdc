import Foundation
import Testing

/// A run after the first keeps what the cache is; flags change it, their absence doesn't.
@Suite struct RerunTests {
  let collection: Collection

  init() throws { collection = try Collection() }

  private static let manifest = """
    {"schema": "lathe.manifest/1", "name": "club", "labels": ["calm", "loud"], "tracks": [
      {"id": "t0", "path": "blues/t0.wav", "label": "calm", "group": "g"},
      {"id": "t1", "path": "jazz/t1.wav", "label": "loud"},
      {"id": "t2", "path": "blues/t2.wav", "label": "loud", "group": "g"}]}
    """

  /// `lathe prepare` without any choice.
  private func plain(_ more: String...) throws -> Program.Result {
    try Program.start(
      ["prepare", collection.audio, "--cache", collection.cache, "--progress", "plain"] + more
    ).end()
  }

  private func first(_ more: String...) throws {
    let path = try collection.write(Array(Self.manifest.utf8), "club.json")
    let result = try Program.start(
      collection.arguments(["--manifest", path, "--progress", "none"] + more)
    ).end()
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func aPlainRunGoesOnWithWhatTheCacheIs() throws {
    try first("--profile", "librosa-1.0", "--fault", "silent=drop", "--split", "none")
    let digest = try collection.digest()
    // Nothing of it has to be there any more.
    try FileManager.default.removeItem(atPath: "\(collection.path)/club.json")
    try FileManager.default.removeItem(atPath: collection.recipe)
    let again = try plain()
    #expect(again.code == 0, "\(again.errors)")
    #expect(
      again.errors == """
        as before: recipe small, profile librosa-1.0, fault silent=drop, manifest club (3 tracks); \
        flags choose others
        nothing to do: 3 tracks done already

        """)
    #expect(try collection.digest() == digest)
    #expect(again.output.contains("3 tracks in") && !again.output.contains("splits:"))
  }

  @Test func aFlagChangesWhatItNamesOnly() throws {
    try first("--profile", "librosa-1.0")
    let result = try plain("--fault", "silent=keep")
    #expect(result.code == 0 && result.errors.contains("nothing to do"), "\(result.errors)")
    #expect(result.errors.hasPrefix("as before: recipe small, profile librosa-1.0, manifest club"))
    let folders = try plain("--manifest", "none", "--yes")
    #expect(folders.code == 0, "\(folders.errors)")
    let card = try Program.run("inspect", collection.cache, "--json").output
    #expect(card.contains(#""blues" : 2"#) && card.contains(#""jazz" : 2"#))
    // The groups of the manifest are gone with it.
    let tracks = try Program.run("audit", collection.cache, "--json").output
    #expect(!tracks.contains(#""g""#))
    #expect(
      try plain().errors.hasPrefix(
        "as before: recipe small, profile librosa-1.0, fault silent=keep; flags"))
  }

  @Test func whatThrowsValuesAwayWantsYes() throws {
    try first()
    let digest = try collection.digest()
    let refused = try plain("--profile", "librosa-1.0")
    #expect(refused.code == 2, "\(refused.errors)")
    #expect(
      refused.errors.contains(
        "thrown away: features of 3 tracks: profile librosa-0.8 → librosa-1.0\n"))
    #expect(
      refused.errors.contains(
        "to do it: lathe prepare \(collection.audio) --cache \(collection.cache) "
          + "--progress plain --profile librosa-1.0 --yes"))
    #expect(try collection.digest() == digest)
    let done = try plain("--profile", "librosa-1.0", "--yes")
    #expect(done.code == 0 && done.output.contains("3 prepared"), "\(done.errors)")
    let dropping = try plain("--recipe", "gtzan")
    #expect(dropping.code == 2)
    #expect(dropping.errors.contains("thrown away: mel of 3 tracks: "))
  }

  @Test func aDryRunShowsAndWritesNothing() throws {
    let new = try Program.start(collection.arguments(["--dry-run"])).end()
    #expect(new.code == 0 && new.lines.first == "to do: all views of 4 tracks: new")
    #expect(
      new.lines.last?.hasSuffix("4 to do, 0 done already; nothing was written (--dry-run)") == true)
    #expect(!FileManager.default.fileExists(atPath: collection.cache))
    try first()
    let digest = try collection.digest()
    let files = try FileManager.default.contentsOfDirectory(atPath: collection.cache).sorted()
    let dry = try plain("--profile", "librosa-1.0", "--dry-run")
    #expect(dry.code == 0)
    #expect(dry.output.contains("to do: mel of 3 tracks: profile librosa-0.8 → librosa-1.0\n"))
    #expect(
      dry.output.contains("thrown away: mel of 3 tracks: profile librosa-0.8 → librosa-1.0\n"))
    let json = try Program.run(
      "prepare", collection.audio, "--cache", collection.cache, "--dry-run", "--progress", "json")
    let events = json.lines.map { $0.prefix { $0 != "," } }
    #expect(json.code == 0 && events == [#"{"event":"kept""#, #"{"event":"planned""#])
    #expect(try collection.digest() == digest)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: collection.cache).sorted() == files)
    // A folder that can't become a cache is refused as it would be.
    let folder = try Program.start(
      collection.arguments(["--dry-run"], cache: collection.audio)
    ).end()
    #expect(folder.code == 1 && folder.errors.contains("the folder holds other things"))
  }

  @Test func aDryRunExplainsEveryTrack() throws {
    try first()
    let files = FileManager.default
    try files.moveItem(
      atPath: "\(collection.audio)/blues/t0.wav", toPath: "\(collection.audio)/jazz/t0.wav")
    let counts = try plain("--manifest", "none", "--dry-run")
    #expect(counts.code == 0 && counts.output.contains("\ntracks: "), "\(counts.output)")
    #expect(!counts.output.contains("jazz/t0.wav"))
    let all = try plain("--manifest", "none", "--dry-run", "--explain")
    #expect(
      all.output.contains(
        "renamed, relabelled, described: jazz/t0.wav (from blues/t0.wav): same content, values are kept; "
          + "label calm → jazz; group changed\n"), "\(all.output)")
    let json = try Program.run(
      "prepare", collection.audio, "--cache", collection.cache, "--manifest", "none", "--dry-run",
      "--explain", "--progress", "json")
    #expect(json.output.contains(#""tracksExplained":[{"#) && json.output.contains(#""renamed":1"#))
    let alone = try plain("--explain")
    #expect(alone.code == 2 && alone.errors.contains("--explain goes with --dry-run"))
  }

  @Test func excludedTracksStayOut() throws {
    let list = try collection.write(Array("t1\n\nt2\n".utf8), "bad ones.txt")
    let first = try collection.prepare("--exclude", "t0", "--exclude", list, "--progress", "none")
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output.contains("excluded by hand: 3 tracks: t0, t2, t1\n"), "\(first.output)")
    let inspected = try Program.run("inspect", collection.cache).output
    #expect(inspected.contains("dropped: jazz/t1.wav [excluded]: excluded by hand\n"))
    let again = try plain()
    #expect(again.errors.hasPrefix("as before: recipe small, 3 tracks excluded; flags"))
    let back = try plain("--exclude", "none", "--exclude", "t3")
    #expect(back.code == 0 && back.output.contains("3 tracks in"), "\(back.errors)")
    let wrong = try plain("--exclude", "t33")
    #expect(wrong.code == 1 && wrong.errors.contains("has the id t33; near: t3"), "\(wrong.errors)")
  }

  @Test func aTableOfLabelsIsEnough() throws {
    let table = try collection.write(
      Array("file,genre\nblues/t0.wav,calm\njazz/t1.wav,loud\nblues/t2.wav,calm\n".utf8), "own.csv")
    let first = try collection.prepare(
      "--labels", table, "--columns", "label=genre,path=file", "--progress", "none")
    #expect(
      first.code == 0 && first.output.contains("not in the manifest, left alone: 1 audio file"))
    let card = try Program.run("inspect", collection.cache, "--json").output
    #expect(card.contains(#""calm" : 2"#) && card.contains(#""loud" : 1"#), "\(card)")
    try FileManager.default.removeItem(atPath: table)
    #expect(try plain().errors.hasPrefix("as before: recipe small, manifest own (3 tracks); flags"))
    for (wrong, words) in [
      (["--columns", "label=genre"], "--columns is for --labels"),
      (["--labels", "x", "--manifest", "y"], "exclude each other"),
      (["--labels", "x", "--columns", "genre=label"], "ours are path, label"),
    ] {
      let result = try Program.start(collection.arguments(wrong)).end()
      #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
    }
  }

  @Test func someQuarantineMayBeAllowed() throws {
    try collection.write([], "audio/jazz/empty.wav")
    #expect(try collection.prepare("--progress", "none", "--allow-quarantine", "0").code == 3)
    #expect(try collection.prepare("--progress", "none", "--allow-quarantine", "1").code == 0)
    #expect(try collection.prepare("--allow-quarantine=-1").code == 2)
  }

  /// Makes the cache one of an earlier version, which kept no choices and no checksums of records:
  /// they are under other names.
  private func makeEarlier() throws {
    let shard = URL(fileURLWithPath: "\(collection.cache)/shard-00000.lmdb")
    var bytes = try Data(contentsOf: shard)
    for (name, other) in [
      ("choices", "choicex"), ("checksums", "checksumx"), ("totals", "totalx"),
      ("lathe.cache/2", "lathe.cache/1"),
    ] {
      try #require(bytes.range(of: Data(name.utf8)) != nil)
      while let range = bytes.range(of: Data(name.utf8)) {
        bytes.replaceSubrange(range, with: Data(other.utf8))
      }
    }
    try bytes.write(to: shard)
  }

  @Test func aCacheOfAnEarlierVersionAsksForItsManifest() throws {
    try first()
    try makeEarlier()
    let asked = try plain()
    #expect(asked.code == 2, "\(asked.errors)")
    #expect(asked.errors.contains("kept of its manifest only the name club. Give it again"))
    let given = try plain("--manifest", "\(collection.path)/club.json")
    #expect(given.code == 0 && given.output.contains("0 prepared, 3 unchanged"), "\(given.errors)")
    #expect(
      try plain().errors.hasPrefix("as before: recipe small, manifest club (3 tracks); flags"))
  }

  @Test func aCacheOfAnEarlierVersionWithoutAManifestGoesOn() throws {
    #expect(try collection.prepare("--progress", "none").code == 0)
    try makeEarlier()
    let again = try plain()
    #expect(again.code == 0 && again.output.contains("0 prepared, 4 unchanged"), "\(again.errors)")
    #expect(again.errors.hasPrefix("as before: recipe small; flags"))
  }
}
