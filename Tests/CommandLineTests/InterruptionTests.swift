import Foundation
import Testing

/// A run that is ended in the middle loses nothing that was done, and a later one finishes it.
@Suite struct InterruptionTests {
  let collection: Collection
  let undisturbed: String

  init() throws {
    collection = try Collection(tracks: 60)
    undisturbed = "\(collection.path)/undisturbed"
    #expect(try collection.prepare("--progress", "none", cache: undisturbed).code == 0)
  }

  private func start() throws -> Program.Running {
    try Program.start(collection.arguments(["--progress", "json", "--threads", "1"]))
  }

  private func finish() throws {
    let result = try collection.prepare("--progress", "none")
    #expect(result.code == 0 && result.output.hasPrefix("60 tracks"))
    #expect(try collection.digest() == collection.digest(undisturbed))
    #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsItWithWhatWasDone(_ signal: Int32) throws {
    let running = try start()
    running.wait(for: "advanced", times: 3)
    running.signal(signal)
    let result = running.end()
    #expect(result.code == 130 && !result.wasKilled)
    #expect(result.errors.contains("stopping after the tracks at work"))
    #expect(result.lines.last?.contains(#""wasCancelled":true"#) == true)
    let inspected = try Program.run("inspect", collection.cache)
    #expect(inspected.code == 0 && inspected.output.contains("unfinished: "))
    let table = "\(collection.path)/table.csv"
    let exported = try Program.run(
      "export", "csv", collection.cache, "--view", "features", "--output", table)
    #expect(exported.code == 0 && exported.errors.contains("run lathe prepare again"))
    try finish()
  }

  @Test func aSplitThatWasNotMadeYetIsMadeByTheNextRun() throws {
    let running = try Program.start(
      collection.arguments(
        ["--split", "0.5,0.5", "--seed", "7", "--progress", "json", "--threads", "1"]))
    running.wait(for: "advanced", times: 3)
    running.signal(SIGINT)
    #expect(running.end().code == 130)
    let again = try Program.run("prepare", collection.audio, "--cache", collection.cache)
    #expect(again.code == 0 && again.output.contains("splits: stratified-seed7-0.5-0.5\n"))
    #expect(again.errors.hasPrefix("as before: recipe small; flags choose others\n"))
    // Once it is made, a run makes none: one that is removed stays away.
    #expect(
      try collection.prepare("--progress", "none").output.contains("splits: stratified-seed7"))
  }

  @Test(arguments: [1, 8, 20])
  func aKillLosesNothing(_ tracks: Int) throws {
    let running = try start()
    running.wait(for: "advanced", times: tracks)
    running.signal(SIGKILL)
    let result = running.end()
    #expect(result.wasKilled && result.code == SIGKILL)
    try finish()
  }

  @Test func aSecondRunMeanwhileIsRefusedAndReadersAreNot() throws {
    let running = try start()
    running.wait(for: "advanced", times: 2)
    let second = try collection.prepare("--progress", "none")
    #expect(second.code == 1)
    #expect(
      second.errors.contains("process \(running.process.processIdentifier) is writing to it"))
    #expect(try Program.run("split", collection.cache).code == 1)
    #expect(try collection.digest().count == 65)
    #expect(running.end().code == 0)
    #expect(try collection.digest() == collection.digest(undisturbed))
  }

  /// From the loading of the program to its end there is no moment at which a signal is lost, or
  /// ends it without the code.
  @Test(arguments: [SIGINT, SIGTERM])
  func theFirstAndTheLastMomentsCount(_ signal: Int32) throws {
    let small = try Collection(tracks: 2)
    let whole = try Program.start(small.arguments(["--progress", "json"]))
    #expect(whole.end().code == 0)
    for moment in [#""event""#, "finished", "tracks in"] {
      let running = try Program.start(
        small.arguments(["--progress", "json"], cache: "\(small.path)/\(moment.count)"))
      running.wait(for: moment, times: 1)
      running.signal(signal)
      let result = running.end()
      // The signal may find no process any more.
      #expect(
        !result.wasKilled && (result.code == 130 || moment != #""event""# && result.code == 0))
    }
  }

  /// Neither Dispatch, which waits for threads that it cannot have, nor OpenBLAS, which asks for
  /// its buffers again and again, keeps a training under a limit of address space from its end.
  @Test(arguments: [500_000, 650_000, 750_000, 850_000, 950_000, 1_100_000, 4_000_000])
  func aTrainingWithLittleAddressSpaceIsNoHang(_ kilobytes: Int) throws {
    let runs = try TrainingRuns()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments =
      ["-c", "ulimit -v \(kilobytes); exec timeout -s KILL 60 \"$0\" \"$@\"", Program.path]
      + runs.arguments("run", epochs: 1, ["--threads", "2", "--progress", "none"])
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let code = process.terminationStatus
    if kilobytes > 2_000_000 { #expect(code == 0) }
    #expect(
      code == 0 || code == 1 && (text.contains("ulimit -v") || text.contains("cannot be had")),
      "\(code) \(process.terminationReason): \(text)")
  }

  /// OpenBLAS cannot make its threads then, and would wait for them at the end.
  @Test(arguments: [230_000, 250_000, 270_000])
  func littleAddressSpaceIsNoHang(_ kilobytes: Int) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "ulimit -v \(kilobytes); exec timeout -s KILL 60 \"$0\" --version", Program.path,
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    // A thread that cannot be made at all ends the program before it begins: by OpenBLAS's SIGINT.
    #expect([0, 2, 127, 128 + SIGINT].contains(process.terminationStatus))
  }
}
