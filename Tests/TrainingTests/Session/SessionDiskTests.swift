import Corpus
import DataLoading
import Foundation
import Testing

@testable import Training

/// Folders that vanish, cannot be written or are full while a run is trained.
@Suite struct SessionDiskTests {
  @Test func aFolderThatVanishes() throws {
    let fixture = try SessionFixture()
    let trainer = fixture.trainer()
    trainer.onStep = {
      if $0 == 5 { try FileManager.default.removeItem(atPath: fixture.path("run")) }
    }
    let error = try #require(throws: TrainingError.self) { try fixture.train(trainer, in: "run") }
    #expect(error.kind == .system && error.subject.hasPrefix(fixture.path("run")))
    #expect(error.detail.contains("No such file"))
    #expect(!FileManager.default.fileExists(atPath: fixture.path("run")))
  }

  @Test(arguments: ["best", "last", "state"])
  func aFileThatCannotBeWritten(_ file: String) throws {
    let fixture = try SessionFixture()
    let directory = try fixture.begin("run")
    let obstacle = "\(directory.path)/\(file).safetensors.temporary"
    #expect(mkdir(obstacle, 0o700) == 0)
    let (error, result) = try fixture.failure(in: "run") {
      _ = try fixture.session(fixture.trainer(), directory).run()
    }
    #expect(error.kind == .system && error.subject.hasSuffix("\(file).safetensors.temporary"))
    #expect(result?.status == .failed && result?.epochs == 3)
    #expect(rmdir(obstacle) == 0)
  }

  @Test func aRunThatCouldNotBeWrittenGoesOn() throws {
    let fixture = try SessionFixture()
    try fixture.train(fixture.trainer(), in: "whole")
    let trainer = fixture.trainer()
    let metrics = "\(fixture.path("run"))/metrics.jsonl"
    trainer.onStep = { step in
      guard step == 5 else { return }
      #expect(rename(metrics, "\(metrics).kept") == 0 && mkdir(metrics, 0o700) == 0)
    }
    let error = try #require(throws: TrainingError.self) { try fixture.train(trainer, in: "run") }
    #expect(error.kind == .system && error.subject == metrics)
    #expect(rmdir(metrics) == 0 && rename("\(metrics).kept", metrics) == 0)
    // The epoch of which no record could be written was not done.
    let contents = try RunDirectory.contents(at: fixture.path("run"))
    #expect(contents.result?.status == .failed && contents.result?.epochs == 1)
    try fixture.resume("run")
    #expect(try fixture.outcome("run") == fixture.outcome("whole"))
  }

  @Test(.enabled(if: Volume.isPossible, Volume.absence))
  func aFullDisk() throws {
    var fixture = try SessionFixture()
    // 300,000 numbers: a checkpoint of 1.2 MB, a state of 2.4 MB.
    let width = 99_999
    fixture.source = try TrainingSource(
      training: try Self.wide(width), evaluated: [], selection: nil)
    fixture.configuration.epochs = 2
    fixture.configuration.secondsBetweenStates = 0
    func trainer() -> SoftmaxRegression { SoftmaxRegression(inputs: width, labels: 3) }
    try fixture.train(trainer(), in: "whole")
    // Room for the first epoch's files, and for no second state beside them.
    let volume = try Volume(at: fixture.path("volume"), megabytes: 6)
    let (error, _) = try fixture.failure(in: "volume/run") {
      try fixture.train(trainer(), in: "volume/run")
    }
    #expect(error.kind == .noSpace && error.hint.hasPrefix("free some space"))
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.path("volume/run"))
    #expect(!names.contains { $0.hasSuffix(".temporary") })
    try volume.resize(megabytes: 64)
    try fixture.resume("volume/run", with: trainer())
    #expect(try fixture.outcome("volume/run") == fixture.outcome("whole"))
  }

  private static func wide(_ width: Int) throws -> MemorySamples {
    try MemorySamples(
      name: "wide", identity: "wide", shape: [width], labels: ["a", "b", "c"],
      trackIDs: ["a", "b", "c"],
      rows: (0..<3).map { MemorySamples.Row(label: $0, track: $0, slice: 0) },
      values: (0..<3 * width).map { Float($0 % 7) / Float(width) })
  }

  @Test(.enabled(if: Volume.isPossible, Volume.absence))
  func aVolumeThatTurnsReadOnly() throws {
    let fixture = try SessionFixture()
    let volume = try Volume(at: fixture.path("volume"), megabytes: 4)
    let trainer = fixture.trainer()
    trainer.onStep = { if $0 == 5 { try volume.makeReadOnly() } }
    let error = try #require(throws: TrainingError.self) {
      try fixture.train(trainer, in: "volume/run")
    }
    #expect(error.kind == .system && error.detail.contains("Read-only file system"), "\(error)")
    try volume.makeWritable()
    try fixture.resume("volume/run")
    try fixture.train(fixture.trainer(), in: "whole")
    #expect(try fixture.outcome("volume/run") == fixture.outcome("whole"))
  }
}

/// A volume in memory, of a size of its own; only the superuser may make one.
final class Volume {
  private let path: String
  private var isCovered = false

  static let absence: Comment = "only the superuser of a machine that allows it can mount a volume"

  static let isPossible: Bool = {
    guard geteuid() == 0, let folder = try? RunFolder(),
      let volume = try? Volume(at: "\(folder.path)/probe", megabytes: 1)
    else { return false }
    return (try? volume.makeReadOnly()) != nil
  }()

  init(at path: String, megabytes: Int) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.command("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "lathe-test", path])
  }

  deinit {
    try? makeWritable()
    try? Self.command("umount", ["-l", path])
  }

  func resize(megabytes: Int) throws {
    try Self.command("mount", ["-o", "remount,size=\(megabytes)m", path])
  }

  /// Lays a read-only view of it over it: while a file is open the volume itself stays writable.
  func makeReadOnly() throws {
    try Self.command("mount", ["--bind", path, path])
    isCovered = true
    try Self.command("mount", ["-o", "remount,bind,ro", path])
  }

  func makeWritable() throws {
    guard isCovered else { return }
    try Self.command("umount", ["-l", path])
    isCovered = false
  }

  private static func command(_ name: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TrainingError(kind: .system, subject: name, detail: "it failed")
    }
  }
}
