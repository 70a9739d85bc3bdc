import Corpus
import DatasetCache
import Foundation
import TestSupport
import Testing

@testable import Service

/// Jobs, with a script in place of the program.
@Suite struct JobTests {
  let folder: TemporaryFolder
  let kind = JobKind.all[0]

  init() throws { folder = try TemporaryFolder() }

  private func program(_ script: String) throws -> String {
    let path = folder.path("program-\(UUID().uuidString)")
    try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  private func queue(_ script: String) throws -> JobQueue {
    try JobQueue(store: JobStore(root: folder.path("root")), program: program(script))
  }

  /// Waits until a job is in a state.
  private func wait(_ queue: JobQueue, _ id: Int, for states: Set<Job.State>) async throws -> Job {
    for _ in 0..<1_200 {
      if let job = try queue.job(id)?.job, states.contains(job.state) { return job }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CancellationError()
  }

  private let over: Set<Job.State> = [.done, .failed, .cancelled, .interrupted]

  @Test func whatAJobSaysAndHowItEndsAreKept() async throws {
    let queue = try queue(#"echo "$1 $2"; echo 3/7 tracks >&2; exit $3"#)
    queue.start()
    let codes = [(0, Job.State.done), (3, .done), (1, .failed)]
    for (code, state) in codes {
      let job = try queue.add(kind, [:], ["one", "two", "\(code)"])
      let ended = try await wait(queue, job.id, for: over)
      #expect(ended.state == state && ended.exitCode == code && ended.starts == 1)
      let log = try String(contentsOfFile: queue.log(of: job.id), encoding: .utf8)
      #expect(log.contains("one two\n") && log.contains("3/7 tracks\n"))
    }
    queue.end()
  }

  @Test func theOldestAreForgottenWithWhatTheySaid() async throws {
    let root = folder.path("root")
    do {
      let queue = try JobQueue(store: JobStore(root: root), program: program("echo a"), mostKept: 2)
      queue.start()
      for number in 1...4 {
        let job = try queue.add(kind, [:], [])
        #expect(job.id == number)
        _ = try await wait(queue, job.id, for: over)
      }
      #expect(queue.numbers == [4, 3])
      queue.end()
    }
    let again = try queue("exit 0")
    #expect(again.numbers == [4, 3])
    #expect(try again.job(4)?.job.state == .done && again.job(2) == nil)
    let logs = try FileManager.default.contentsOfDirectory(atPath: "\(root)/.lathed/logs")
    #expect(logs.sorted() == ["000000003.log", "000000004.log"])
  }

  @Test func theNextServiceKnowsThem() async throws {
    do {
      let queue = try queue("exit 0")
      queue.start()
      let job = try queue.add(kind, ["cache": "c"], [])
      _ = try await wait(queue, job.id, for: over)
      queue.end()
    }
    let again = try queue("exit 0")
    #expect(again.numbers == [1])
    #expect(try again.job(1)?.job.state == .done)
    #expect(try again.job(1)?.job.fields == ["cache": "c"])
    #expect(try again.add(kind, [:], []).id == 2)
  }

  /// What ran when the service was killed is begun again, if nothing counts twice.
  @Test(arguments: [(0, Job.State.queued), (6, Job.State.interrupted)])
  func whatWasCutOffIsTakenUp(_ number: Int, _ state: Job.State) async throws {
    let root = folder.path("root")
    let kind = JobKind.all[number]
    do {
      let store = try JobStore(root: root)
      var job = Job(id: 5, kind: kind.name, fields: [:], arguments: ["go"], asked: "then")
      job.state = .running
      job.starts = 1
      try store.keep(job)
    }
    let queue = try queue("echo $1")
    #expect(try queue.job(5)?.job.state == state)
    queue.start()
    if state == .queued {
      let ended = try await wait(queue, 5, for: over)
      #expect(ended.state == .done && ended.starts == 2)
    }
    queue.end()
  }

  @Test func aCancelledJobEndsWithAllThatItStarted() async throws {
    let mark = folder.path("mark")
    let queue = try queue("trap 'exit 130' INT; echo begun; sleep 900 & wait; echo no > \(mark)")
    queue.start()
    let job = try queue.add(kind, [:], [])
    let next = try queue.add(kind, [:], [])
    _ = try await wait(queue, job.id, for: [.running])
    try queue.cancel(next.id)
    #expect(try queue.job(next.id)?.job.state == .cancelled)
    try queue.cancel(job.id)
    let ended = try await wait(queue, job.id, for: over)
    #expect(ended.state == .cancelled)
    #expect(!FileManager.default.fileExists(atPath: mark))
    queue.end()
  }

  /// A service that is told to end ends its job, which the next one begins again.
  @Test func theEndOfAServiceIsNoFailure() async throws {
    let queue = try queue("trap 'exit 130' INT; sleep 900 & wait")
    queue.start()
    let job = try queue.add(kind, [:], [])
    _ = try await wait(queue, job.id, for: [.running])
    queue.end()
    #expect(try queue.job(job.id)?.job.state == .running)
  }

  @Test func oneServiceKeepsTheJobsOfARoot() throws {
    let store = try JobStore(root: folder.path("root"))
    let error = #expect(throws: (any Error).self) { try JobStore(root: folder.path("root")) }
    #expect(error.map { "\($0)" }?.contains("keeps them") == true)
    #expect(try store.numbers() == [])
  }

  @Test(arguments: [
    (["audio": "../x", "cache": "c"], "audio is '../x'"),
    (["audio": "music/../../x", "cache": "c"], "audio is 'music/../../x'"),
    (["audio": "/etc", "cache": "c"], "audio is '/etc'"),
    (["audio": "link", "cache": "c"], "audio leads out of the root"),
    (["audio": "--help", "cache": "c"], "audio is '--help'"),
    (["audio": "nothing", "cache": "c"], "audio there is no folder 'nothing'"),
    (["audio": "music", "cache": "link/c"], "cache leads out of the root"),
    (["audio": "music", "cache": ".hidden"], "cache is '.hidden'"),
    (["audio": "music"], "cache is missing"),
    (["audio": "music", "cache": "c", "yes": "true"], "yes is not known"),
    (["audio": "music", "cache": "c", "corrections": "1"], "corrections is '1'"),
  ])
  func nothingOutsideTheRootIsTouched(_ fields: [String: String], _ expected: String) throws {
    let error = #expect(throws: Problem.self) { try arguments(kind, fields) }
    #expect(error?.detail.hasPrefix(expected) == true, "\(error?.detail ?? "")")
  }

  @Test func fieldsBecomeArguments() throws {
    let root = folder.path("root")
    #expect(
      try arguments(kind, ["audio": "music", "cache": "new/c", "corrections": "true"]) == [
        "prepare", "--progress", "plain", "\(root)/music", "--cache", "\(root)/new/c", "--overlay",
        "\(root)/new/c.overlay.json",
      ])
    let train = try #require(JobKind.all.first { $0.name == "train" })
    let error = #expect(throws: Problem.self) {
      try arguments(train, ["trainer": "exec:rm -rf", "cache": "c", "output": "r"])
    }
    #expect(error?.detail.hasPrefix("trainer is 'exec:rm -rf'") == true)
  }

  private func arguments(_ kind: JobKind, _ fields: [String: String]) throws -> [String] {
    let root = folder.path("root")
    try FileManager.default.createDirectory(
      atPath: "\(root)/music", withIntermediateDirectories: true)
    try? FileManager.default.createSymbolicLink(
      atPath: "\(root)/link", withDestinationPath: "/tmp")
    return try JobArguments(
      root: root, caches: FolderSearch(root: root, isOne: Cache.isCache),
      overlays: OverlayFiles(root: root)
    ).arguments(kind, fields)
  }
}
