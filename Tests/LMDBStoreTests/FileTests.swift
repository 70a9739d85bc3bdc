import Glibc
import LMDBStore
import TestSupport
import Testing

@Suite struct FileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func kind(_ body: () throws -> Void) -> StoreError.Kind? {
    #expect(throws: StoreError.self) { try body() }?.kind
  }

  @Test func theSameFileIsNotOpenedTwice() throws {
    let link = "\(folder.path)/link.lmdb"
    do {
      let store = try Environment(path: folder.file)
      try store.set([("a", [1])])
      unsafe symlink(folder.file, link)
      #expect(kind { _ = try Environment(path: folder.file) } == .alreadyOpen)
      #expect(kind { _ = try Environment(path: link) } == .alreadyOpen)
      #expect(try store.get("a") == [1])
    }
    // Closed with the last reference. By the link, the locks are the file's own.
    #expect(try Environment(path: link, options: .init(isReadOnly: true)).get("a") == [1])
    #expect(unsafe access("\(link)-lock", F_OK) != 0)
  }

  /// A lock file without blocks behind it ends the process once the volume is full and it is
  /// touched.
  @Test func theLockFilesSpaceIsTakenAtOnce() throws {
    let store = try Environment(path: folder.file)
    var status = stat()
    try #require(unsafe stat("\(folder.file)-lock", &status) == 0)
    #expect(status.st_size == (store.options.maximumReaders + 2) * 64)
    #expect(status.st_blocks * 512 >= status.st_size)
  }

  @Test func readingOnlyReadsOnly() throws {
    let missing = kind {
      _ = try Environment(path: folder.file, options: .init(isReadOnly: true))
    }
    #expect(missing == .fileNotFound)
    try Environment(path: folder.file).set([("a", [1])])
    let store = try Environment(path: folder.file, options: .init(isReadOnly: true))
    #expect(try store.get("a") == [1])
    #expect(kind { try store.set([("b", [2])]) } == .readOnly)
    #expect(!store.isUnlocked)
  }

  @Test func whatIsNoStoreIsRefused() throws {
    write(Array("not a store".utf8) + [UInt8](repeating: 65, count: 20_000), to: folder.file)
    #expect(kind { _ = try Environment(path: folder.file) } == .notAStore)
    #expect(kind { _ = try Environment(path: folder.path) } != nil)
    #expect(
      kind { _ = try Environment(path: "\(folder.path)/none/a.lmdb") } == .fileNotFound)
    let directory = kind {
      _ = try Environment(path: folder.path, options: .init(isReadOnly: true))
    }
    #expect(directory == .notAStore)
  }

  /// A disk that was full at the first write leaves one page, or zeros after a power failure.
  @Test(arguments: [0, 1, 4_096, 4_300, 8_192, 40_960])
  func aMakingThatWasCutShortIsBegunAnew(_ length: Int) throws {
    try Environment(path: folder.file).set([("a", [1])])
    let whole = contents(folder.file)
    for bytes in [Array(whole.prefix(min(length, 4_096))), [UInt8](repeating: 0, count: length)] {
      write(bytes, to: folder.file)
      if !bytes.isEmpty {
        let reading = kind {
          _ = try Environment(path: folder.file, options: .init(isReadOnly: true))
        }
        #expect(reading == .unbegun)
      }
      #expect(try Environment(path: folder.file).databaseNames() == [])
      try Environment(path: folder.file).set([("b", [2])])
      #expect(try Environment(path: folder.file).keys() == ["b"])
    }
  }

  /// Zeros where the beginning was, and then pages: that is no making that was cut short.
  @Test func whatHoldsPagesIsNotBegunAnew() throws {
    try Environment(path: folder.file).set([("a", [1])])
    var bytes = contents(folder.file)
    for index in 0..<8_192 { bytes[index] = 0 }
    write(bytes, to: folder.file)
    #expect(kind { _ = try Environment(path: folder.file) } == .notAStore)
    #expect(contents(folder.file) == bytes)
  }

  @Test func aSmallerMapIsTakenWhereThereIsLittleAddressSpace() async throws {
    let path = folder.file
    await #expect(processExitsWith: .success) { [path = path as String] in
      // The first number of the line is the pages of address space that are used.
      let pages = contents("/proc/self/statm").prefix { $0 != 32 }
      let used = try #require(UInt(String(decoding: pages, as: UTF8.self))) * 4_096
      var limit = rlimit(rlim_cur: used + (600 << 20), rlim_max: .max)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
      let store = try Environment(path: path, options: .init(initialMapSize: 1 << 40))
      let large = [UInt8](repeating: 5, count: 20 << 20)
      for index in 0..<6 { try store.set([("large \(index)", large)]) }
      #expect(try store.get("large 5") == large)
      #expect(try store.keys().count == 6)
    }
    #expect(try Environment(path: path).keys().count == 6)
  }

  @Test func aFileCutShortIsRefusedInsteadOfCrashing() throws {
    try Environment(path: folder.file).set(
      (0..<50).map { ("\($0)", [UInt8](repeating: 1, count: 10_000)) })
    let whole = contents(folder.file)
    for share in [0.9, 0.5, 0.1] {
      write(Array(whole[..<Int(Double(whole.count) * share)]), to: "\(folder.path)/b.lmdb")
      let error = #expect(throws: StoreError.self) {
        _ = try Environment(path: "\(folder.path)/b.lmdb")
      }
      #expect(error?.kind == .truncated)
      #expect(error?.description.contains("copy it again") == true)
    }
  }

  @Test func valuesReplacedWithinOneTransactionLeaveAWholeFile() throws {
    // Their pages are taken at the end of the file and never written.
    do {
      let store = try Environment(path: folder.file)
      try store.set([("seed", [UInt8](repeating: 1, count: 300_000))])
      try store.write { transaction throws(StoreError) in
        let database = try transaction.database(named: "values")
        try transaction.delete("seed", in: database)
        for size in [500_000, 10, 400_000, 20] {
          try transaction.put([UInt8](repeating: 2, count: size), for: "a", in: database)
        }
      }
    }
    #expect(try Environment(path: folder.file).get("a")?.count == 20)
  }

  /// What a killed writer leaves is the file as it is at that moment: a copy taken inside an
  /// unfinished transaction, big enough that pages of it have been written, stands for it.
  @Test func anUnfinishedWriteIsInvisible() throws {
    let copy = "\(folder.path)/b.lmdb"
    let store = try Environment(path: folder.file)
    try store.set([("kept", [1])])
    try store.write { transaction throws(StoreError) in
      let database = try transaction.database(named: "values")
      try transaction.delete("kept", in: database)
      for index in 0..<500 {
        try transaction.put(
          [UInt8](repeating: 3, count: 5_000), for: "new \(index)", in: database)
      }
      write(contents(folder.file), to: copy)
      transaction.cancel()
    }
    let survivor = try Environment(path: copy)
    #expect(try survivor.keys() == ["kept"])
    try survivor.set([("next", [2])])
    #expect(try survivor.keys() == ["kept", "next"])
  }

  @Test func aKilledWriterLeavesTheLastCommit() async throws {
    let path = folder.file
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try Environment(path: path)
      try store.set([("kept", [1])])
      try store.write { transaction throws(StoreError) in
        let database = try transaction.database(named: "values")
        try transaction.put([2], for: "lost", in: database)
        kill(getpid(), SIGKILL)
      }
    }
    let store = try Environment(path: path)
    #expect(try store.keys() == ["kept"])
    try store.set([("next", [1])])
  }

  @Test func killedReadersGiveTheirSlotsBack() async throws {
    let path = folder.file
    try Environment(path: path, options: .init(maximumReaders: 2)).set([("a", [1])])
    for _ in 0..<3 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let store = try Environment(path: path, options: .init(isReadOnly: true))
        try store.read { _ in _ = kill(getpid(), SIGKILL) }
      }
    }
    #expect(try Environment(path: path, options: .init(isReadOnly: true)).get("a") == [1])
  }

  @Test func aFileThatAnotherProcessHasGrownIsFollowed() async throws {
    let path = folder.file
    let store = try Environment(path: path, options: .init(initialMapSize: 1 << 18))
    try store.set([("a", [1])])
    await #expect(processExitsWith: .success) { [path = path as String] in
      let other = try Environment(path: path, options: .init(initialMapSize: 1 << 18))
      try other.set([("big", [UInt8](repeating: 7, count: 1 << 20))])
    }
    #expect(try store.get("big")?.count == 1 << 20)
    try store.set([("b", [2])])
    #expect(try store.keys() == ["a", "b", "big"])
  }

  @Test func noSpaceLeftIsSaidAndKeepsWhatWasCommitted() async throws {
    let path = folder.file
    await #expect(processExitsWith: .success) { [path = path as String] in
      let store = try Environment(path: path)
      try store.set([("kept", [1])])
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 18, rlim_max: 1 << 18)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: StoreError.self) {
        try store.set([("big", [UInt8](repeating: 1, count: 1 << 20))])
      }
      #expect(error?.kind == .noSpace)
      #expect(error?.description.contains("what was committed is kept") == true)
      #expect(try store.get("kept") == [1])
    }
    #expect(try Environment(path: path).keys() == ["kept"])
  }

  @Test func errorsOfTheSystemSayWhatToDo() {
    let full = StoreError(code: ENOSPC, operation: "commit to", subject: "c.lmdb", file: "c.lmdb")
    #expect(full.kind == .noSpace)
    #expect(
      full.description == "cannot commit to c.lmdb: No space left on device; no space left on "
        + "the volume of c.lmdb: free some and run again; what was committed is kept")
    let denied = StoreError(code: EACCES, operation: "open", subject: "c", file: "c")
    #expect(denied.kind == .permissionDenied && denied.hint.contains("permissions"))
    let broken = StoreError(code: EIO, operation: "commit to", subject: "c.lmdb", file: "c.lmdb")
    #expect(broken.description.contains("; the disk or the connection to it fails"))
    #expect(StoreError(code: -30_796, operation: "get", subject: "k", file: "f").kind == .damaged)
  }
}
