import Glibc
import LMDBStore
import TestSupport
import Testing

/// What a child that was forked off, as Python's multiprocessing does it, may do with a store.
@Suite struct ForkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Forks; Swift has hidden the function, because most of what a child could do is unwise.
  private static func fork() -> pid_t {
    typealias Function = @convention(c) () -> pid_t
    guard let symbol = unsafe dlsym(nil, "fork") else { return -1 }
    return unsafe unsafeBitCast(symbol, to: Function.self)()
  }

  /// Runs a body in a forked child and gives its exit code.
  static func inChild(_ body: () -> Int32) -> Int32 {
    let child = fork()
    if child == 0 { _exit(body()) }
    var status: Int32 = 0
    guard child > 0, unsafe waitpid(child, &status, 0) == child, status & 0x7f == 0 else {
      return -1
    }
    return status >> 8
  }

  private static func kind(_ body: () throws(StoreError) -> Void) -> StoreError.Kind? {
    do throws(StoreError) {
      try body()
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func aChildIsRefusedAndOpensTheStoreAnew() async throws {
    let path = folder.file
    await #expect(processExitsWith: .success) { [path = path as String] in
      let store = try Environment(path: path)
      try store.set([("a", [1])])
      let code = Self.inChild {
        if Self.kind({ () throws(StoreError) in _ = try store.get("a") }) != .forked { return 1 }
        if Self.kind({ () throws(StoreError) in try store.set([("a", [2])]) }) != .forked {
          return 2
        }
        if Self.kind({ () throws(StoreError) in _ = try store.statistics() }) != .forked {
          return 3
        }
        if Self.kind({ () throws(StoreError) in _ = try Snapshot(of: store) }) != .forked {
          return 4
        }
        guard let anew = try? Environment(path: path, options: .init(isReadOnly: true)),
          (try? anew.get("a")) == [1]
        else { return 5 }
        return Self.kind({ () throws(StoreError) in _ = try Environment(path: path) })
          == .alreadyOpen ? 0 : 6
      }
      try #require(code == 0, "the child's step \(code)")
      try store.set([("a", [3])])
      let again = try store.get("a")
      try #require(again == [3])
    }
  }

  /// A child that closed what it inherits would take its parent's entry out of the table of
  /// readers, and the writer would use the pages again that the parent is reading.
  @Test func aChildThatDropsASnapshotDoesNotExposeItsParent() async throws {
    let path = folder.file
    await #expect(processExitsWith: .success) { [path = path as String] in
      let before = [UInt8](repeating: 1, count: 100_000)
      try Environment(path: path).set([("a", before)])
      var store: Environment? = try Environment(
        path: path, options: .init(isReadOnly: true, mapsAhead: true))
      let database = try #require(try store?.database(named: "values"))
      var snapshot: Snapshot? = try store.map { try Snapshot(of: $0) }
      let dropped = Self.inChild {
        snapshot = nil
        store = nil
        return 0
      }
      try #require(dropped == 0)
      let wrote = Self.inChild {
        guard let other = try? Environment(path: path) else { return 1 }
        for round in 2..<40 {
          let value = [UInt8](repeating: UInt8(round), count: 100_000)
          do { try other.set([("a", value)]) } catch { return 2 }
        }
        return 0
      }
      try #require(wrote == 0, "the writer's step \(wrote)")
      let held = try #require(snapshot)
      let found = unsafe try held.address(of: "a", in: database)
      let isUnchanged = unsafe found.map { unsafe Array($0) } == before
      try #require(isUnchanged)
    }
  }
}
