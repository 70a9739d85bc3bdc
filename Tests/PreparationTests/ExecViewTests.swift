import Corpus
import DatasetCache
import Foundation
import Preparation
import TestSupport
import Testing

/// Views that a program computes: what is stored, and what becomes of what the program does wrong.
@Suite(.enabled(if: ExecProgram.hasPython, "no /usr/bin/python3"))
struct ExecViewTests {
  let music: MusicFolder
  let program: ExecProgram
  let emb = View(like: "emb")

  init() throws {
    music = try MusicFolder()
    program = try ExecProgram()
  }

  /// What the program gives for a slice.
  private func expected(_ samples: ArraySlice<Int16>) -> [Float] {
    let floats = samples.map { Float($0) / 32_768 }
    let mean = floats.reduce(0.0) { $0 + Double($1) } / Double(floats.count)
    return [Float(mean), floats.max() ?? 0, floats[0]]
  }

  @Test func itsValuesAreStored() throws {
    try music.music()
    let summary = try music.prepareStarting(program.recipe(program.view(batch: 3)), threads: 2)
    // 9,600 samples in slices of 2,000: four a track, in frames of three and one.
    #expect(summary.quarantine.isEmpty && summary.slices[emb] == 16)
    #expect(
      Set(try program.frames().filter { $0.hasPrefix("jazz.00001") }) == [
        "jazz.00001 0 3", "jazz.00001 3 1",
      ])
    let cache = try music.open()
    for (track, seed) in [("blues.00000", 0), ("jazz.00001", 32)] {
      let samples = Wave.notes(seed: seed)
      let value = try #require(try cache.floats(of: emb, track: track))
      #expect(value.shape == [4, 3])
      let wanted = (0..<4).flatMap { expected(samples[$0 * 2_000..<$0 * 2_000 + 2_000]) }
      #expect(zip(value.values, wanted).allSatisfy { abs($0 - $1) < 1e-7 }, "\(value.values)")
    }
    #expect(try cache.verify() == [])
    let facts = try #require(try cache.viewFacts()[emb])
    #expect(facts.kind == "exec" && facts.axes.map(\.name) == ["embedding"])
    // One a thread, and none is left.
    #expect((1...2).contains(try program.starts().count))
    #expect(try program.isGone())
  }

  /// It need not wait for a track to be decoded: a program that answers the first only when it has
  /// the second as well is not kept waiting for it.
  @Test func theNextTrackIsSentWhileItWorks() throws {
    try music.music()
    let recipe = try program.recipe(program.view("ahead"))
    #expect(try music.prepareStarting(recipe).quarantine.isEmpty)
    #expect(try program.starts().count == 1 && program.frames().count == 4)
    for (track, seed) in [("blues.00000", 0), ("jazz.00001", 32)] {
      let value = try #require(try music.open().floats(of: emb, track: track))
      #expect(value.values[2] == Float(Wave.notes(seed: seed)[0]) / 32_768)
    }
  }

  /// It is given both channels side by side, and answers in its own shape.
  @Test func itIsGivenBothChannels() throws {
    let (left, right) = (Wave.notes(seed: 1), Wave.notes(seed: 2))
    let both = zip(left, right).flatMap { [$0, $1] }
    try music.write(Wave.pcm16(both, channels: 2), "rock/a.wav")
    var view = try program.view(hop: 1_000)
    view.channels = .stereo
    #expect(try music.prepareStarting(program.recipe(view)).quarantine.isEmpty)
    let value = try #require(try music.open().floats(of: emb, track: "a"))
    #expect(value.shape == [8, 3])
    let wanted = (0..<8).flatMap { expected(both[$0 * 2_000..<$0 * 2_000 + 4_000]) }
    #expect(zip(value.values, wanted).allSatisfy { abs($0 - $1) < 1e-7 }, "\(value.values)")
    let facts = try #require(try music.open().viewFacts()[emb])
    #expect(facts.axes.map(\.name) == ["embedding"] && facts.channels == 1)
  }

  @Test(arguments: [
    ("die", "ended with status 3; the last that it wrote to standard error: the last word", 2),
    ("kill", "was killed by SIGKILL (as for want of memory); the last that it wrote", 2),
    ("silent", "has neither read nor written anything for 1.0 seconds; the last that it", 2),
    ("print", "wrote 'epoch 1 …' to its standard output, where only frames may go", 2),
    ("long", "began a frame of 1099511627776 bytes, and at most ", 2),
    ("garbage", "answered with no whole safetensors buffer: ", 1),
    ("shape", "answered with 'values' [4, 2], and F32 'values' [4, 3] is due", 1),
    ("count", "answered with 'values' [3, 3], and F32 'values' [4, 3] is due", 1),
    ("name", "answered with \"embeddings\", and F32 'values' [4, 3] is due", 1),
    ("unnamed", "answered frame \"x\" by its metadata, and frame \"", 2),
    ("nan", "gave nan as number 1 of slice 1", 1),
    ("sentence", "says: there is no song in it", 1),
  ]) func aTrackThatItFailsWithGoesToQuarantine(
    _ misdeed: String, _ words: String, _ starts: Int
  ) throws {
    try music.music()
    let view = try program.view(misdeed, with: "blues.00001", seconds: misdeed == "silent" ? 1 : 20)
    let summary = try music.prepareStarting(program.recipe(view))
    #expect(summary.tracks == 3 && summary.prepared == 3)
    let record = try #require(summary.quarantine.first)
    #expect(record.id == "blues.00001" && record.code == "program-failed")
    #expect(record.message.hasPrefix("view emb: its program /usr/bin/python3 "))
    #expect(record.message.contains(words), "\(record.message)")
    #expect(try program.starts().count == starts)
    #expect(try program.isGone())
    #expect(try music.open().verify() == [])
  }

  /// An answer too many belongs to no track; the one after it is not given it.
  @Test func anAnswerThatNobodyAskedForIsNotTaken() throws {
    try music.music()
    let summary = try music.prepareStarting(
      program.recipe(program.view("twice", with: "blues.00000")))
    // Which of these depends on how soon the second answer comes, and on which track came first.
    let words =
      ["wrote without being asked"]
      + (1...3).map { "answered frame \"\($0)\" by its metadata, and frame \"\($0 + 1)\"" }
    let message = try #require(summary.quarantine.first?.message)
    #expect(summary.quarantine.count == 1 && words.contains(where: message.contains), "\(message)")
    let others = Set(["blues.00001", "jazz.00000", "jazz.00001"])
    #expect(summary.tracks == 3 && others.contains(summary.quarantine[0].id))
    for (track, seed) in [("blues.00001", 1), ("jazz.00000", 31), ("jazz.00001", 32)]
    where track != summary.quarantine[0].id {
      let value = try #require(try music.open().floats(of: emb, track: track))
      #expect(value.values[2] == Float(Wave.notes(seed: seed)[0]) / 32_768)
    }
  }

  @Test func oneThatAlwaysFailsEndsTheRun() throws {
    try music.music(count: 4)
    try music.prepare()
    let error = try #require(throws: PreparationError.self) {
      try music.prepareStarting(program.recipe(program.view("die")), threads: 2)
    }
    #expect("\(error)".contains("ended with status 3; the last that it wrote"), "\(error)")
    #expect("\(error)".hasPrefix("view emb: its program /usr/bin/python3 "), "\(error)")
    // Nothing is lost: all tracks are as they were.
    #expect(try music.open().summary().tracks == 8)
    #expect(try music.open().quarantined().isEmpty)
    // Five failures, and what the three other threads had in hand.
    #expect(try (5...8).contains(program.starts().count))
    #expect(try music.prepare().unchanged == 8)
  }

  /// Fewer tracks than end a run: then they are named.
  @Test func aFewFailuresAreNamed() throws {
    try music.music(labels: ["blues"])
    let summary = try music.prepareStarting(program.recipe(program.view("die")))
    #expect(
      summary.tracks == 0 && summary.quarantine.map(\.code) == ["program-failed", "program-failed"])
  }

  @Test(arguments: [
    ("import", "ended with status 1; the last that it wrote to standard error: No module named"),
    ("refuse", "says: this network takes 16,000 Hz"),
  ]) func oneThatDoesNotStartEndsTheRunAtOnce(_ misdeed: String, _ words: String) throws {
    try music.music()
    let error = try #require(throws: PreparationError.self) {
      try music.prepareStarting(program.recipe(program.view(misdeed)))
    }
    #expect("\(error)".contains(words), "\(error)")
    #expect(try program.starts().count == 1)
    #expect(try music.open().quarantined().isEmpty)
  }

  @Test func oneThatIsNotThereEndsTheRunAtOnce() throws {
    try music.music()
    var view = try program.view()
    var kind = try #require(view.kind as? ExecKind)
    kind.program = ["no-such-program-here"]
    view.kind = kind
    let error = try #require(throws: PreparationError.self) {
      try music.prepareStarting(program.recipe(view))
    }
    #expect("\(error)".contains("no-such-program-here"), "\(error)")
  }

  @Test func nothingIsStartedUnasked() throws {
    try music.music()
    let recipe = try program.recipe(program.view())
    let error = try #require(throws: PreparationError.self) { try music.prepare(recipe) }
    #expect("\(error)".contains("view emb would start this program: /usr/bin/python3 "))
    #expect("\(error)".contains("--allow-exec"))
    #expect(!FileManager.default.fileExists(atPath: music.cache))
    #expect(try program.starts().isEmpty)
    // Where there is nothing to compute, nothing is started and nobody is asked.
    try music.prepareStarting(recipe)
    #expect(try music.prepare(recipe).unchanged == 4)
    try music.write(Wave.pcm16(Wave.notes(seed: 9)), "jazz/new.wav")
    #expect(throws: PreparationError.self) { try music.prepare(recipe) }
  }

  @Test func whatItsFilesHoldIsPartOfTheFingerprint() throws {
    try music.music()
    let recipe = try program.recipe(program.view())
    try music.prepareStarting(recipe)
    #expect(try music.prepareStarting(recipe).unchanged == 4)
    let script = try String(contentsOfFile: program.path, encoding: .utf8)
    try program.folder.write("\(script)# changed\n".utf8, "embed.py")
    let sink = Recorder()
    #expect(try music.prepareStarting(recipe, sink: sink).prepared == 4)
    #expect(sink.reasons.count == 1)
    #expect(sink.reasons.first?.hasPrefix("emb of 4 tracks: file \(program.path)") == true)
    #expect(sink.reasons.first?.hasSuffix(" changed") == true)
  }

  @Test func aStopDoesNotWaitForIt() throws {
    try music.music()
    let sink = Recorder()
    let thread = Thread { [program, cancellation = sink.cancellation] in
      while ((try? program.frames().count) ?? 0) == 0 { usleep(5_000) }
      cancellation.cancel()
    }
    thread.start()
    let summary = try music.prepareStarting(
      program.recipe(program.view("silent", seconds: 600)), sink: sink)
    #expect(summary.wasCancelled && summary.quarantine.isEmpty && summary.tracks == 0)
    #expect(try program.isGone())
  }

  @Test(arguments: [
    (#"{"kind": "exec", "shape": [2], "slices": {}}"#, "views.emb.command is missing"),
    (#"{"kind": "exec", "command": ["a"], "slices": {}}"#, "views.emb.shape is missing"),
    (
      #"{"kind": "exec", "command": ["a"], "shape": [2, 0], "slices": {}}"#,
      "views.emb.shape is 0; "
    ),
    (
      #"{"kind": "exec", "command": ["a"], "shape": [1, 1, 1, 1, 1], "slices": {}}"#,
      "views.emb.shape has 5 axes"
    ),
    (
      #"{"kind": "exec", "command": ["a"], "shape": [2], "columns": ["x"], "slices": {}}"#,
      "views.emb.columns names 1 column"
    ),
    (
      #"{"kind": "exec", "command": ["a"], "shape": [2], "axes": ["x", "y"], "slices": {}}"#,
      "views.emb.axes names 2 axes"
    ),
  ]) func whatCannotBeIsRefused(_ view: String, _ words: String) throws {
    let json = """
      {"schema": "lathe.recipe/2", "name": "a", "sampleRate": 8000, "maximumSeconds": 60,
       "profile": "librosa-0.8", "views": {"emb": \(view)}}
      """
    let error = try #require(throws: RecipeError.self) { try Recipe.decode(Array(json.utf8)) }
    #expect("\(error)".contains(words), "\(error)")
  }
}
