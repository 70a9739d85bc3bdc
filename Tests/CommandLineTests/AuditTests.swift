import Foundation
import Testing

/// `lathe audit` and the policies of `lathe split` and `lathe prepare`, as a user meets them.
@Suite struct AuditTests {
  let collection: Collection
  let manifest: String

  /// Twelve tracks, four artists; a split that was published with them, and a fault.
  init() throws {
    collection = try Collection(tracks: 12)
    let tracks = (0..<12).map { index in
      let label = ["blues", "jazz"][index % 2]
      let fault = index == 3 ? #", "faults": [{"kind": "distorted", "source": "made up"}]"# : ""
      return #"{"id": "t\#(index)", "path": "\#(label)/t\#(index).wav", "label": "\#(label)", "#
        + #""artist": "A\#(index % 4)"\#(fault)}"#
    }
    let text =
      #"{"schema": "lathe.manifest/1", "name": "club", "labels": ["blues", "jazz"], "tracks": ["#
      + tracks.joined(separator: ",")
      + #"], "splits": {"theirs": {"sides": {"test": ["t1"], "train": ["t0", "t3", "t5"]}}}}"#
    manifest = try collection.write(Array(text.utf8), "club.json")
  }

  private func prepare(_ more: String...) throws -> Program.Result {
    try Program.start(
      collection.arguments(["--progress", "none", "--manifest", manifest] + more)
    ).end()
  }

  @Test func artistsAreKeptApartUnlessAskedOtherwise() throws {
    let result = try prepare("--split", "0.5,0.5")
    #expect(result.code == 0)
    #expect(
      result.output.contains("audit of grouped-seed1-0.5-0.5: nothing is on two sides\n"))
    let clean = try Program.run("audit", collection.cache, "--fail-above", "0")
    #expect(clean.code == 0 && clean.errors.isEmpty)
    let made = try Program.run(
      "split", collection.cache, "--policy", "stratified", "--split", "0.5,0.5")
    #expect(made.code == 0 && made.output.contains("share an artist with another side"))
    let audit = try Program.run(
      "audit", collection.cache, "--fail-above", "20", "--manifest", manifest)
    #expect(audit.code == 1 && audit.errors.contains("20.0 % is allowed"))
    #expect(audit.output.contains("train and test, artists: A0; A1; A2; A3"))
    #expect(audit.output.contains("known faults in") && audit.output.contains("distorted 1"))
    let one = try Program.run(
      "audit", collection.cache, "--split", "grouped-seed1-0.5-0.5", "--json")
    let json = try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [[String: Any]]
    #expect(json?.count == 1 && json?[0]["policy"] as? String == "grouped")
    let card = try Program.run("inspect", collection.cache, "--json").output
    #expect(card.contains("\"audits\""))
  }

  @Test func aForgottenManifestDoesNotMakeASplitLeak() throws {
    #expect(try prepare("--split", "0.5,0.5").code == 0)
    let before = try Program.run("audit", collection.cache, "--json").output
    #expect(before.contains("\"unknownArtists\" : 0"))
    let again = try collection.prepare("--progress", "none")
    #expect(again.code == 0 && again.output.contains("0 prepared, 12 unchanged"))
    #expect(try Program.run("audit", collection.cache, "--json").output == before)
  }

  @Test func publishedAndSliceSplits() throws {
    #expect(try prepare("--policy", "published:theirs").code == 0)
    let audit = try Program.run("audit", collection.cache)
    let rows = audit.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains(["all", "3", "1"]) && rows.contains(["label", "train", "test"]))
    #expect(audit.output.contains("train and test, artists: A1"))
    let again = try Program.run(
      "split", collection.cache, "--policy", "published:theirs", "--manifest", manifest)
    #expect(again.code == 0 && again.lines.first == "theirs: 4 tracks, 8 more in no side")
    let slices = try Program.run("split", collection.cache, "--policy", "slices")
    #expect(slices.code == 0 && slices.output.contains("leaks by design"))
    #expect(try Program.run("audit", collection.cache).output.contains("leaks by design"))
    #expect(try Program.run("inspect", collection.cache).output.contains("leaks by design"))
  }

  /// Neither a cache whose only split is damaged nor one that has sound splits beside it passes for
  /// clean.
  @Test func aDamagedSplitIsNamed() throws {
    #expect(try prepare("--split", "0.5,0.5").code == 0)
    let name = "grouped-seed1-0.5-0.5"
    let shard = URL(fileURLWithPath: "\(collection.cache)/shard-00000.lmdb")
    var bytes = try Data(contentsOf: shard)
    var end = bytes.startIndex
    // Pages that are free may hold the record too.
    while let found = bytes.range(of: Data(#""assignment":{""#.utf8), in: end..<bytes.endIndex) {
      bytes[found.upperBound] ^= 1
      end = found.upperBound
    }
    #expect(end > bytes.startIndex)
    try bytes.write(to: shard)
    let damage =
      "'\(name)' in 'splits': it does not have its checksum; make it again with lathe split"
    for arguments in [
      ["audit", collection.cache], ["audit", collection.cache, "--json"],
      ["audit", collection.cache, "--split", name],
      ["train", "features", "--cache", collection.cache, "--output", "\(collection.path)/run"],
      ["export", "images", collection.cache, "--view", "mel", "--split", name]
        + ["--output", "\(collection.path)/pictures"],
    ] {
      let result = try Program.start(arguments).end()
      #expect(result.code == 1 && result.errors.contains(damage), "\(arguments): \(result)")
      #expect(!result.errors.contains("no split"), "\(arguments): \(result)")
    }
    let other = try Program.run("split", collection.cache, "--policy", "stratified")
    #expect(other.code == 0)
    let both = try Program.run("audit", collection.cache)
    #expect(both.code == 1 && both.errors.contains(damage))
    #expect(both.output.hasPrefix("split stratified-seed1-0.8-0.1-0.1 (stratified)"))
    #expect(try Program.run("split", collection.cache, "--remove", name).code == 0)
    #expect(try Program.run("audit", collection.cache).code == 0)
  }

  @Test func aManifestIsStudiedWithoutACache() throws {
    let study = try Program.run(
      "audit", "--manifest", manifest, "--seeds", "2", "--ratios", "0.5,0.5")
    #expect(study.code == 0)
    for policy in ["slices", "stratified", "grouped", "published:theirs"] {
      #expect(study.lines.contains { $0.hasPrefix(policy) })
    }
    let clean = try Program.run(
      "audit", "--manifest", manifest, "--policy", "grouped", "--seeds", "2", "--fail-above", "0")
    #expect(clean.code == 0 && clean.lines.count == 2)
  }

  @Test func wrongUsageIsNamed() throws {
    #expect(try prepare().code == 0)
    let cache = collection.cache
    for (arguments, word) in [
      (["audit"], "--manifest"), (["audit", cache, "--split", "none"], "no split of that name"),
      (["audit", cache, "--fail-above", "101"], "give 0 to 100"),
      (["audit", "--manifest", manifest, "--seeds", "0"], "--seeds 0"),
      (["audit", "--manifest", manifest, "--policy", "published:mine"], "publishes theirs"),
      (["split", cache, "--policy", "moon"], "moon"),
      (["split", cache, "--policy", "published:theirs"], "give --manifest"),
      (["split", cache, "--policy", "published:theirs", "--folds", "2"], "its own sides"),
    ] {
      let result = try Program.start(arguments).end()
      #expect(result.code == 2 && result.output.isEmpty, "\(arguments)")
      #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
    }
    let folds = try Program.run("split", cache, "--policy", "grouped", "--folds", "9")
    #expect(folds.code == 1 && folds.errors.contains("9 folds of 4 groups"))
  }
}
