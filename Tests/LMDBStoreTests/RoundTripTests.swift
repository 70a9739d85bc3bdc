import LMDBStore
import TestSupport
import Testing

@Suite struct RoundTripTests {
  let folder: TemporaryFolder
  let store: Environment

  init() throws {
    folder = try TemporaryFolder()
    store = try Environment(path: folder.file)
  }

  @Test func valuesOfEverySizeComeBack() throws {
    var generator = SystemRandomNumberGenerator()
    let values = [0, 1, 2_000, 2_030, 4_096, 88_200, 1_400_000].map { count in
      ("size \(count)", (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
    try store.set(values)
    for (key, value) in values { #expect(try store.get(key) == value) }
    #expect(try store.get("absent") == nil)
    #expect(try store.get("size 1", in: "no such database") == nil)
  }

  @Test func keysComeInTheOrderOfTheirBytes() throws {
    let keys = ["b", "a", "é", "Z", "aa", "a/b", "z", "0"]
    try store.set(keys.map { ($0, [1]) })
    #expect(try store.keys() == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test func aCursorSeeksAndStops() throws {
    try store.set([("a", [1]), ("c", [3]), ("e", [5])])
    let database = try #require(try store.database(named: "values"))
    try store.read { transaction throws(StoreError) in
      var cursor = try transaction.cursor(in: database)
      #expect(cursor.value.byteCount == 0)
      #expect(try cursor.seek(to: "b"))
      #expect(cursor.keyText == "c")
      #expect(bytes(cursor.value) == [3])
      #expect(try cursor.next())
      #expect(text(cursor.key) == "e")
      #expect(try !cursor.next())
      #expect(try !cursor.seek(to: "f"))
      #expect(cursor.key.byteCount == 0)
    }
  }

  @Test func aWriteSeesItsOwnChanges() throws {
    try store.set([("kept", [1]), ("gone", [2])])
    try store.write { transaction throws(StoreError) in
      let database = try transaction.database(named: "values")
      #expect(try transaction.delete("gone", in: database))
      #expect(try !transaction.delete("gone", in: database))
      try transaction.put([9], for: "kept", in: database)
      #expect(bytes(try transaction.value(for: "kept", in: database)) == [9])
      #expect(try !transaction.contains("gone", in: database))
      #expect(try transaction.statistics(of: database).entries == 1)
    }
    #expect(try store.keys() == ["kept"])
  }

  @Test func reservedMemoryIsFilledInPlace() throws {
    try store.write { transaction throws(StoreError) in
      let database = try transaction.database(named: "values")
      try transaction.putReserving(byteCount: 10_000, for: "ramp", in: database) { span in
        for index in 0..<10_000 {
          span.storeBytes(
            of: UInt8(truncatingIfNeeded: index), toByteOffset: index, as: UInt8.self)
        }
      }
    }
    #expect(try store.get("ramp") == (0..<10_000).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test func largeValuesBeginAtSixteenBytes() throws {
    try store.set((0..<20).map { ("\($0)", [UInt8](repeating: 7, count: 5_000 + $0)) })
    let database = try #require(try store.database(named: "values"))
    try store.read { transaction throws(StoreError) in
      var cursor = try transaction.cursor(in: database)
      while try cursor.next() {
        let address = unsafe cursor.value.withUnsafeBytes {
          UInt(bitPattern: $0.baseAddress)
        }
        #expect(address % 16 == 0)
      }
    }
  }

  @Test func badKeysAndNamesAreRefused() throws {
    for key in ["", String(repeating: "k", count: 512)] {
      let error = #expect(throws: StoreError.self) { try store.set([(key, [1])]) }
      #expect(error?.kind == .badKey)
    }
    try store.set([(String(repeating: "k", count: 511), [1])])
    let error = #expect(throws: StoreError.self) { try store.set([("a", [1])], in: "") }
    #expect(error?.kind == .badKey)
  }

  @Test func databasesAreListedMeasuredEmptiedAndDropped() throws {
    try store.set([("k", [1])], in: "one")
    try store.set([("k", [2])], in: "two")
    #expect(try store.databaseNames() == ["one", "two"])
    let one = try #require(try store.database(named: "one"))
    try store.read { transaction throws(StoreError) in
      #expect(try transaction.statistics(of: one).entries == 1)
    }

    let refusal = #expect(throws: StoreError.self) {
      try store.write { transaction throws(StoreError) in try transaction.drop(one) }
    }
    #expect(refusal?.kind == .misuse)
    try store.write(excludingReaders: true) { transaction throws(StoreError) in
      try transaction.drop(one)
    }
    #expect(try store.databaseNames() == ["two"])
    #expect(try store.database(named: "one") == nil)

    // The slot goes to the next database: the old value must not read that one.
    try store.set([("k", [3])], in: "three")
    let stale = #expect(throws: StoreError.self) {
      try store.read { transaction throws(StoreError) in
        bytes(try transaction.value(for: "k", in: one))
      }
    }
    #expect(stale?.kind == .staleDatabase)
    #expect(try store.get("k", in: "two") == [2])

    try store.write { transaction throws(StoreError) in
      try transaction.removeAll(in: try transaction.database(named: "two"))
    }
    #expect(try store.keys(in: "two") == [])
    #expect(try store.statistics().usedBytes > 0)
  }

  @Test func aDropThatIsUndoneLeavesTheDatabase() throws {
    try store.set([("k", [1])], in: "one")
    let one = try #require(try store.database(named: "one"))
    try store.write(excludingReaders: true) { transaction throws(StoreError) in
      try transaction.drop(one)
      transaction.cancel()
    }
    #expect(try store.get("k", in: "one") == [1])
  }
}
