import Glibc
import LMDBStore
import TestSupport
import Testing

/// A byte of a tree's page is changed, and whatever is done with the file then ends with the values
/// that were written or an error: never in a signal, which would end these tests too.
@Suite struct DamagedPageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `LATHE_DAMAGES` sets how many bytes are changed in turn, by each of the two seeds.
  @Test(arguments: [UInt64(11), 12])
  func aChangedByteIsAnErrorOrHarmless(_ seed: UInt64) throws {
    let content: SampleStore.Content
    do { content = try SampleStore.make(folder.file).content }
    let whole = contents(folder.file)
    let aims = Aims(whole)
    var random = Random(seed: seed)
    let count = unsafe getenv("LATHE_DAMAGES").flatMap { unsafe Int(String(cString: $0)) } ?? 150
    var tally: [String: Int] = [:]
    for round in 0..<count {
      var damaged = whole
      let offset = aims.offset(&random)
      damaged[offset] = aims.value(&random, instead: damaged[offset])
      let path = "\(folder.path)/\(round).lmdb"
      write(damaged, to: path)
      defer { for end in ["", "-lock", ".new", ".new-lock"] { unsafe unlink(path + end) } }
      let outcome = try Self.use(path, content, salvagingTo: path + ".new")
      tally[outcome, default: 0] += 1
      #expect(
        !outcome.hasPrefix("wrong"),
        "byte \(offset) from \(whole[offset]) to \(damaged[offset]): \(outcome)")
    }
    // Most bytes matter, and what is damaged is found.
    #expect((tally["found"] ?? 0) * 2 > count)
  }

  /// What comes of reading, checking, writing to and rebuilding a damaged file.
  private static func use(
    _ path: String, _ content: SampleStore.Content, salvagingTo new: String
  ) throws -> String {
    var isFound = false
    do {
      let store = try Environment(path: path, options: .init(isReadOnly: true))
      if try !store.pageFlaws().isEmpty { isFound = true }
      // A value's own bytes, and a key's within its order, are for checksums to find.
      let read = try SampleStore.read(store)
      if !isFound, !agrees(read, content) { return "wrong after no flaw" }
    } catch {
      isFound = true
    }
    do {
      let store = try Environment(path: path)
      if isFound { return "wrong: opened for writing" }
      try store.set([("added", [1])], in: "records")
      if try store.get("added", in: "records") != [1] || !store.pageFlaws().isEmpty {
        return "wrong after writing"
      }
    } catch let error as StoreError {
      if !isFound { return "wrong: not written to: \(error)" }
    }
    let outcome = try StoreRebuild.copy(from: path, to: new)
    if isFound, outcome.flaws.isEmpty { return "wrong: rebuilt without a flaw" }
    let rebuilt = try SampleStore.read(try Environment(path: new))
    for (name, values) in rebuilt where isFound {
      // A key that was changed has no value of its own; the state before the last commit had
      // another "0 ".
      for (key, value) in values where key != "0 " && !agrees(value, content[name]?[key]) {
        return "wrong: rebuilt '\(key)' in '\(name)': \(outcome.flaws)"
      }
    }
    return isFound ? "found" : "harmless"
  }

  /// Whether a value is what was written, but for the byte by which the room for it is longer.
  private static func agrees(_ value: [UInt8], _ written: [UInt8]?) -> Bool {
    guard let written else { return true }
    let common = min(value.count, written.count)
    return abs(value.count - written.count) <= 1 && value[..<common] == written[..<common]
  }

  /// Whether what was read is what was written, but for a key or a value of the same length.
  private static func agrees(_ a: SampleStore.Content, _ b: SampleStore.Content) -> Bool {
    a.values.map(\.count).sorted() == b.values.map(\.count).sorted()
  }
}

/// Where a byte matters: pages of trees, their headers and their entries' above all, and the meta
/// pages.
private struct Aims {
  private var offsets: [Int] = []

  init(_ file: [UInt8]) {
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }
    offsets += (0..<2).flatMap { page in (0..<152).map { page * 4_096 + $0 } }
    for start in stride(from: 8_192, to: file.count, by: 4_096) {
      guard number(start, 4) == start / 4_096 else { continue }
      switch number(start + 10, 2) {
      case 4: offsets += start..<start + 16
      case 1, 2:
        let lower = number(start + 12, 2)
        offsets += start..<start + lower
        for pointer in stride(from: start + 16, to: start + lower, by: 2) {
          let entry = start + number(pointer, 2)
          offsets += entry..<min(entry + 20, start + 4_096)
        }
      default: break
      }
    }
  }

  func offset(_ random: inout Random) -> Int { offsets[random.below(offsets.count)] }

  func value(_ random: inout Random, instead byte: UInt8) -> UInt8 {
    switch random.below(4) {
    case 0: byte ^ 1 << UInt8(random.below(8))
    case 1: byte == 0 ? 255 : 0
    case 2: byte == 255 ? 0 : 255
    default: byte ^ UInt8(1 + random.below(255))
    }
  }
}
