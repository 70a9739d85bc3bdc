import Foundation
import Testing

/// `lathe recipe` and `lathe prepare --set`, run as a user runs them.
@Suite("lathe recipe")
struct RecipeCommandTests {
  @Test("What show prints is a recipe that check takes")
  func showAndCheck() throws {
    let collection = try Collection()
    let shown = try Program.run(
      "recipe", "show", "gtzan", "--set", "mel.bands=64", "--set", "sampleRate=16000")
    #expect(shown.code == 0)
    #expect(shown.output.contains(#""bands" : 64"#))
    #expect(shown.errors.contains("64 × 87"))
    #expect(shown.errors.contains("warning: views.features.slices: 66149 samples"))
    try collection.write(Array(shown.output.utf8), "mine.json")
    let checked = try Program.run("recipe", "check", "\(collection.path)/mine.json", "gtzan")
    #expect(checked.code == 0 && checked.errors.isEmpty)
    #expect(checked.lines.first == "\(collection.path)/mine.json: can be used")
    #expect(checked.lines.contains("gtzan: can be used"))
    let bad = shown.output.replacing(#""bands""#, with: #""bnads""#)
    try collection.write(Array(bad.utf8), "bad.json")
    let refused = try Program.run("recipe", "check", "\(collection.path)/bad.json", "gtzan")
    #expect(
      refused.code == 1
        && refused.errors.contains("views.mel.bnads is not known; did you mean bands?"))
    #expect(refused.lines.contains("gtzan: can be used"))
    #expect(try Program.run("recipe", "list").lines.contains { $0.hasPrefix("gtzan: 22,050 Hz") })
  }

  @Test("A value that is set is prepared, kept by the next run, and shown of the cache")
  func set() throws {
    let collection = try Collection()
    #expect(
      try collection.prepare("--progress", "none", "--set", "mel.bands=32", "--yes").code == 0)
    let again = try Program.run(
      "prepare", collection.audio, "--cache", collection.cache, "--progress", "none")
    #expect(again.code == 0)
    let shown = try Program.run("recipe", "show", collection.cache)
    #expect(shown.code == 0 && shown.output.contains(#""bands" : 32"#))
    let mistyped = try collection.prepare("--set", "mel.bnads=64")
    #expect(mistyped.code == 2 && mistyped.errors.contains("did you mean bands?"))
    let noValue = try collection.prepare("--set", "mel.bands")
    #expect(noValue.code == 2 && noValue.errors.contains("PATH=VALUE"))
  }
}
