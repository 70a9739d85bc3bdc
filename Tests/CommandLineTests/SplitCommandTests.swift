import Foundation
import Testing

/// `lathe split`: what is there, what would be made, and what is taken away.
@Suite struct SplitCommandTests {
  let collection: Collection

  init() throws {
    collection = try Collection()
    _ = try collection.prepare("--progress", "none", "--split", "none")
  }

  private func split(_ arguments: String...) throws -> Program.Result {
    try Program.start(["split", collection.cache] + arguments).end()
  }

  @Test func whatWouldBeMadeIsShownAndNotStored() throws {
    let before = try collection.digest()
    let asked = ["--policy", "stratified", "--split", "0.5,0.5", "--name", "half"]
    let dry = try Program.start(["split", collection.cache, "--dry-run"] + asked).end()
    #expect(dry.code == 0 && dry.lines.first == "half: 4 tracks")
    #expect(dry.lines.last == "nothing was stored: --dry-run")
    #expect(try split("--list").output.isEmpty && collection.digest() == before)
    let made = try Program.start(["split", collection.cache] + asked).end()
    #expect(made.code == 0 && Array(made.lines) == Array(dry.lines.dropLast()))
    #expect(try split("--list").lines == ["* half (stratified): train 2, test 2"])
  }

  /// The first is meant where none is named, until another is chosen, or it goes.
  @Test func oneOfThemIsTheDefault() throws {
    for name in ["pair", "half", "other"] {
      let made = ["--policy", "stratified", "--split", "0.5,0.5", "--name", name]
      #expect(try Program.start(["split", collection.cache] + made).end().code == 0)
    }
    let before = try collection.digest()
    func marked() throws -> [Substring] {
      try split("--list").lines.filter { $0.hasPrefix("* ") }.map { $0.prefix { $0 != "(" } }
    }
    #expect(try marked() == ["* pair "])
    #expect(try split("--default", "half").output == "half: the default\n")
    #expect(try marked() == ["* half "] && collection.digest() == before)
    let shown = try Program.run("inspect", collection.cache).output
    #expect(shown.contains("split half\n  the default: meant where none is named\n"))
    let card = try Program.run("inspect", collection.cache, "--json").output
    #expect(card.contains(#""defaultSplit" : "half""#))
    let wrong = try split("--default", "hald")
    #expect(wrong.code == 2 && wrong.errors.contains("no such split; did you mean half?"))
    let removed = try split("--remove", "half")
    #expect(
      removed.output.contains("choose one with: lathe split \(collection.cache) --default other"))
    #expect(try marked().isEmpty)
    #expect(try split("--remove", "other").output.contains("other: removed"))
    // The only one needs no mark to be meant.
    #expect(try marked() == ["* pair "])
  }

  @Test func aSplitIsListedAndTakenAway() throws {
    let none = try split("--list")
    #expect(none.code == 0 && none.output.isEmpty)
    #expect(none.errors == "no split; make one with: lathe split \(collection.cache)\n")
    #expect(try split("--policy", "stratified", "--folds", "2", "--name", "pair").code == 0)
    let json = try split("--list", "--json")
    #expect(json.output.contains(#""default" : true"#))
    #expect(json.output.contains(#""name" : "pair""#) && json.output.contains(#""fold-1" : 2"#))
    let wrong = try split("--remove", "pairs")
    #expect(wrong.code == 2 && wrong.errors.contains("no such split; did you mean pair?"))
    let removed = try split("--remove", "pair")
    #expect(removed.code == 0 && removed.output == "pair: removed\n")
    #expect(try split("--list").output.isEmpty)
    #expect(try !Program.run("inspect", collection.cache, "--json").output.contains("pair"))
  }

  @Test(arguments: [
    ["--list", "--remove", "a"], ["--list", "--folds", "2"], ["--remove", "a", "--dry-run"],
    ["--remove", "a", "--json"], ["--list", "--name", "a"],
  ])
  func whatExcludesEachOtherIsWrongUsage(_ arguments: [String]) throws {
    let result = try Program.start(["split", collection.cache] + arguments).end()
    #expect(result.code == 2 && result.output.isEmpty)
  }
}
