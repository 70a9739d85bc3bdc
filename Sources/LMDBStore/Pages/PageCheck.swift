import Wording

/// A walk over everything that one state of the store is made of: each page's form, that it is
/// reached once and is not free, the order of the keys, and what the records of the trees count.
///
/// It goes on after what is damaged, so that the rest can be checked, or saved, too.
@safe struct PageCheck {
  /// No more are kept: those of a badly damaged file would fill the memory.
  static let mostFlaws = 100

  private let pages: StorePages
  /// What gives back the mapping of pages that were looked at.
  private let residency: Residency?
  /// What was found.
  private(set) var flaws: [PageFlaw] = []
  /// How many pages were looked at.
  private(set) var pagesRead = 0
  /// A bit for each page that something is made of.
  private var taken: [UInt64]
  private var database = ""
  private var counted = Counts()

  private struct Counts {
    var branches: UInt64 = 0
    var leaves: UInt64 = 0
    var overflow: UInt64 = 0
    var entries: UInt64 = 0
  }

  /// Takes a sound entry of a tree: its key and its value.
  typealias Entry = (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void

  init(_ pages: StorePages, residency: Residency? = nil) {
    self.pages = pages
    self.residency = residency
    taken = [UInt64](repeating: 0, count: Int(pages.meta.lastPage) / 64 + 1)
    take(0)
    take(1)
  }

  /// Checks every tree and the free pages.
  mutating func run() {
    for (name, tree) in databases() { unsafe visit(tree, name) { _, _ in } }
    checkFreePages()
  }

  /// The databases whose records can be read.
  mutating func databases() -> [(name: String, tree: TreeRecord)] {
    var found: [(String, TreeRecord)] = []
    unsafe visit(pages.meta.main, "", isList: true) { key, value in
      guard value.count == TreeRecord.length, let start = value.baseAddress else {
        return
      }
      unsafe found.append((String(decoding: key, as: UTF8.self), TreeRecord(at: start)))
    }
    return found
  }

  /// Checks one tree and shows its sound entries, in the order of their keys.
  mutating func visit(
    _ tree: TreeRecord, _ name: String, isList: Bool = false, _ entry: Entry
  ) {
    database = name
    counted = Counts()
    let before = flaws.count
    if !tree.isEmpty {
      unsafe visit(
        tree.root, from: 0, level: 1, of: tree.depth, isList: isList, below: Bounds(), entry)
    }
    // Where pages were left out, the numbers say nothing more.
    guard flaws.count == before else { return }
    func compare(_ what: String, _ counted: UInt64, _ said: UInt64) {
      if counted == said { return }
      note(PageFlaw(tree.isEmpty ? 0 : tree.root, "it has \(counted) \(what), and not \(said)"))
    }
    compare("branches", counted.branches, tree.branchPages)
    compare("leaves", counted.leaves, tree.leafPages)
    compare("pages of large values", counted.overflow, tree.overflowPages)
    compare("entries", counted.entries, tree.entries)
  }

  /// What the keys of a page must lie between; nil for no bound.
  @safe private struct Bounds {
    /// No key is less.
    var first: UnsafeRawBufferPointer?
    /// Every key is less.
    var end: UnsafeRawBufferPointer?

    func contain(_ key: UnsafeRawBufferPointer) -> Bool {
      if let first = unsafe first, unsafe KeyOrder.compare(key, first) < 0 { return false }
      if let end = unsafe end, unsafe KeyOrder.compare(key, end) >= 0 { return false }
      return true
    }
  }

  private mutating func note(_ flaw: PageFlaw) {
    var flaw = flaw
    flaw.database = database
    if flaws.count < Self.mostFlaws { flaws.append(flaw) }
  }

  /// Whether the page was free to be taken.
  @discardableResult
  private mutating func take(_ page: UInt64) -> Bool {
    let (word, bit) = (Int(page / 64), UInt64(1) << (page % 64))
    if taken[word] & bit != 0 { return false }
    taken[word] |= bit
    return true
  }

  private mutating func visit(
    _ number: UInt64, from parent: UInt64, level: Int, of depth: Int, isList: Bool, below: Bounds,
    _ entry: Entry
  ) {
    do throws(PageFlaw) {
      let page = try pages.page(number, wantsLeaf: level == depth, from: parent)
      guard take(number) else { throw PageFlaw(number, "it is reached twice") }
      pagesRead += 1
      let entries = try entries(of: page, within: below)
      if page.isLeaf {
        counted.leaves += 1
        for found in entries { unsafe visit(found, on: page, isList: isList, entry) }
        // Each large value has a page of its own.
        residency?.note(1 + entries.count { $0.isLarge })
        return
      }
      counted.branches += 1
      // LMDB ends the process where a branch has one entry, but for a free page's that is being
      // taken.
      if page.count < 2, database != Self.free {
        throw PageFlaw(number, "it is a branch of one entry")
      }
      for (index, found) in entries.enumerated() {
        unsafe visit(
          found.number, from: number, level: level + 1, of: depth, isList: isList,
          below: Bounds(
            first: index == 0 ? below.first : found.key,
            end: index + 1 < entries.count ? entries[index + 1].key : below.end),
          entry)
      }
    } catch {
      note(error)
    }
  }

  /// The entries of a page that are sound and in order.
  private mutating func entries(
    of page: TreePage, within bounds: Bounds
  ) throws(PageFlaw) -> [TreePage.Entry] {
    var entries: [TreePage.Entry] = []
    for index in 0..<page.count {
      do throws(PageFlaw) {
        let entry = try page.entry(index)
        if page.isLeaf || index > 0 {
          let last = unsafe entries.last.flatMap {
            unsafe page.isLeaf || entries.count > 1 ? $0.key : nil
          }
          if let last = unsafe last, unsafe !isOrdered(last, entry.key) {
            throw PageFlaw(
              page.number, "the key \(unsafe StorePages.text(entry.key)) is out of order")
          }
          if database != Self.free, unsafe !bounds.contain(entry.key) {
            throw PageFlaw(
              page.number, "the key \(unsafe StorePages.text(entry.key)) belongs to another page")
          }
        }
        entries.append(entry)
      } catch {
        // A branch's entries say of each other where they end.
        guard page.isLeaf else { throw error }
        note(error)
      }
    }
    return page.isLeaf ? fitting(entries, on: page) : entries
  }

  /// The entries that end where the next one begins, as LMDB lays them: the length of another one
  /// is wrong, or its neighbour's offset.
  private mutating func fitting(_ entries: [TreePage.Entry], on page: TreePage) -> [TreePage.Entry]
  {
    let begins = Set(entries.map(\.offset) + [pages.meta.pageSize])
    let fitting = entries.filter { begins.contains($0.offset + $0.length) }
    let isFilled = entries.count < page.count || begins.contains(page.upper)
    if fitting.count < entries.count || begins.count <= entries.count || !isFilled {
      note(PageFlaw(page.number, "its entries don't lie side by side"))
    }
    return fitting
  }

  /// The keys of the lists of free pages are numbers.
  private func isOrdered(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard database == Self.free, a.count == 8, b.count == 8 else {
      return unsafe KeyOrder.compare(a, b) < 0
    }
    return unsafe a.loadUnaligned(as: UInt64.self) < b.loadUnaligned(as: UInt64.self)
  }

  private mutating func visit(
    _ found: TreePage.Entry, on page: TreePage, isList: Bool, _ entry: Entry
  ) {
    do throws(PageFlaw) {
      if isList {
        _ = try pages.record(of: found, on: page)
      } else if found.isTree {
        throw PageFlaw(page.number, "a value is said to be a database")
      }
      if database != Self.free, unsafe String(validating: found.key, as: UTF8.self) == nil {
        throw PageFlaw(page.number, "the key \(unsafe StorePages.text(found.key)) is no UTF-8")
      }
      let value = unsafe try pages.value(of: found, on: page)
      if found.isLarge { try takeLarge(found) }
      counted.entries += 1
      unsafe entry(found.key, value)
    } catch {
      note(error)
    }
  }

  /// Checks the pages of a large value.
  private mutating func takeLarge(_ entry: TreePage.Entry) throws(PageFlaw) {
    let first = entry.firstPage
    let needed = UInt64(pages.largePages(Int(entry.number)))
    let start = unsafe pages.map.page(first)
    pagesRead += 1
    let number = unsafe start.loadUnaligned(as: UInt64.self)
    let flags = unsafe start.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
    // A value that is replaced by a shorter one within a transaction keeps its pages.
    let count = UInt64(unsafe start.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    guard number == first, flags == PageFormat.overflow, count >= needed,
      count <= pages.meta.lastPage - first + 1
    else {
      throw PageFlaw(
        first,
        "it is no beginning of \(needed) pages of a large value: it says that it is page \(number), "
          + "of kind \(flags), and of \(count)")
    }
    for page in first..<first + count where !take(page) {
      throw PageFlaw(page, "it is reached twice")
    }
    counted.overflow += count
  }

  // MARK: Free pages

  private static let free = "free pages"

  /// Checks the lists of free pages, from which a writer takes what it writes to.
  mutating func checkFreePages() {
    var lists: [(UInt64, UnsafeRawBufferPointer)] = unsafe []
    unsafe visit(pages.meta.free, Self.free) { key, value in
      let number = unsafe key.count == 8 ? key.loadUnaligned(as: UInt64.self) : .max
      unsafe lists.append((number, value))
    }
    for unsafe(commit, list) in unsafe lists {
      do throws(PageFlaw) { unsafe try check(list, of: commit) } catch { note(error) }
    }
  }

  private mutating func check(
    _ list: UnsafeRawBufferPointer, of commit: UInt64
  ) throws(PageFlaw) {
    let root = pages.meta.free.root
    guard commit <= pages.meta.transaction else { throw PageFlaw(root, "it is of a later commit") }
    guard list.count >= 8 else {
      throw PageFlaw(root, "a list has \(Words.counted(list.count, "byte"))")
    }
    let count = unsafe list.loadUnaligned(as: UInt64.self)
    guard count < UInt64(list.count / 8) else {
      throw PageFlaw(
        root,
        "a list of \(Words.counted(list.count, "byte")) is said "
          + "to have \(Words.counted(count, "page"))"
      )
    }
    var previous = pages.meta.lastPage + 1
    for index in 0..<Int(count) {
      let page = unsafe list.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self)
      guard page >= 2, page < previous else {
        throw PageFlaw(root, "page \(page) is out of order in a list")
      }
      guard take(page) else { throw PageFlaw(page, "it is free and in use, or free twice") }
      previous = page
    }
  }
}
