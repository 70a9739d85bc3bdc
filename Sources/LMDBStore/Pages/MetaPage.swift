import Glibc

/// What a meta page or the list of databases says about a tree.
struct TreeRecord: Sendable, Hashable {
  static let length = 48

  let flags: UInt16
  let depth: Int
  let branchPages: UInt64
  let leafPages: UInt64
  let overflowPages: UInt64
  let entries: UInt64
  let root: UInt64

  /// A tree of nothing.
  static let none = TreeRecord(
    flags: 0, depth: 0, branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0,
    root: PageFormat.none)

  init(at start: UnsafeRawPointer) {
    flags = unsafe start.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    depth = Int(unsafe start.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
    branchPages = unsafe start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    leafPages = unsafe start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    overflowPages = unsafe start.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    entries = unsafe start.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
    root = unsafe start.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
  }

  private init(
    flags: UInt16, depth: Int, branchPages: UInt64, leafPages: UInt64, overflowPages: UInt64,
    entries: UInt64, root: UInt64
  ) {
    self.flags = flags
    self.depth = depth
    self.branchPages = branchPages
    self.leafPages = leafPages
    self.overflowPages = overflowPages
    self.entries = entries
    self.root = root
  }

  func statistics(pageSize: Int) -> DatabaseStatistics {
    let pages = Int(clamping: branchPages + leafPages + overflowPages)
    return DatabaseStatistics(
      entries: Int(clamping: entries), pages: pages, bytes: pages * pageSize)
  }

  var isEmpty: Bool { root == PageFormat.none }

  /// What contradicts the format or itself; nil where nothing does.
  func fault(lastPage: UInt64, flags expected: UInt16) -> String? {
    // The order and the form of the keys depend on them.
    if flags != expected { return "its flags are \(flags) and not \(expected)" }
    if isEmpty {
      let isWithout = depth == 0 && entries == 0 && branchPages == 0 && leafPages == 0
      return isWithout && overflowPages == 0 ? nil : "it has entries and no root"
    }
    if !(2...max(2, lastPage)).contains(root) { return "its root is page \(root) of \(lastPage)" }
    if !(1...PageFormat.deepest).contains(depth) { return "its depth is \(depth)" }
    if entries == 0 { return "it has a root and no entries" }
    let most = lastPage + 1
    if branchPages > most || leafPages > most || overflowPages > most {
      return "it counts more pages than there are"
    }
    return nil
  }
}

/// One of the two pages at the beginning of the file, which say in turn what the last commit left.
struct MetaPage: Sendable, Hashable {
  /// The bytes that are read of it.
  static let length = PageFormat.header + 136

  let index: Int
  let pageSize: Int
  let free: TreeRecord
  let main: TreeRecord
  private(set) var lastPage: UInt64
  /// The number of the commit; even on the first page, odd on the second.
  let transaction: UInt64

  /// Reads one.
  ///
  /// - Parameters:
  ///   - bytes: ``length`` of them.
  ///   - checksTrees: whether its trees must be those of its commit.
  /// - Throws: what of it no commit can have written.
  init(_ bytes: UnsafeRawPointer, index: Int, checksTrees: Bool = true) throws(PageFlaw) {
    func flaw(_ detail: String) -> PageFlaw { PageFlaw(UInt64(index), detail) }
    let number = unsafe bytes.loadUnaligned(as: UInt64.self)
    let flags = unsafe bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
    let meta = unsafe bytes + PageFormat.header
    let magic = unsafe meta.loadUnaligned(as: UInt32.self)
    let version = unsafe meta.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    let pageSize = Int(unsafe meta.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    self.index = index
    self.pageSize = pageSize
    free = unsafe TreeRecord(at: unsafe meta + 24)
    main = unsafe TreeRecord(at: unsafe meta + 72)
    lastPage = unsafe meta.loadUnaligned(fromByteOffset: 120, as: UInt64.self)
    transaction = unsafe meta.loadUnaligned(fromByteOffset: 128, as: UInt64.self)

    guard magic == PageFormat.magic else { throw flaw("it is no beginning of an LMDB file") }
    guard version == PageFormat.version else {
      throw flaw("it is of data format \(version) and not \(PageFormat.version)")
    }
    guard flags == PageFormat.meta, number == UInt64(index) else {
      throw flaw("it says that it is page \(number) of kind \(flags)")
    }
    guard PageFormat.pageSizes.contains(pageSize), pageSize & (pageSize - 1) == 0 else {
      throw flaw("its pages have \(pageSize) bytes")
    }
    guard lastPage >= 1, lastPage < 1 << 48 else { throw flaw("its last page is \(lastPage)") }
    // The environment's flags are kept with those of the free pages: a file without a folder, and
    // keys that are numbers.
    let persistent: UInt16 = 0x4000
    if checksTrees, let fault = free.fault(lastPage: lastPage, flags: 8 | free.flags & persistent) {
      throw flaw("free pages: \(fault)")
    }
    if checksTrees, let fault = main.fault(lastPage: lastPage, flags: 0) {
      throw flaw("databases: \(fault)")
    }
    guard transaction & 1 == UInt64(index) || transaction == 0 else {
      throw flaw("it is of commit \(transaction), which belongs on the other page")
    }
  }

  /// The same state with only those pages that lie in so many bytes.
  func limited(toBytes length: Int) -> MetaPage {
    var limited = self
    limited.lastPage = min(lastPage, UInt64(max(2, length / pageSize) - 1))
    return limited
  }

  /// The bytes of the file that this state needs.
  var bytesNeeded: Int { (Int(lastPage) + 1) * pageSize }
}
