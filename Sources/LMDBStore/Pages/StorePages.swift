import Wording
import Glibc

/// One state of the store as its pages hold it: the look-ups and walks of readers, in which nothing
/// that is damaged can lead out of the file. A transaction keeps the pages as they are meanwhile.
///
/// LMDB's own look-ups believe what a page says, and end the process, or show what lies elsewhere,
/// where that is wrong.
@safe struct StorePages: Sendable {
  let map: PageMap
  let meta: MetaPage
  let file: String

  /// A page of a tree.
  func page(_ number: UInt64, wantsLeaf: Bool, from parent: UInt64) throws(PageFlaw) -> TreePage {
    guard (2...max(2, meta.lastPage)).contains(number) else {
      throw PageFlaw(parent, "it leads to page \(number) of \(meta.lastPage)")
    }
    return unsafe try TreePage(
      unsafe map.page(number), size: meta.pageSize, number: number, wantsLeaf: wantsLeaf)
  }

  /// The value of a leaf's entry.
  func value(of entry: TreePage.Entry, on page: TreePage) throws(PageFlaw) -> UnsafeRawBufferPointer
  {
    if !entry.isLarge {
      return unsafe UnsafeRawBufferPointer(start: entry.data, count: Int(entry.number))
    }
    let first = entry.firstPage
    let count = largePages(Int(entry.number))
    guard first >= 2, first <= meta.lastPage, UInt64(count) <= meta.lastPage - first + 1 else {
      throw PageFlaw(
        page.number,
        "a value of \(Words.counted(entry.number, "byte")) is said to lie on page \(first)")
    }
    return unsafe UnsafeRawBufferPointer(
      start: map.page(first) + PageFormat.header, count: Int(entry.number))
  }

  /// How many pages a large value of so many bytes takes.
  func largePages(_ bytes: Int) -> Int {
    (PageFormat.header - 1 + bytes) / meta.pageSize + 1
  }

  /// The record of a database; nil where no database has that name.
  func tree(named name: String) throws(StoreError) -> TreeRecord? {
    try naming("") { () throws(PageFlaw) in
      var name = name
      let found = name.withUTF8 { key in
        Result { () throws(PageFlaw) in unsafe try find(UnsafeRawBufferPointer(key), in: meta.main)
        }
      }
      guard let (page, entry) = try found.get() else { return nil }
      return try record(of: entry, on: page)
    }
  }

  /// The database's record in an entry of the list of databases.
  func record(of entry: TreePage.Entry, on page: TreePage) throws(PageFlaw) -> TreeRecord {
    guard entry.isTree, Int(entry.number) == TreeRecord.length,
      unsafe String(validating: entry.key, as: UTF8.self)?.utf8.contains(0) == false
    else {
      throw PageFlaw(page.number, unsafe "\(Self.text(entry.key)) is no database")
    }
    let record = unsafe TreeRecord(at: unsafe entry.data)
    if let fault = record.fault(lastPage: meta.lastPage, flags: 0) {
      throw PageFlaw(page.number, unsafe "\(Self.text(entry.key)): \(fault)")
    }
    return record
  }

  /// The value of a key; nil where there is none.
  /// - Complexity: O(log n).
  func value(
    for key: UnsafeRawBufferPointer, in tree: TreeRecord, named name: String
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    unsafe try naming(name) { () throws(PageFlaw) in
      guard let (page, entry) = unsafe try find(key, in: tree) else { return nil }
      guard !entry.isTree else { throw PageFlaw(page.number, "a value is said to be a database") }
      return unsafe try value(of: entry, on: page)
    }
  }

  private func find(
    _ key: UnsafeRawBufferPointer, in tree: TreeRecord
  ) throws(PageFlaw) -> (TreePage, TreePage.Entry)? {
    if tree.isEmpty { return nil }
    var number = tree.root
    var parent: UInt64 = 0
    for level in 1..<tree.depth {
      let branch = try page(number, wantsLeaf: false, from: parent)
      parent = number
      number = unsafe try branch.entry(try child(of: branch, for: key)).number
      _ = level
    }
    let leaf = try page(number, wantsLeaf: true, from: parent)
    let index = unsafe try firstIndex(in: leaf, atOrAfter: key)
    guard index < leaf.count else { return nil }
    let entry = try leaf.entry(index)
    return unsafe KeyOrder.compare(entry.key, key) == 0 ? (leaf, entry) : nil
  }

  /// The entry below which a key lies: the last whose key is no greater, and the first, whose own
  /// counts for nothing, where that is none.
  func child(of branch: TreePage, for key: UnsafeRawBufferPointer) throws(PageFlaw) -> Int {
    var (low, high) = (1, branch.count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe KeyOrder.compare(try branch.entry(middle).key, key) <= 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low - 1
  }

  func firstIndex(
    in leaf: TreePage, atOrAfter key: UnsafeRawBufferPointer
  ) throws(PageFlaw) -> Int {
    var (low, high) = (0, leaf.count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe KeyOrder.compare(try leaf.entry(middle).key, key) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The names of all databases, in the order of their bytes.
  func databaseNames() throws(StoreError) -> [String] {
    try naming("") { () throws(PageFlaw) in
      var names: [String] = []
      var walk = TreeWalk(self, meta.main)
      while try walk.next() {
        if let (page, entry) = walk.entry { _ = try record(of: entry, on: page) }
        names.append(unsafe String(decoding: walk.key, as: UTF8.self))
      }
      return names
    }
  }

  /// Runs a body and turns the damage that it finds into the store's error,
  /// which names the database.
  func naming<Output>(
    _ database: String, _ body: () throws(PageFlaw) -> Output
  ) throws(StoreError) -> Output {
    do throws(PageFlaw) { return try body() } catch {
      var flaw = error
      flaw.database = database
      throw flaw.error(in: file)
    }
  }

  static func text(_ key: UnsafeRawBufferPointer) -> String {
    unsafe "'\(String(decoding: key.prefix(80), as: UTF8.self))'"
  }
}
