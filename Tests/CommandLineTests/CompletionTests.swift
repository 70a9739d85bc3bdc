import Foundation
import Testing

/// What a shell completes, asked as bash asks: its script is sourced, and its function run on a line.
@Suite struct CompletionTests {
  let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  /// What bash would offer behind the words of a line, the last of them the one begun.
  private func offered(_ words: String...) throws -> Set<String> {
    let script = runs.path("lathe.bash")
    let made = try Program.run("--generate-completion-script", "bash")
    #expect(made.code == 0)
    try made.output.write(toFile: script, atomically: true, encoding: .utf8)
    let line = words.joined(separator: " ")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      [
        "-c",
        #"""
        source "$1"; shift; COMP_LINE="$1"; shift; COMP_POINT=${#COMP_LINE}
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _lathe lathe "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
        """#, "bash", script, "\(Program.path) \(line)", Program.path,
      ] + words
    process.currentDirectoryURL = URL(fileURLWithPath: runs.folder)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Set(text.split(separator: "\n").map { String($0).trimmingCharacters(in: .whitespaces) })
  }

  @Test func viewsAndTrainers() throws {
    let views: Set = ["features", "features-30s", "waveform", "mel"]
    #expect(try offered("export", "csv", runs.cache, "--view", "") == views)
    #expect(try offered("export", "csv", "--view", "f") == ["features", "features-30s"])
    #expect(try offered("bench", "loader", "--view", "w") == ["waveform"])
    #expect(try offered("train", "me") == ["mel", "mel-small"])
    #expect(try offered("train", "--trainer", "wave") == ["waveform", "waveform-gammatone"])
    #expect(
      try offered("study", runs.cache, "--trainers", "mel,fea") == ["mel,features"])
  }

  /// Only what the cache on the line holds.
  @Test func viewsOfTheCacheOnTheLine() throws {
    let recipe = try runs.collection.write(
      Array(
        #"""
        {"schema": "lathe.recipe/1", "name": "one", "sampleRate": 8000, "maximumSeconds": 60,
         "profile": "librosa-0.8", "views": {"waveform": {"slices": {"length": 4000, "hop": 2000}}}}
        """#.utf8), "one-\(UUID().uuidString).json")
    let made = try runs.run(
      "prepare", runs.collection.audio, "--cache", "one.lathe", "--recipe", recipe)
    #expect(made.code == 0, "\(made.errors)")
    #expect(try offered("export", "csv", "one.lathe", "--view", "") == ["waveform"])
    #expect(try offered("bench", "loader", "one.lathe", "--view", "") == ["waveform"])
  }

  @Test func splitsAndSidesOfTheCacheOnTheLine() throws {
    let split = "stratified-seed1-0.5-0.25-0.25"
    let sides: Set = ["train", "validation", "test"]
    #expect(try offered("train", "mel", "--cache", runs.cache, "--split", "").contains(split))
    #expect(try offered("audit", runs.cache, "--split", "strat").contains(split))
    #expect(try offered("split", runs.cache, "--remove", "strat").contains(split))
    #expect(
      try offered("export", "images", runs.cache, "--split", "strat").contains(split))
    #expect(
      try offered("train", "mel", "--cache", runs.cache, "--split", split, "--test", "") == sides)
    #expect(try offered("train", "mel", "--split", "").isEmpty)
    #expect(try offered("train", "mel", "--cache", "nowhere", "--split", "").isEmpty)
    // A run says which cache it is of.
    try runs.train("run", epochs: 1)
    #expect(try offered("evaluate", "run", "--split", "").contains(split))
    #expect(try offered("evaluate", "run", "--side", "va") == ["validation"])
  }

  @Test func policiesFaultsAndRecipes() throws {
    #expect(
      try offered("split", runs.cache, "--policy", "")
        == ["grouped", "stratified", "slices", "published:"])
    #expect(
      try offered("study", runs.cache, "--policies", "slices,") == [
        "slices,grouped", "slices,stratified",
      ])
    #expect(
      try offered("prepare", "audio", "--fault", "silent")
        == ["silent=quarantine", "silent=keep", "silent=drop"])
    #expect(
      try offered("prepare", "audio", "--profile", "") == ["librosa-0.8", "librosa-1.0"])
    #expect(try offered("recipe", "").isSuperset(of: ["show", "check", "list"]))
    #expect(try offered("recipe", "show", "gtz").contains("gtzan"))
    try "{}".write(toFile: runs.path("mine.json"), atomically: true, encoding: .utf8)
    #expect(try offered("recipe", "check", "mi") == ["mine.json"])
    #expect(try offered("prep") == ["prepare"])
  }

  @Test(arguments: ["zsh", "fish"])
  func otherShellsHaveScripts(_ shell: String) throws {
    let script = try Program.run("--generate-completion-script", shell)
    #expect(script.code == 0 && script.output.contains("---completion"))
  }
}
