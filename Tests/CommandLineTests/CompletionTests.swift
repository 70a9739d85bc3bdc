import Foundation
import Testing

/// What a shell completes, asked as bash asks: its script is sourced, and its function run on a
/// line.
@Suite struct CompletionTests {
  let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  /// What a shell prints, in the folder of the runs.
  private func said(by shell: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: runs.folder)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  /// What bash would put in place of what is begun: the last of these words, or of that what is
  /// behind its last `=` or `:`, at which bash breaks words too.
  private func offered(_ words: String...) throws -> Set<String> {
    let script = runs.path("lathe.bash")
    let made = try Program.run("--generate-completion-script", "bash")
    #expect(made.code == 0)
    try made.output.write(toFile: script, atomically: true, encoding: .utf8)
    let line = words.joined(separator: " ")
    let broken = words.flatMap { word in
      var pieces = [""]
      for character in word {
        if "=:".contains(character) {
          pieces += [String(character), ""]
        } else {
          pieces[pieces.count - 1].append(character)
        }
      }
      return word.isEmpty ? [""] : pieces.filter { !$0.isEmpty }
    }
    let text = try said(
      by: "/bin/bash",
      [
        "-c",
        #"""
        source "$1"; shift; COMP_LINE="$1"; shift; COMP_POINT=${#COMP_LINE}
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        begun="${COMP_WORDS[COMP_CWORD]}"; [[ "$begun" == [=:] ]] && begun=
        function=$(complete -p lathe | sed 's/.*-F \([^ ]*\) .*/\1/')
        $function lathe "$begun" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
        """#, "bash", script, "\(Program.path) \(line)", Program.path,
      ] + broken)
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

  @Test func whatStandsBehindASign() throws {
    #expect(
      try offered("prepare", "audio", "--fault", "silent=") == ["quarantine", "keep", "drop"])
    #expect(try offered("prepare", "audio", "--fault=silent=q") == ["quarantine"])
    #expect(
      try offered("prepare", "audio", "--set", "mel.b") == ["mel.bands="])
    #expect(try offered("prepare", "audio", "--set", "mel.precision=") == ["full", "float16"])
    #expect(
      try offered("recipe", "show", "gtzan", "--set", "profile=") == ["librosa-0.8", "librosa-1.0"])
    #expect(try offered("train", "features", "--set", "hid") == ["hidden="])
    #expect(try offered("train", "mel-small", "--set", "hid").isEmpty)
    #expect(try offered("train", "--cache=\(runs.cache)", "--split=strat").count == 1)
    try "file,genre,tempo\n".write(toFile: runs.path("t.csv"), atomically: true, encoding: .utf8)
    #expect(
      try offered("prepare", "audio", "--labels", "t.csv", "--columns", "la") == [
        "label=", "labels=",
      ])
    #expect(
      try offered("prepare", "audio", "--labels", "t.csv", "--columns", "label=genre,path=f")
        == ["file"])
    #expect(try offered("train", "--csv", "t.csv", "--columns", "tempo,g") == ["tempo,genre"])
  }

  /// Writes the script of a shell, and puts the program where the shell finds it.
  private func install(_ shell: String, as name: String) throws {
    let script = try Program.run("--generate-completion-script", shell)
    try script.output.write(toFile: runs.path(name), atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: runs.path("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: runs.path("bin/lathe"), withDestinationPath: Program.path)
  }

  /// Zsh itself is asked, where it is installed, in a terminal of its own.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/zsh")))
  func zshOffersTheSame() throws {
    try install("zsh", as: "_lathe")
    // Asked until all that is awaited is there: how long a shell and a program take to start is
    // the machine's affair, and a line may be shown twice before anything is listed.
    func offers(_ awaited: [String], for line: String) throws {
      let text = try said(
        by: "/usr/bin/zsh",
        [
          "-f", "-c",
          #"""
          zmodload zsh/zpty
          zpty z "PATH=$PWD/bin:$PATH TERM=dumb COLUMNS=200 zsh -f -i"
          zpty -w z "PROMPT=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump"
          zpty -w z "bindkey '^X' list-choices; print READ''Y"
          zpty -r -z text '*READY*'
          zpty -w -n z "$1"$'\C-x'; shift
          text=; for round in {1..1200}; do
            sleep 0.1; while zpty -r -t z piece; do text+=$piece; done
            missing=0; for word in "$@"; do [[ $text == *$word* ]] || missing=1; done
            (( missing )) || break
            (( round % 100 )) || zpty -w -n z $'\C-x'
          done
          print -r -- "$text"
          """#, "zsh", line,
        ] + awaited)
      for word in awaited { #expect(text.contains(word), "\(text)") }
    }
    try offers(
      ["quarantine", "keep", "drop"].map { "silent=\($0)" },
      for: "lathe prepare x --fault silent=")
    try offers(
      ["stratified-seed1-0.5-0.25-0.25"], for: "lathe train mel --cache \(runs.cache) --split=")
    try offers(["published:"], for: "lathe split c --policy publi")
  }

  /// Fish answers without a terminal too.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/fish")))
  func fishOffersTheSame() throws {
    try install("fish", as: "lathe.fish")
    func offered(_ line: String) throws -> Set<String> {
      let text = try said(
        by: "/usr/bin/fish",
        [
          "--no-config", "-c", "set PATH $PWD/bin $PATH; source lathe.fish; complete -C $argv[1]",
          line,
        ])
      // A description follows a tab.
      return Set(text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
    }
    #expect(
      try offered("lathe prepare x --fault silent=")
        == ["silent=quarantine", "silent=keep", "silent=drop"])
    let split = "stratified-seed1-0.5-0.25-0.25"
    #expect(try offered("lathe train mel --cache \(runs.cache) --split strat").contains(split))
    #expect(try offered("lathe export csv \(runs.cache) --view w") == ["waveform"])
    #expect(try offered("lathe train --set hid") == ["hidden="])
  }

  @Test(arguments: ["zsh", "fish"])
  func otherShellsHaveScripts(_ shell: String) throws {
    let script = try Program.run("--generate-completion-script", shell)
    #expect(script.code == 0 && script.output.contains("---completion"))
  }
}
