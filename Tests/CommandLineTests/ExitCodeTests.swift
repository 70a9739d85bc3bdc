import Foundation
import Testing

/// Every documented exit code, provoked; messages on the standard error, one line each.
@Suite struct ExitCodeTests {
  let collection: Collection

  init() throws { collection = try Collection() }

  @Test func zeroWhereAllIsDone() throws {
    let result = try collection.prepare("--progress", "plain")
    #expect(result.code == 0)
    #expect(result.lines.first?.hasPrefix("4 tracks in \(collection.cache): 4 prepared") == true)
    #expect(result.errors.contains("to do: all views of 4 tracks: new"))
    #expect(result.errors.contains("4/4 tracks"))
    #expect(!result.output.contains("to do:"))
    let again = try collection.prepare("--progress", "plain")
    #expect(again.code == 0 && again.errors == "nothing to do: 4 tracks done already\n")
  }

  @Test func threeWhereATrackIsInQuarantine() throws {
    try collection.write([], "audio/jazz/empty.wav")
    try collection.write(Array("text".utf8), "audio/jazz/new\nline.wav")
    let result = try collection.prepare("--progress", "none")
    #expect(result.code == 3 && result.errors.isEmpty)
    #expect(result.output.contains("quarantine: jazz/empty.wav [empty]: is empty; fetch"))
    // A line end in a name does not end the line.
    #expect(result.output.contains(#"quarantine: jazz/new\nline.wav [bad-path]"#))
    #expect(try Program.run("inspect", collection.cache).code == 0)
  }

  @Test func threeWhereEveryTrackIsInQuarantine() throws {
    for index in 0..<4 {
      try collection.write([], "audio/\(["blues", "jazz"][index % 2])/t\(index).wav")
    }
    let result = try collection.prepare("--progress", "none")
    #expect(result.code == 3 && result.output.hasPrefix("0 tracks in "))
  }

  @Test func oneWhereItCannotBeDone() throws {
    let file = try collection.write([1], "file")
    let commands = [
      ["prepare", "\(collection.path)/none", "--cache", collection.cache],
      ["prepare", collection.audio, "--cache", file],
      ["prepare", collection.audio, "--cache", collection.audio],
      ["prepare", collection.audio, "--cache", collection.cache, "--folds", "9"],
      ["prepare", collection.path + "/audio/jazz", "--cache", collection.cache],
      ["prepare", collection.audio, "--cache", collection.cache, "--recipe", file],
      ["prepare", collection.audio, "--cache", collection.cache, "--manifest", collection.recipe],
      ["inspect", "\(collection.path)/none"], ["inspect", collection.audio], ["inspect", file],
      ["split", "\(collection.path)/none"],
      ["export", "csv", "\(collection.path)/none", "--view", "features", "--output", "-"],
    ]
    for arguments in commands {
      let result = try Program.start(arguments).end()
      #expect(result.code == 1 && !result.wasKilled, "\(arguments)")
      #expect(result.output.isEmpty && result.errors.hasPrefix("lathe: "), "\(result.errors)")
      #expect(result.errors.filter { $0 == "\n" }.count == 1 && result.errors.contains("; "))
    }
    #expect(!FileManager.default.fileExists(atPath: collection.cache))
  }

  @Test(arguments: [
    (["frobnicate"], "frobnicate"), (["prepare"], "<audio-dir>"), (["prepare", "x"], "--cache"),
    (["prepare", "x", "--cache", ""], "empty path"),
    (["prepare", "x", "--cache", "c", "--threads", "0"], "--threads 0"),
    (["prepare", "x", "--cache", "c", "--threads", "two"], "two"),
    (["prepare", "x", "--cache", "c", "--progress", "loud"], "'json'"),
    (["prepare", "x", "--cache", "c", "--profile", "librosa"], "'librosa-0.8'"),
    (["prepare", "x", "--cache", "c", "--recipe", "nope"], "gtzan"),
    (["prepare", "x", "--cache", "c", "--manifest", "nope"], "nope"),
    (["prepare", "x", "--cache", "c", "--split", "0.8,0.3"], "the sum 1"),
    (["prepare", "x", "--cache", "c", "--split", "0.8,,0.2"], "empty place"),
    (["prepare", "x", "--cache", "c", "--split", "nan,0.5,0.5"], "from 0 to 1"),
    (["prepare", "x", "--cache", "c", "--split", "a,b"], "a is no number"),
    (["prepare", "x", "--cache", "c", "--split", "0.5,0.5", "--folds", "2"], "exclude"),
    (["prepare", "x", "--cache", "c", "--folds", "1"], "2 to 1000"),
    (["split", "c", "--split", "none"], "nothing to do"),
    (["split", "c", "--name", "a/b"], "plain name"),
    (["export", "csv", "c", "--view", "All!", "--output", "-"], "--view"),
    (["export", "csv", "c", "--view", "features", "--output", ""], "--output"),
  ])
  func twoWhereTheUsageIsWrong(_ arguments: [String], _ words: String) throws {
    let result = try Program.start(arguments, in: collection.path).end()
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.errors.contains(words), "\(result.errors)")
    let verb = arguments.count > 1 ? " \(arguments[0])" : ""
    #expect(result.errors.range(of: "usage: lathe\(verb)", options: .caseInsensitive) != nil)
    #expect(!FileManager.default.fileExists(atPath: "\(collection.path)/c"))
  }

  @Test func resultsThatCannotBeWrittenAreAFailure() throws {
    _ = try collection.prepare("--progress", "none")
    let result = try Program.run("inspect", collection.cache, output: "/dev/full")
    #expect(result.code == 1 && result.errors.contains("cannot write the standard output"))
  }

  @Test(arguments: [
    (["prepaer", "x"], "prepare"), (["export", "cvs"], "export csv"),
    (["manifest", "chekc"], "manifest check"),
  ])
  func aMistypedVerbIsGuessed(_ arguments: [String], _ verb: String) throws {
    let result = try Program.start(arguments).end()
    #expect(result.code == 2 && result.errors.hasSuffix("Did you mean: lathe \(verb)?\n"))
    #expect(try !Program.run("train", "--nothing").errors.contains("Did you mean: lathe"))
  }
}
