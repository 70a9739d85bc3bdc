import Foundation
import Testing

/// `lathe export npy`, `npz`, `webdataset`, `jams` and `card`: they appear whole or not at all, and are
/// the same bytes each time. What other tools make of them is tested in Python.
@Suite struct ExportTests {
  static let forms = ["npy", "npz", "webdataset", "jams"]
  let collection: Collection

  init() throws {
    collection = try Collection(tracks: 6)
    #expect(try collection.prepare("--progress", "none").code == 0)
  }

  private func export(
    _ form: String, view: String = "mel", to output: String, _ more: String..., cache: String? = nil
  ) throws -> Program.Result {
    let views = form == "jams" ? [] : ["--view", view]
    return try Program.start(
      ["export", form, cache ?? collection.cache, "--output", "\(collection.path)/\(output)"]
        + views + more
    ).end()
  }

  /// All files of a folder by their paths in it.
  private func files(_ folder: String) throws -> [String: Data] {
    let path = "\(collection.path)/\(folder)"
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      names.compactMap { name in
        FileManager.default.contents(atPath: "\(path)/\(name)").map { (name, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  private func left() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: collection.path))
  }

  @Test(arguments: forms)
  func theSameBytesEachTime(_ form: String) throws {
    let split = "stratified-seed1-0.8-0.1-0.1"
    let first = try export(form, to: "one", "--split", split)
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.errors.contains(" written to \(collection.path)/one\n"))
    #expect(try export(form, to: "two", "--split", split, "--progress", "none").code == 0)
    let files = try files("one")
    #expect(files.keys.contains("export.json") && files.keys.contains("tracks.jsonl"))
    #expect(try files.count > 2 && files == self.files("two"))
  }

  @Test(arguments: forms)
  func whatIsThereIsReplacedOnlyWhereThatWasSaid(_ form: String) throws {
    #expect(try export(form, to: "out").code == 0)
    let files = try files("out")
    let again = try export(form, to: "out")
    #expect(again.code == 1 && again.errors.contains("(--overwrite)"))
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(collection.path)/out/stray"))
    #expect(try export(form, to: "out", "--overwrite").code == 0)
    #expect(try self.files("out") == files)
    try collection.write([1], "other/file")
    let other = try export(form, to: "other", "--overwrite")
    #expect(other.code == 1 && other.errors.contains("no export of lathe"))
    #expect(try self.files("other") == ["file": Data([1])])
    #expect(try left() == ["audio", "cache", "small.json", "out", "other"])
  }

  /// It ends between two tracks, and leaves nothing.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalLeavesNothing(_ signal: Int32) throws {
    let many = try Collection(tracks: 300)
    #expect(try many.prepare("--progress", "none").code == 0)
    let running = try Program.start([
      "export", "webdataset", many.cache, "--view", "mel", "--output", "\(many.path)/out",
      "--progress", "json",
    ])
    while running.process.isRunning,
      !FileManager.default.fileExists(atPath: "\(many.path)/out.unfinished")
    { usleep(200) }
    running.signal(signal)
    let result = running.end()
    let names = try FileManager.default.contentsOfDirectory(atPath: many.path)
    // The signal may come when all is done, but never leaves a part.
    #expect(!result.wasKilled && !names.contains("out.unfinished"))
    #expect(result.code == 130)
  }

  /// A disk that is full in the middle, for which a limit of file sizes stands: nothing is left.
  @Test(arguments: ["npy", "npz", "webdataset"])
  func wantOfRoomLeavesNothing(_ form: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "ulimit -f 4; exec \"$0\" \"$@\"", Program.path, "export", form, collection.cache,
      "--view", "waveform", "--output", "\(collection.path)/out", "--accept-licences",
    ]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1 && text.contains("cannot write"), "\(text)")
    #expect(try left() == ["audio", "cache", "small.json"])
  }

  /// Audio without a licence that permits copies is refused until that is accepted.
  @Test(arguments: ["npy", "webdataset"])
  func copiesOfAudioNeedALicenceOrConsent(_ form: String) throws {
    let refused = try export(form, view: "waveform", to: "out")
    #expect(refused.code == 2 && refused.errors.contains("6 tracks whose licence"))
    #expect(refused.errors.contains("(not stated)") && refused.errors.contains("--accept-licences"))
    #expect(try !left().contains("out"))
    let accepted = try export(form, view: "waveform", to: "out", "--accept-licences")
    #expect(accepted.code == 0 && accepted.errors.contains("do not pass it on"))
  }

  /// A track's own licence comes before the dataset's.
  @Test func licencesAreTheTracksOwn() throws {
    let tracks = (0..<6).map { index in
      let label = ["blues", "jazz"][index % 2]
      let own = index == 3 ? #", "licence": "CC BY-ND 4.0""# : ""
      return
        #"{"id": "t\#(index)", "path": "\#(label)/t\#(index).wav", "label": "\#(label)"\#(own)}"#
    }
    let manifest = try collection.write(
      Array(
        #"""
        {"schema": "lathe.manifest/1", "name": "club", "licence": "CC BY 4.0",
         "labels": ["blues", "jazz"], "tracks": [\#(tracks.joined(separator: ","))]}
        """#.utf8), "club.json")
    let cache = "\(collection.path)/club.lathe"
    #expect(try collection.prepare("--manifest", manifest, cache: cache).code == 0)
    let refused = try export("npz", view: "waveform", to: "out", cache: cache)
    #expect(refused.code == 2 && refused.errors.contains("1 track whose licence"))
    #expect(refused.errors.contains("CC BY-ND 4.0"))
    let card = try Program.run("export", "card", cache, "--output", "-")
    #expect(card.code == 0 && card.output.contains("| CC BY 4.0 | 5 | yes"))
    #expect(card.output.contains("| CC BY-ND 4.0 | 1 | not known to |"))
  }

  @Test func whatCannotBeExportedIsSaid() throws {
    let view = try export("npy", view: "nothing", to: "out")
    #expect(view.code == 1 && view.errors.contains("no view 'nothing'"))
    let split = try export("npy", to: "out", "--split", "none")
    #expect(split.code == 2 && split.errors.contains("stratified-seed1-0.8-0.1-0.1"))
    let inside = try export("npy", to: "cache/out")
    #expect(inside.code == 2 && inside.errors.contains("lies in the cache itself"))
    let audio = try export("webdataset", to: "out", "--audio", collection.audio)
    #expect(audio.code == 2 && audio.errors.contains("no whole files of audio"))
    let folder = try export(
      "webdataset", view: "waveform", to: "out", "--audio", collection.path, "--accept-licences")
    #expect(folder.code == 1 && folder.errors.contains("is not there"))
    #expect(try left() == ["audio", "cache", "small.json"])
  }

  @Test func aCardTellsWhatThereIs() throws {
    let path = "\(collection.path)/card.md"
    #expect(try Program.run("export", "card", collection.cache, "--output", path).code == 0)
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    for part in [
      "| Tracks | 6 of 6 in the manifest |", "| blues | 3 |", "| mel | 12 |",
      "stratified-seed1-0.8-0.1-0.1 (the default)", "| not stated | 6 | not known to |",
      "Version of lathe",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let again = try Program.run("export", "card", collection.cache, "--output", path)
    #expect(again.code == 1 && again.errors.contains("--overwrite"))
  }
}
