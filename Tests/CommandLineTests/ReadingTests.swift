import Foundation
import Testing

/// The verbs that read a finished cache: inspect, export, split.
@Suite struct ReadingTests {
  let collection: Collection

  init() throws {
    collection = try Collection(tracks: 10)
    #expect(try collection.prepare("--progress", "none").code == 0)
  }

  private func export(_ view: String, to path: String) throws -> Program.Result {
    try Program.run("export", "csv", collection.cache, "--view", view, "--output", path)
  }

  /// The first line of the public features_3_sec.csv.
  static let header =
    "filename,length,chroma_stft_mean,chroma_stft_var,rms_mean,rms_var,spectral_centroid_mean,"
    + "spectral_centroid_var,spectral_bandwidth_mean,spectral_bandwidth_var,rolloff_mean,"
    + "rolloff_var,zero_crossing_rate_mean,zero_crossing_rate_var,harmony_mean,harmony_var,"
    + "perceptr_mean,perceptr_var,tempo,"
    + (1...20).map { "mfcc\($0)_mean,mfcc\($0)_var," }.joined() + "label"

  @Test func theTableHasThePublicLayout() throws {
    let path = "\(collection.path)/table.csv"
    let result = try export("features", to: path)
    #expect(result.code == 0 && result.output.isEmpty)
    #expect(result.errors == "20 rows of 57 features written to \(path)\n")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!text.utf8.contains(13) && text.hasSuffix("\n"))
    let lines = text.split(separator: "\n")
    #expect(lines.count == 21 && lines[0] == Self.header)
    #expect(lines.allSatisfy { $0.split(separator: ",").count == 60 })
    #expect(lines[1].hasPrefix("t0.0.wav,4000,") && lines[1].hasSuffix(",blues"))
  }

  @Test func theTableGoesToTheStandardOutput() throws {
    let result = try export("features-30s", to: "-")
    #expect(result.code == 0 && result.lines.count == 11)
    #expect(result.lines[0] == Self.header && result.lines[1].hasPrefix("t0.wav,9600,"))
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    for path in ["\(collection.path)/none/table.csv", collection.audio, "/dev/full"] {
      let result = try export("features", to: path)
      #expect(result.code == 1 && result.errors.contains("cannot write \(path)"))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: collection.path)
    #expect(Set(names) == ["audio", "cache", "small.json"])
  }

  @Test func theCardIsJSON() throws {
    let result = try Program.run("inspect", collection.cache, "--json")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let card = try #require(json as? [String: Any])
    #expect(card["schema"] as? String == "lathe.card/1" && card["tracks"] as? Int == 10)
    #expect((card["slices"] as? [String: Int])?["features"] == 20)
    #expect((card["labels"] as? [String: Int]) == ["blues": 5, "jazz": 5])
    #expect(Set((card["fingerprints"] as? [String: String] ?? [:]).keys).count == 5)
  }

  @Test func inspectShowsWhatIsInside() throws {
    let text = try Program.run("inspect", collection.cache).output
    for words in [
      "audio: 10 tracks, 2 labels", "features-30s", "fingerprint", "blues 5, jazz 5",
      "split stratified-seed1-0.8-0.1-0.1", "librosa-0.8", "quarantine: empty", "recipe: {",
    ] { #expect(text.contains(words), "\(words)") }
    #expect(!text.contains("unfinished"))
  }

  @Test func theDigestIsTheSameForTheSameAudio() throws {
    let other = "\(collection.path)/other"
    #expect(try collection.prepare("--threads", "1", "--progress", "none", cache: other).code == 0)
    let digest = try collection.digest()
    #expect(digest.count == 65 && digest.allSatisfy { $0.isHexDigit || $0 == "\n" })
    #expect(try digest == collection.digest(other))
  }

  @Test func theCacheIsNotWrittenOver() throws {
    for name in ["shard-00000.lmdb", "card.json", "new.csv"] {
      let result = try Program.run(
        "export", "csv", collection.cache, "--view", "features", "--output",
        "\(collection.cache)/\(name)")
      #expect(result.code == 2 && result.errors.contains("in the cache itself"))
    }
    #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
    #expect(try Program.run("inspect", collection.cache, "--verify", "--digest").code == 2)
  }

  @Test func verifyFindsAFlippedByte() throws {
    #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
    let copy = "\(collection.path)/copy"
    try FileManager.default.copyItem(atPath: collection.cache, toPath: copy)
    let shard = URL(fileURLWithPath: "\(copy)/shard-00000.lmdb")
    var bytes = try Data(contentsOf: shard)
    // Samples of a track: the longest run of the file's bytes that belongs to no header.
    let samples = Collection.wave(seed: 3).dropFirst(44 + 2_000).prefix(64)
    let range = try #require(bytes.firstRange(of: Data(samples)))
    bytes[range.lowerBound] ^= 0x10
    try bytes.write(to: shard)
    let result = try Program.run("inspect", copy, "--verify")
    #expect(result.code == 1 && result.lines.count == 1)
    #expect(result.lines[0].contains("'t3'") && result.lines[0].contains("checksum"))
    #expect(result.errors.contains("1 problem"))
    #expect(result.errors.contains("run lathe repair \(copy) AUDIO_DIR"))
    // The verb does the same, and tells programs.
    #expect(try Program.run("verify", copy, "--deep").output == result.output)
    for arguments in [
      ["verify", copy, "--deep", "--json"], ["inspect", copy, "--verify", "--json"],
    ] {
      let found = try Program.start(arguments).end()
      #expect(found.code == 1)
      let json = try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any]
      #expect(json?["schema"] as? String == "lathe.verify/1")
      let problems = json?["problems"] as? [[String: String]]
      #expect(problems?.count == 1 && problems?[0]["key"] == "t3")
      #expect(problems?[0]["kind"] == "damaged")
    }
    let whole = try Program.run("verify", collection.cache, "--deep")
    #expect(whole.code == 0 && whole.output == "10 tracks, everything as it was written\n")
    // A value's numbers are not looked at unless that is asked for; what was computed again differs.
    let quick = try Program.run("verify", copy)
    #expect(quick.code == 0 && quick.output.contains("--deep reads every value too"))
    let audio = ["--against", collection.audio]
    let other = try Program.start(["verify", copy] + audio).end()
    #expect(other.code == 1 && other.output.contains("'t3'"))
    let same = try Program.start(["verify", collection.cache, "--tracks", "4"] + audio).end()
    #expect(same.code == 0)
    #expect(same.output.contains("4 tracks computed again from the audio: the same bytes"))

    #expect(try Program.run("inspect", copy, "--repair").code == 2)
    let repaired = try Program.run("inspect", copy, "--verify", "--repair")
    #expect(repaired.code == 0 && repaired.output.contains("1 track taken out"))
    let again = try collection.prepare("--progress", "none", cache: copy)
    #expect(again.code == 0 && again.output.contains("1 prepared, 9 unchanged"))
    #expect(try collection.digest(copy) == collection.digest())
  }

  @Test func splitsAreMadeAndShown() throws {
    let ratios = try Program.run("split", collection.cache, "--split", "0.6,0.4", "--seed", "5")
    #expect(ratios.code == 0 && ratios.lines[0] == "stratified-seed5-0.6-0.4: 10 tracks")
    let rows = ratios.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains(["label", "train", "test"]) && rows.contains(["blues", "3", "2"]))
    #expect(rows.contains(["all", "6", "4"]))
    let folds = try Program.run(
      "split", collection.cache, "--folds", "5", "--name", "five", "--json")
    let json = try JSONSerialization.jsonObject(with: Data(folds.output.utf8))
    let assignment = (json as? [String: Any])?["assignment"] as? [String: String]
    #expect(Set((assignment ?? [:]).values).count == 5 && assignment?.count == 10)
    let text = try Program.run("inspect", collection.cache).output
    #expect(text.contains("split five") && text.contains("split stratified-seed5-0.6-0.4"))
    #expect(try Program.run("split", collection.cache, "--folds", "11").code == 1)
  }
}
