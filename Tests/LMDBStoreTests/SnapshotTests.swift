import Glibc
import LMDBStore
import TestSupport
import Testing

@Suite struct SnapshotTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let options = Environment.Options(
    isReadOnly: true, keepsPagesMapped: true, mapsAhead: true)

  private static func value(_ snapshot: Snapshot, _ key: String) throws -> [UInt8]? {
    let database = try #require(try snapshot.environment.database(named: "values"))
    let found = unsafe try snapshot.address(of: key, in: database)
    return unsafe found.map { unsafe Array($0) }
  }

  @Test func itKeepsItsStateWhileTheStoreChanges() throws {
    let store = try Environment(path: folder.file)
    try store.set([("a", [1]), ("b", [UInt8](repeating: 2, count: 10_000))])
    _ = try store.database(named: "values")
    let snapshot = try Snapshot(of: store)
    for round in 0..<20 { try store.set([("a", [9]), ("b", [UInt8](repeating: 9, count: round))]) }
    #expect(try Self.value(snapshot, "a") == [1])
    #expect(try Self.value(snapshot, "b") == [UInt8](repeating: 2, count: 10_000))
    #expect(try Self.value(snapshot, "c") == nil)
    var keys: [[UInt8]] = []
    try snapshot.walk(try #require(try store.database(named: "values"))) { key, value in
      keys.append(bytes(key) ?? [])
      return true
    }
    #expect(keys == [[97], [98]])
    #expect(snapshot.isWhole)
    #expect(try Snapshot(of: store).number == snapshot.number + 20)
    #expect(try Self.value(try Snapshot(of: store), "a") == [9])
  }

  @Test func badKeysAreRefused() throws {
    let store = try Environment(path: folder.file)
    try store.set([("a", [1])])
    let database = try #require(try store.database(named: "values"))
    let snapshot = try Snapshot(of: store)
    for key in ["", String(repeating: "x", count: 512)] {
      let error = #expect(throws: StoreError.self) {
        _ = unsafe try snapshot.address(of: key, in: database)
      }
      #expect(error?.kind == .badKey)
      let bytes = Array(key.utf8)
      let second = #expect(throws: StoreError.self) {
        try unsafe bytes.withUnsafeBytes { _ = unsafe try snapshot.address(of: $0, in: database) }
      }
      #expect(second?.kind == .badKey)
    }
  }

  @Test func theMapDoesNotMoveUnderIt() throws {
    let store = try Environment(
      path: folder.file,
      options: .init(initialMapSize: 1 << 17, secondsToWaitForReaders: 0))
    try store.set([("a", [1])])
    _ = try store.database(named: "values")
    var snapshot: Snapshot? = try Snapshot(of: store)
    let large = [UInt8](repeating: 3, count: 1 << 19)
    let error = #expect(throws: StoreError.self) { try store.set([("large", large)]) }
    #expect(error?.kind == .readersActive)
    #expect(try snapshot.map { try Self.value($0, "a") } == [1])
    snapshot = nil
    try store.set([("large", large)])
    #expect(try store.get("large") == large)
  }

  @Test func anotherProcessMayGrowTheFileFarBeyondTheMap() async throws {
    let path = folder.file
    try Environment(path: path).set([("a", [1])])
    let store = try Environment(path: path, options: Self.options)
    _ = try store.database(named: "values")
    let snapshot = try Snapshot(of: store)
    await #expect(processExitsWith: .success) { [path = path as String] in
      let other = try Environment(path: path, options: .init(initialMapSize: 1 << 18))
      for round in 0..<12 {
        try other.set([("\(round)", [UInt8](repeating: 1, count: 1 << 20))])
      }
    }
    let later = try Snapshot(of: store)
    #expect(try Self.value(later, "11")?.count == 1 << 20)
    #expect(try Self.value(snapshot, "11") == nil)
    #expect(try Self.value(snapshot, "a") == [1])
  }

  @Test func aReadersStoreIsWrittenBrieflyWhereThatIsAllowed() throws {
    try Environment(path: folder.file).set([("a", [1])])
    func put(_ store: Environment) throws {
      try store.writeBriefly { transaction throws(StoreError) in
        try transaction.put([2], for: "a", in: try transaction.database(named: "values"))
      }
    }
    do {
      let store = try Environment(path: folder.file, options: Self.options)
      #expect(!store.allowsBriefWrites)
      #expect(#expect(throws: StoreError.self) { try put(store) }?.kind == .readOnly)
    }
    do {
      var options = Self.options
      options.allowsBriefWrites = true
      let store = try Environment(path: folder.file, options: options)
      #expect(store.allowsBriefWrites)
      _ = try store.database(named: "values")
      let snapshot = try Snapshot(of: store)
      #expect(#expect(throws: StoreError.self) { try store.set([("b", [1])]) }?.kind == .readOnly)
      try put(store)
      #expect(try store.get("a") == [2])
      #expect(try Self.value(snapshot, "a") == [1])
    }
    #expect(try Environment(path: folder.file, options: Self.options).get("a") == [2])
  }

  /// Growing the map would wait for the snapshot that is held.
  @Test func aBriefWriteWithoutRoomIsRefusedAtOnce() throws {
    try Environment(path: folder.file, options: .init(initialMapSize: 1 << 18)).set([("a", [1])])
    let options = Environment.Options(
      isReadOnly: true, allowsBriefWrites: true, secondsToWaitForReaders: 1)
    let store = try Environment(path: folder.file, options: options)
    _ = try store.database(named: "values")
    let snapshot = try Snapshot(of: store)
    let error = #expect(throws: StoreError.self) {
      try store.writeBriefly { transaction throws(StoreError) in
        let values = try transaction.database(named: "values")
        try transaction.put([UInt8](repeating: 1, count: 1 << 20), for: "b", in: values)
      }
    }
    #expect(error?.kind == .mapFull)
    #expect(try Self.value(snapshot, "a") == [1])
  }

  @Test func slotsOfKilledHoldersAreFreed() async throws {
    let path = folder.file
    try Environment(path: path, options: .init(maximumReaders: 2)).set([("a", [1])])
    for _ in 0..<4 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let store = try Environment(
          path: path, options: .init(isReadOnly: true, mapsAhead: true, maximumReaders: 2))
        let snapshot = try Snapshot(of: store)
        try #require(snapshot.isWhole)
        kill(getpid(), SIGKILL)
      }
    }
    let store = try Environment(path: path, options: Self.options)
    _ = try store.database(named: "values")
    #expect(try Self.value(try Snapshot(of: store), "a") == [1])
  }
}
