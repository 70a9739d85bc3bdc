import Wording

/// A walk over a tree's entries in the order of their keys, which it checks as it goes.
@safe struct TreeWalk {
  private let pages: StorePages
  private let tree: TreeRecord
  /// From the root to the leaf, each with the entry that was taken last.
  private var path: [(page: TreePage, index: Int)] = []
  private var hasBegun = false
  /// How many entries there were, where it began with the first.
  private var count: UInt64? = 0
  private(set) var entry: (page: TreePage, entry: TreePage.Entry)?

  init(_ pages: StorePages, _ tree: TreeRecord) {
    self.pages = pages
    self.tree = tree
  }

  /// The key; empty before the first step and after the last.
  var key: UnsafeRawBufferPointer {
    unsafe entry?.entry.key ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// The value; empty before the first step and after the last.
  func value() throws(PageFlaw) -> UnsafeRawBufferPointer {
    guard let (page, entry) = entry else {
      return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return unsafe try pages.value(of: entry, on: page)
  }

  /// Steps to the next entry, the first one at the beginning.
  ///
  /// - Returns: whether there is one.
  /// - Throws: also where keys are out of order, or there were fewer or more than the tree's record
  ///   says.
  mutating func next() throws(PageFlaw) -> Bool {
    if !hasBegun {
      hasBegun = true
      if tree.isEmpty { return false }
      try descend(to: tree.root, from: 0) { _ in 0 }
      return try take()
    }
    guard let last = path.indices.last else { return false }
    path[last].index += 1
    return try settle()
  }

  /// Goes to the first entry whose key is no less.
  mutating func seek(to key: UnsafeRawBufferPointer) throws(PageFlaw) -> Bool {
    hasBegun = true
    count = nil
    path = []
    entry = nil
    if tree.isEmpty { return false }
    let pages = pages
    try descend(to: tree.root, from: 0) { page throws(PageFlaw) in
      page.isLeaf
        ? unsafe try pages.firstIndex(in: page, atOrAfter: key)
        : unsafe try pages.child(of: page, for: key)
    }
    return try settle()
  }

  /// Goes on to the next leaf where the last one is at its end.
  private mutating func settle() throws(PageFlaw) -> Bool {
    while let (page, index) = path.last, index >= page.count {
      path.removeLast()
      guard let above = path.indices.last else { return try end() }
      path[above].index += 1
      let (branch, next) = path[above]
      if next < branch.count {
        try descend(to: try branch.entry(next).number, from: branch.number) { _ in 0 }
      }
    }
    return try take()
  }

  private mutating func end() throws(PageFlaw) -> Bool {
    entry = nil
    if let count, count != tree.entries {
      throw PageFlaw(
        tree.root,
        "below it are \(Words.counted(count, "entry", "entries")) and not \(tree.entries)")
    }
    return false
  }

  private mutating func descend(
    to root: UInt64, from parent: UInt64, choosing: (TreePage) throws(PageFlaw) -> Int
  ) throws(PageFlaw) {
    var (number, parent) = (root, parent)
    while path.count < tree.depth {
      let isLeaf = path.count == tree.depth - 1
      let page = try pages.page(number, wantsLeaf: isLeaf, from: parent)
      let index = try choosing(page)
      path.append((page, index))
      if isLeaf { return }
      parent = number
      number = try page.entry(index).number
    }
  }

  private mutating func take() throws(PageFlaw) -> Bool {
    guard let (page, index) = path.last else { return false }
    let found = try page.entry(index)
    // A page that leads back to one that was passed would be walked for ever.
    if let before = entry?.entry, unsafe KeyOrder.compare(before.key, found.key) >= 0 {
      throw PageFlaw(page.number, "the key \(unsafe StorePages.text(found.key)) is out of order")
    }
    entry = (page, found)
    count? += 1
    return true
  }
}
