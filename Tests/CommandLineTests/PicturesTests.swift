import Foundation
import Testing

/// `lathe export images` and `lathe report`.
@Suite struct PicturesTests {
  let collection: Collection

  init() throws {
    collection = try Collection(tracks: 10)
    #expect(try collection.prepare("--progress", "none").code == 0)
  }

  private func export(_ more: String..., to folder: String = "pictures") throws -> Program.Result {
    try Program.start(
      ["export", "images", collection.cache, "--output", "\(collection.path)/\(folder)"] + more
    ).end()
  }

  private func names(in folder: String) -> Set<String> {
    let path = "\(collection.path)/\(folder)"
    let all = FileManager.default.enumerator(atPath: path)?.allObjects.compactMap { $0 as? String }
    return Set((all ?? []).filter { $0.hasSuffix(".png") || $0.contains("temporary") })
  }

  private func size(_ name: String) throws -> [Int] {
    let png = [UInt8](
      try #require(FileManager.default.contents(atPath: "\(collection.path)/\(name)")))
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    return [16, 20].map { png[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
  }

  @Test func everySliceHasAPicture() throws {
    let result = try export()
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.hasSuffix("20 pictures written to \(collection.path)/pictures\n"))
    let all = names(in: "pictures")
    #expect(all.count == 20)
    #expect(all.contains("blues/t0.0.png") && all.contains("jazz/t1.1.png"))
    // 4,000 samples by hops of 512, and 16 bands.
    #expect(try size("pictures/blues/t0.0.png") == [8, 16])
  }

  @Test func whatIsThereIsKept() throws {
    #expect(try export().code == 0)
    let path = "\(collection.path)/pictures"
    let whole = try #require(FileManager.default.contents(atPath: "\(path)/jazz/t1.0.png"))
    try FileManager.default.removeItem(atPath: "\(path)/blues/t0.0.png")
    try whole.prefix(40).write(to: URL(fileURLWithPath: "\(path)/jazz/t1.0.png"))
    let again = try export()
    #expect(again.code == 0 && again.errors.contains("2 pictures written"))
    #expect(again.errors.contains("18 were there"))
    #expect(FileManager.default.contents(atPath: "\(path)/jazz/t1.0.png") == whole)
    let other = try export("--colour", "grey")
    #expect(other.code == 1 && other.errors.contains("pictures of another look"))
  }

  @Test func sidesOfASplitAreFolders() throws {
    let split = "stratified-seed1-0.8-0.1-0.1"
    let result = try export("--split", split, "--scale", "2", "--colour", "magma")
    #expect(result.code == 0, "\(result.errors)")
    let all = names(in: "pictures")
    #expect(all.count == 20 && all.contains { $0.hasPrefix("train/blues/") })
    #expect(try size("pictures/\(all.sorted()[0])") == [16, 32])
    let unknown = try export("--split", "none", to: "other")
    #expect(unknown.code == 2 && unknown.errors.contains(split))
  }

  /// Tracks and labels whose names are no files, or would be one, each have their own.
  @Test func awkwardNamesHaveFilesOfTheirOwn() throws {
    let long = String(repeating: "長", count: 83)
    let tracks = [
      "rock/=cmd", "rock/CON", "rock/A", "rock/a", "rock/-rf", "rock/a:b", "rock/a*b",
      "rock/x\u{202E}gnp", "nul/\(long)1", "nul/e\u{301}", "images.json/one",
      "Rock/two",
    ]
    for (seed, track) in tracks.enumerated() {
      try collection.write(Collection.wave(seed: seed), "odd/\(track).wav")
    }
    let cache = "\(collection.path)/odd.lathe"
    let prepared = try Program.run(
      "prepare", "\(collection.path)/odd", "--cache", cache, "--recipe", collection.recipe,
      "--progress", "none", "--split", "none")
    #expect(prepared.code == 0, "\(prepared.errors)")
    let arguments = ["export", "images", cache, "--output", "\(collection.path)/pictures"]
    let result = try Program.start(arguments).end()
    #expect(result.code == 0, "\(result.errors)")
    let names = names(in: "pictures")
    #expect(names.count == 2 * tracks.count)
    // On a file system that knows no capitals too, and composes letters.
    let folded = Set(names.map { $0.precomposedStringWithCanonicalMapping.lowercased() })
    #expect(folded.count == names.count)
    let parts = names.flatMap { $0.split(separator: "/") }
    #expect(parts.allSatisfy { $0.utf8.count <= 255 && !$0.hasPrefix("-") && !$0.hasPrefix(".") })
    #expect(
      parts.allSatisfy { part in
        !part.unicodeScalars.contains { $0 == "\u{202E}" || ":*".unicodeScalars.contains($0) }
      })
    for plain in ["rock", "Rock"] {
      #expect(names.contains { $0.hasPrefix("\(plain)/") } == (plain == "Rock"), "\(plain)")
    }
    // What was changed is reported.
    let look = try JSONDecoder().decode(
      [String: [String: String]].self,
      from: JSONSerialization.data(
        withJSONObject: try #require(
          try JSONSerialization.jsonObject(
            with: Data(
              contentsOf: URL(filePath: "\(collection.path)/pictures/images.json")))
            as? [String: Any])["renamed"] as Any))
    #expect(Set(try #require(look["labels"]).values) == ["rock", "nul", "images.json"])
    #expect(try #require(look["tracks"]).values.contains("CON"))
    // The second time all are found.
    #expect(try Program.start(arguments).end().errors.contains("24 were there"))
  }

  @Test func figuresHaveAxes() throws {
    #expect(try export("--axes").code == 0)
    let size = try size("pictures/blues/t0.0.png")
    #expect(size[0] > 400 && size[1] > 250)
  }

  @Test func theCacheAndOthersFoldersAreLeftAlone() throws {
    for folder in ["cache", "cache/pictures", "cache/../cache/x/y"] {
      let result = try export(to: folder)
      #expect(result.code == 2 && result.errors.contains("in the cache itself"))
    }
    let link = "\(collection.path)/link"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: collection.cache)
    #expect(try export(to: "link/pictures").code == 2)
    let other = try export(to: "audio")
    #expect(other.code == 1 && other.errors.contains("no pictures of lathe"))
    for wrong in [
      ["--scale", "0"], ["--scale", "33"], ["--view", "Features!"], ["--colour", "x"],
    ] {
      let result = try Program.start(
        ["export", "images", collection.cache, "--output", "\(collection.path)/p"] + wrong
      ).end()
      #expect(result.code == 2)
    }
    let table = try Program.start([
      "export", "images", collection.cache, "--output", "\(collection.path)/p", "--view",
      "features",
    ]).end()
    #expect(table.code == 1 && table.errors.contains("features is no picture"), "\(table.errors)")
    #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
  }

  @Test func aReportTellsOfRuns() throws {
    for seed in ["1", "2"] {
      let trained = try Program.run(
        "train", "features", "--cache", collection.cache, "--epochs", "2", "--seed", seed,
        "--threads", "1", "--output", "\(collection.path)/runs/\(seed)", "--progress", "none")
      #expect(trained.code == 0, "\(trained.errors)")
    }
    let page = "\(collection.path)/report.html"
    let result = try Program.run(
      "report", "\(collection.path)/runs", "--output", page, "--figures",
      "\(collection.path)/figures", "--samples", collection.cache, "--title", "A <b> title")
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.lines.count == 2 && result.lines[1].contains("2 seeds"))
    #expect(result.errors.contains("2 runs in \(page)"))
    let text = try String(contentsOfFile: page, encoding: .utf8)
    #expect(text.contains("A &lt;b&gt; title") && !text.contains("<b>"))
    let figures = names(in: "figures")
    #expect(figures.contains("features-stratified-confusion-of-tracks.png"), "\(figures)")
    #expect(figures.contains { $0.hasPrefix("spectrogram-") && $0.hasSuffix(".png") })
    let table = try String(contentsOfFile: "\(collection.path)/results.csv", encoding: .utf8)
    #expect(table.contains(",2,seeds,finished,"))
    for form in ["json", "md", "tex"] {
      #expect(FileManager.default.fileExists(atPath: "\(collection.path)/results.\(form)"))
    }
    // Nothing is replaced unasked.
    let again = try Program.run("report", "\(collection.path)/runs", "--output", page)
    #expect(again.code == 1 && again.errors.contains("--overwrite"), "\(again.errors)")

    // A run that cannot be read is named, the others are reported.
    let damaged = "\(collection.path)/runs/1/metrics.jsonl"
    try Data("rubbish\n{}\n".utf8).write(to: URL(fileURLWithPath: damaged))
    let partly = try Program.run(
      "report", "\(collection.path)/runs", "--output", page, "--overwrite")
    #expect(partly.code == 1 && partly.errors.contains("metrics.jsonl, line 1"))
    #expect(partly.errors.contains("1 run in \(page)"))
    let none = try Program.run("report", collection.audio, "--output", "\(collection.path)/none")
    #expect(none.code == 1 && none.errors.contains("there is no run"))
    #expect(!FileManager.default.fileExists(atPath: "\(collection.path)/none"))
    let own = try Program.run(
      "report", "\(collection.path)/runs", "--output", "\(collection.path)/runs/2/run.json")
    #expect(own.code == 2 && own.errors.contains("a run's own file"))
    let full = try Program.run("report", "\(collection.path)/runs/2", "--output", "/dev/full")
    #expect(full.code == 1 && full.errors.contains("free some space"))
    #expect(try Program.run("report", "--output", page).code == 2)
  }
}
