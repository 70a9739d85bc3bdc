import Glibc
import LMDBStore
import Synchronization
import TestSupport
import Testing

@Suite struct TransactionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func theMapGrowsInTheMiddleOfABatch() throws {
    let store = try Environment(
      path: folder.file, options: .init(initialMapSize: 1 << 18))
    let runs = Mutex(0)
    try store.write { transaction throws(StoreError) in
      runs.withLock { $0 += 1 }
      let database = try transaction.database(named: "values")
      for index in 0..<100 {
        let value = [UInt8](repeating: UInt8(index), count: 50_000)
        try transaction.put(value, for: "\(index)", in: database)
      }
    }
    #expect(runs.withLock { $0 } > 3)
    #expect(try store.keys().count == 100)
    #expect(try store.get("99") == [UInt8](repeating: 99, count: 50_000))
    #expect(try store.statistics().mapSize >= 5_000_000)
  }

  @Test func aBodyThatSwallowsAFullMapIsRunAgainToo() throws {
    let store = try Environment(path: folder.file, options: .init(initialMapSize: 1 << 17))
    try store.write { transaction throws(StoreError) in
      let database = try transaction.database(named: "values")
      try? transaction.put([UInt8](repeating: 1, count: 1 << 20), for: "big", in: database)
    }
    #expect(try store.get("big")?.count == 1 << 20)
  }

  @Test func growthStopsAtTheLargestSize() throws {
    let store = try Environment(
      path: folder.file, options: .init(initialMapSize: 1 << 17, maximumMapSize: 1 << 19))
    try store.set([("small", [1])])
    let error = #expect(throws: StoreError.self) {
      try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
    }
    #expect(error?.kind == .mapFull)
    #expect(try store.keys() == ["small"])
    try store.set([("next", [2])])
    #expect(try store.keys() == ["next", "small"])
  }

  @Test func anErrorLeavesNothing() throws {
    let store = try Environment(path: folder.file)
    let error = #expect(throws: StoreError.self) {
      try store.set([("a", [1]), ("", [2])], in: "new")
    }
    #expect(error?.kind == .badKey)
    #expect(try store.databaseNames() == [])
    #expect(try store.database(named: "new") == nil)
    try store.set([("a", [1])], in: "new")
    #expect(try store.get("a", in: "new") == [1])
  }

  @Test func cancellingLeavesNothing() throws {
    let store = try Environment(path: folder.file)
    let answer = try store.write { transaction throws(StoreError) -> Int in
      let database = try transaction.database(named: "values")
      try transaction.put([1], for: "a", in: database)
      transaction.cancel()
      return 42
    }
    #expect(answer == 42)
    #expect(try store.databaseNames() == [])
  }

  @Test func aReaderKeepsTheStateOfItsBeginning() throws {
    let store = try Environment(path: folder.file)
    try store.set([("a", [1])])
    let database = try #require(try store.database(named: "values"))
    try store.read { transaction throws(StoreError) in
      try store.set([("a", [2]), ("b", [3])])
      #expect(bytes(try transaction.value(for: "a", in: database)) == [1])
      #expect(try !transaction.contains("b", in: database))
      // A read within a read sees the new state, on the same thread.
      try store.read { inner throws(StoreError) in
        #expect(bytes(try inner.value(for: "a", in: database)) == [2])
      }
    }
  }

  @Test func nothingMovesUnderAReaderOfThisThread() throws {
    let store = try Environment(
      path: folder.file, options: .init(initialMapSize: 1 << 17))
    try store.set([("a", [1])])
    let database = try #require(try store.database(named: "values"))
    try store.read { transaction throws(StoreError) in
      let error = #expect(throws: StoreError.self) {
        try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
      }
      #expect(error?.kind == .readersActive)
      #expect(bytes(try transaction.value(for: "a", in: database)) == [1])
    }
    try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
    #expect(try store.get("big")?.count == 1 << 20)
  }

  @Test func growthWaitsForReadersOfOtherThreads() throws {
    let store = try Environment(path: folder.file, options: .init(initialMapSize: 1 << 17))
    try store.set([("a", [1])])
    let database = try #require(try store.database(named: "values"))
    let began = Atomic<Bool>(false)
    let ended = Atomic<Bool>(false)
    let thread = Thread {
      try? store.read { transaction throws(StoreError) in
        began.store(true, ordering: .sequentiallyConsistent)
        usleep(100_000)
        #expect(bytes(try transaction.value(for: "a", in: database)) == [1])
        ended.store(true, ordering: .sequentiallyConsistent)
      }
    }
    while !began.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
    try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
    let hasEnded = ended.load(ordering: .sequentiallyConsistent)
    #expect(hasEnded)
    thread.join()
  }

  @Test func aReaderThatDoesNotEndIsReported() throws {
    let store = try Environment(
      path: folder.file, options: .init(initialMapSize: 1 << 17, secondsToWaitForReaders: 1))
    try store.set([("a", [1])])
    let began = Atomic<Bool>(false)
    let mayEnd = Atomic<Bool>(false)
    let thread = Thread {
      try? store.read { _ in
        began.store(true, ordering: .sequentiallyConsistent)
        while !mayEnd.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
      }
    }
    while !began.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
    let error = #expect(throws: StoreError.self) {
      try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
    }
    #expect(error?.kind == .readersActive)
    mayEnd.store(true, ordering: .sequentiallyConsistent)
    thread.join()
    try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
  }

  @Test func writesDoNotNestAndReadersDoNotWrite() throws {
    let store = try Environment(path: folder.file)
    try store.write { _ in
      let error = #expect(throws: StoreError.self) { try store.set([("a", [1])]) }
      #expect(error?.kind == .misuse)
      let lookUp = #expect(throws: StoreError.self) { try store.database(named: "unknown") }
      #expect(lookUp?.kind == .misuse)
    }
    try store.set([("a", [1])])
  }

  @Test func manyReadersAndOneWriterAgree() throws {
    let store = try Environment(path: folder.file, options: .init(initialMapSize: 1 << 17))
    try store.set([("left", [0]), ("right", [0])])
    let database = try #require(try store.database(named: "values"))
    let isDone = Atomic<Bool>(false)
    let readers = (0..<3).map { _ in
      Thread {
        while !isDone.load(ordering: .sequentiallyConsistent) {
          try? store.read { transaction throws(StoreError) in
            let left = bytes(try transaction.value(for: "left", in: database))
            #expect(left == bytes(try transaction.value(for: "right", in: database)))
          }
        }
      }
    }
    for round in 1...60 {
      let value = [UInt8](repeating: UInt8(round), count: round * 1_000)
      try store.set([("left", value), ("right", value)])
    }
    isDone.store(true, ordering: .sequentiallyConsistent)
    for reader in readers { reader.join() }
    #expect(try store.get("left")?.count == 60_000)
  }
}

/// A thread with a body, to be joined.
final class Thread {
  private var handle = pthread_t()

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    let argument = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
    unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
  }

  func join() { pthread_join(handle, nil) }
}
