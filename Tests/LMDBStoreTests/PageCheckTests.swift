import LMDBStore
import TestSupport
import Testing

/// Nothing that LMDB writes is called damaged, whatever came before.
@Suite struct PageCheckTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Seeds of histories of puts, replacements, removals and drops, with values in the leaf and in
  /// pages of their own, and keys long enough for three levels.
  @Test(arguments: 1...4)
  func whatLMDBWritesIsSound(_ seed: UInt64) throws {
    var random = Random(seed: seed)
    let store = try Environment(path: folder.file)
    var expected: [String: [String: Int]] = [:]
    for _ in 0..<30 {
      let drop = random.below(10) == 0
      try store.write(excludingReaders: drop) { transaction throws(StoreError) in
        let name = "database \(random.below(3))"
        let database = try transaction.database(named: name)
        if drop {
          expected[name] = nil
          return try transaction.drop(database)
        }
        for _ in 0..<random.below(60) {
          let key = String(repeating: "k", count: random.below(300)) + "\(random.below(400))"
          if random.below(3) == 0 {
            expected[name, default: [:]][key] = nil
            try transaction.delete(key, in: database)
          } else {
            let length = [0, 1, 100, 1_500, 5_000, 40_000][random.below(6)]
            expected[name, default: [:]][key] = length
            try transaction.put(
              [UInt8](repeating: UInt8(length & 0x7f), count: length), for: key, in: database)
          }
        }
      }
      #expect(try store.pageFlaws() == [])
    }
    for (name, values) in expected {
      #expect(
        try store.keys(in: name)
          == values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      for (key, length) in values { #expect(try store.get(key, in: name)?.count == length) }
      let database = try #require(try store.database(named: name))
      try store.read { transaction throws(StoreError) in
        #expect(try transaction.statistics(of: database).entries == values.count)
        var cursor = try transaction.cursor(in: database)
        let middle = "kkkkkkkkkkkkkkk"
        let after = values.keys.filter { !$0.utf8.lexicographicallyPrecedes(middle.utf8) }
          .min { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try cursor.seek(to: middle) == (after != nil))
        #expect(cursor.keyText == after ?? "")
      }
    }
  }

  @Test func aCopyOfASoundStoreIsWhole() throws {
    let (store, expected) = try SampleStore.make(folder.file)
    withExtendedLifetime(store) {}
    let copy = "\(folder.path)/copy.lmdb"
    let outcome = try StoreRebuild.copy(from: folder.file, to: copy)
    #expect(outcome.flaws == [] && outcome.older == 0)
    #expect(outcome.kept == expected.mapValues(\.count))
    #expect(try SampleStore.read(try Environment(path: copy)) == expected)
  }
}

/// The generator of the tests: xorshift64*.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 2_685_821_657_736_338_717
  }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }
}

/// A store with trees of one to three levels.
enum SampleStore {
  typealias Content = [String: [String: [UInt8]]]

  static func make(_ path: String) throws -> (store: Environment, content: Content) {
    let store = try Environment(path: path)
    var content: Content = [:]
    func key(_ index: Int) -> String {
      "\(index * 7 % 1_000) " + String(repeating: "x", count: index % 90)
    }
    for (name, count, length) in [("few", 3, 40), ("records", 250, 300), ("values", 40, 9_000)] {
      for index in 0..<count {
        content[name, default: [:]][key(index)] =
          (0..<length + index).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
      }
    }
    for (name, values) in content.sorted(by: { $0.key < $1.key }) {
      try store.set(values.map { ($0.key, $0.value) }, in: name)
    }
    // Free pages.
    try store.set([("0 ", [1, 2, 3])], in: "values")
    content["values"]?["0 "] = [1, 2, 3]
    return (store, content)
  }

  /// Everything in a store, over all ways of reading.
  static func read(_ store: Environment) throws -> Content {
    var content: Content = [:]
    for name in try store.databaseNames() {
      guard let database = try store.database(named: name) else { continue }
      content[name] = [:]
      let snapshot = try Snapshot(of: store)
      try store.read { transaction throws(StoreError) in
        _ = try transaction.statistics(of: database)
        var cursor = try transaction.cursor(in: database)
        while try cursor.next() {
          let value = bytes(cursor.value) ?? []
          content[name]?[cursor.keyText] = value
          let found = unsafe try snapshot.address(of: cursor.keyText, in: database)
          if let found = unsafe found, unsafe Array(found) != value { content[name] = nil }
        }
      }
    }
    return content
  }
}
