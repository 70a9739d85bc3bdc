import Foundation
import Testing
import Wording

/// Names, labels and files that others made, through every verb: nothing that it prints moves the
/// cursor, turns the writing round or hides.
@Suite struct HostileNameTests {
  static let hostile = "j\u{202E}a\u{200B}zz\u{2028}"
  static let escape = "\u{1B}[31m\u{9B}2J"

  private func expectPlain(_ arguments: String..., code: Int32, says words: String = "") throws {
    let result = try Program.start(arguments).end()
    #expect(result.code == code, "\(arguments): \(result.errors)")
    for text in [result.output, result.errors] {
      #expect(Words.shownLines(text) == text, "\(arguments)")
    }
    #expect(words.isEmpty || (result.output + result.errors).contains(words), "\(arguments)")
  }

  @Test func labelsAndFilesAreSpeltOut() throws {
    let collection = try Collection(tracks: 2)
    for index in 0..<4 {
      try collection.write(
        Collection.wave(seed: index), "audio/\(Self.hostile)/t\(index)\u{2066}.wav")
    }
    try collection.write([1], "audio/blues/\(Self.escape).wav")
    let cache = collection.cache
    try expectPlain(
      "prepare", collection.audio, "--cache", cache, "--recipe", collection.recipe, code: 3,
      says: #"blues/\u{1B}[31m\u{9B}2J.wav"#)
    try expectPlain(
      "split", cache, "--policy", "stratified", "--split", "0.5,0.5", "--name", Self.hostile,
      code: 0, says: #"j\u{202E}a\u{200B}zz\u{2028}: 6 tracks"#)
    for verb in [["inspect"], ["audit"], ["duplicates"], ["inspect", "--quarantine"]] {
      try expectPlain(verb[0], cache, verb.count > 1 ? verb[1] : "--json", code: 0)
    }
    try expectPlain("inspect", cache, code: 0, says: #"j\u{202E}a\u{200B}zz\u{2028} 4"#)
    try expectPlain("audit", cache, code: 0, says: #"j\u{202E}"#)
    try expectPlain("inspect", cache, "--json", code: 0, says: #"j\u202ea\u200bzz\u2028"#)
    try expectPlain("audit", cache, "--split", Self.escape, code: 2)
    try expectPlain(
      "train", "features", "--cache", cache, "--split", Self.hostile, "--epochs", "1", "--output",
      "\(collection.path)/run", "--progress", "plain", code: 0)
    try expectPlain("evaluate", "\(collection.path)/run", code: 0)
    try expectPlain("export", "csv", cache, "--view", Self.escape, "--output", "/dev/null", code: 2)
  }

  @Test func recipesAndManifestsAreSpeltOut() throws {
    let collection = try Collection(tracks: 1)
    let schema = try collection.write(
      Array(
        #"{"schema": "\u001b[31mred\u202e", "name": "x", "sampleRate": 8000, "maximumSeconds": 6, "#
          .utf8) + Array(#""profile": "librosa-0.8", "views": {"features": {"slices": {}}}}"#.utf8),
      "schema.json")
    try expectPlain(
      "prepare", collection.audio, "--cache", collection.cache, "--recipe", schema, code: 1,
      says: #"schema is "\u{1B}[31mred\u{202E}""#)
    let key = try collection.write(Array(#"{"\u001b[2J\n": 1}"#.utf8), "key.json")
    try expectPlain(
      "prepare", collection.audio, "--cache", collection.cache, "--recipe", key, code: 1)
    try expectPlain("manifest", "check", key, collection.audio, code: 1)
    try expectPlain("predict", "\(collection.path)/\(Self.escape)", "x.wav", code: 1)
    try expectPlain(Self.escape, code: 2)
  }
}
