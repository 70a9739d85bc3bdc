import Foundation
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import Service

/// What keeps memory and time bounded, without a server around it.
@Suite struct BoundsTests {
  private func answer(_ bytes: Int) -> Response {
    .bytes([UInt8](repeating: 1, count: bytes), "application/octet-stream")
  }

  @Test func longAnswersShareARoom() throws {
    let budget = AnswerBudget(limit: 100_000, metrics: ServiceMetrics())
    var first: Response? = try budget.counted(answer(70_000))
    #expect(first?.body.contentLength == 70_000)
    let refused = #expect(throws: Problem.self) { try budget.counted(answer(70_000)) }
    #expect(refused?.status == .serviceUnavailable)
    #expect(refused?.headers[.retryAfter] == "5")
    // Short ones are not counted.
    _ = try budget.counted(answer(60_000))
    first = nil
    // One alone is sent however long it is.
    let long = try budget.counted(answer(200_000))
    #expect(throws: Problem.self) { try budget.counted(answer(70_000)) }
    _ = long
  }

  @Test func anEarlierStateMakesWayForTheLater() {
    // Seven of a hundred bytes have room.
    let kept = KeptAnswers(limit: 800, metrics: ServiceMetrics())
    var made = 0
    func ask(_ name: String, _ state: Int) -> [UInt8] {
      kept.bytes(name, of: "\(state)") {
        made += 1
        return [UInt8](repeating: UInt8(state), count: 100)
      }
    }
    for name in ["a", "b", "c", "d", "e", "f"] { _ = ask(name, 0) }
    for state in 1...20 {
      #expect(ask("changing", state) == [UInt8](repeating: UInt8(state), count: 100))
    }
    #expect(made == 26)
    for name in ["a", "b", "c", "d", "e", "f"] { _ = ask(name, 0) }
    #expect(ask("changing", 20).first == 20 && made == 26)
  }

  @Test func foldersAreLookedForAgainAfterAChange() throws {
    let folder = try TemporaryFolder()
    func make(_ name: String) throws {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
      try folder.write("{}".utf8, "\(name)/run.json")
    }
    try make("a")
    let names = FolderNames(FolderSearch(root: folder.path) { $0.contains("run.json") })
    #expect(names.names(after: 0) == ["a"])
    try make("b")
    #expect(names.names(after: 1) == ["a", "b"])
  }
}
