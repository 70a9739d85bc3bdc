import LMDBStore
import TestSupport
import Testing

/// Where the last write of a commit fails, LMDB puts the older number beside that commit's trees.
@Suite struct FailedCommitTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let store = try Environment(path: folder.file)
    try store.set([("first", [1])])
    try store.set([("second", [2])])
  }

  /// A file whose meta page of the older or of the last commit has the root of its free pages
  /// beyond its last page, and where asked for another number.
  private func file(changesOlder: Bool, addingToNumber more: UInt64 = 0) -> [UInt8] {
    var bytes = contents(folder.file)
    func number(_ page: Int) -> UInt64 { word(bytes, page * 4_096 + 144) }
    let older = number(0) < number(1) ? 0 : 1
    let page = changesOlder ? older : 1 - older
    let last = word(bytes, page * 4_096 + 136)
    put(last + 5, page * 4_096 + 80, &bytes)
    put(number(page) &+ more, page * 4_096 + 144, &bytes)
    return bytes
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
  }

  private func put(_ word: UInt64, _ offset: Int, _ bytes: inout [UInt8]) {
    for i in 0..<8 { bytes[offset + i] = UInt8(truncatingIfNeeded: word >> (8 * i)) }
  }

  @Test func itsTreesAreNotAskedFor() throws {
    let path = folder.path("failed.lmdb")
    write(file(changesOlder: true), to: path)
    do {
      let store = try Environment(path: path, options: .init(isReadOnly: true))
      #expect(try store.pageFlaws() == [] && store.keys() == ["first", "second"])
    }
    let store = try Environment(path: path)
    try store.set([("third", [3])])
    #expect(try store.keys() == ["first", "second", "third"] && store.pageFlaws() == [])
  }

  @Test(arguments: [(false, 0), (true, UInt64(bitPattern: -2)), (true, 2)] as [(Bool, UInt64)])
  func otherTreesAreDamage(_ changesOlder: Bool, _ more: UInt64) {
    let path = folder.path("damaged.lmdb")
    write(file(changesOlder: changesOlder, addingToNumber: more), to: path)
    #expect(throws: StoreError.self) { try Environment(path: path) }
    #expect(throws: StoreError.self) {
      try Environment(path: path, options: .init(isReadOnly: true))
    }
  }
}
