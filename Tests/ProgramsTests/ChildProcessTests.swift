import Foundation
import Glibc
import Programs
import Testing

/// Programs beside this one: how they start, and that nothing of them is left.
@Suite struct ChildProcessTests {
  private func start(_ arguments: [String], input: Bool = true) throws -> ChildProcess {
    try ChildProcess(
      arguments, environment: ProcessInfo.processInfo.environment, wantsInput: input,
      endsWithThread: false)
  }

  /// Waits for the end, or half a minute.
  private func exit(of child: ChildProcess) -> ChildProcess.Exit? {
    for _ in 0..<6_000 {
      if let exit = child.look() { return exit }
      usleep(5_000)
    }
    return nil
  }

  @Test(arguments: [
    (["/bin/sh", "-c", "exit 3"], "ended with status 3"),
    (["/bin/sh", "-c", "kill -9 $$"], "was killed by SIGKILL (as for want of memory)"),
    (["/bin/sh", "-c", "sh -c 'kill -SEGV $$'; exit $?"], "ended with status 139 (SIGSEGV)"),
  ]) func howItEndedIsTold(_ arguments: [String], _ words: String) throws {
    #expect(exit(of: try start(arguments))?.words == words)
  }

  @Test func oneThatIsNotThereIsNamed() throws {
    let error = try #require(throws: ProgramError.self) { try start(["no-such-program-here"]) }
    #expect(error.subject == "no-such-program-here")
    #expect(error.hint == "see whether it is there and may be executed")
  }

  /// Whoever is started while another is, does not hold that one's pipes: each ends when its own
  /// input does.
  @Test func eachHasItsPipesAlone() throws {
    let children = try (0..<8).map { _ in try start(["/bin/cat"]) }
    for child in children {
      child.input?.close()
      #expect(exit(of: child) == .status(0))
    }
  }

  @Test func whatItStartedEndsWithIt() throws {
    let child = try start(["/bin/sh", "-c", "sleep 100 & sleep 100"])
    #expect(child.hasGroup)
    child.end()
    for _ in 0..<1_000 where child.hasGroup { usleep(5_000) }
    #expect(!child.hasGroup)
  }

  @Test(.enabled(if: access("/usr/bin/setpriv", X_OK) == 0, "no setpriv"))
  func itEndsWithTheThreadThatStartedIt() throws {
    let started = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var child: ChildProcess?
    let thread = Thread {
      child = try? ChildProcess(
        ["/bin/sleep", "100"], environment: [:], wantsInput: true, endsWithThread: true)
      // Until it has taken the name of the program, it has not asked for its end yet.
      for _ in 0..<1_000 {
        let name = try? String(contentsOfFile: "/proc/\(child?.id ?? 0)/comm", encoding: .utf8)
        if name == "sleep\n" { break }
        usleep(5_000)
      }
      started.signal()
    }
    thread.start()
    started.wait()
    #expect(exit(of: try #require(child)) == .signal(SIGKILL))
  }
}
