import LMDBStore
import Wording

extension Cache {
  /// The split that is meant where none is named: the one that was chosen, the first that was made,
  /// or the only one.
  ///
  /// - Returns: nil where there is no split, or there are several and none was chosen.
  /// - Throws: `CacheError` where the cache cannot be read.
  public func defaultSplit() throws(CacheError) -> String? {
    let state = try state([Layout.splits, Layout.defaults])
    // A split that is itself damaged is refused where it is read.
    let names = try state.keys(of: Layout.splits)
    var chosen: String?
    do throws(CacheError) {
      chosen = try state.bytes(of: Layout.defaultSplit, in: Layout.defaults)
        .map { String(decoding: $0, as: UTF8.self) }
    } catch {
      // What is damaged chooses nothing; verify names it.
      if !error.isOfDamage { throw error }
    }
    if let chosen, names.contains(chosen) { return chosen }
    return names.count == 1 ? names[0] : nil
  }

  /// Chooses the split that is meant where none is named.
  ///
  /// - Throws: `CacheError` `.unknownName` where there is no such split, `.readOnly`, `.noSpace`.
  public func putDefaultSplit(_ name: String) throws(CacheError) {
    let name = try chosenSplit(name)
    try put(Array(name.utf8), for: Layout.defaultSplit, in: Layout.defaults)
  }

  /// The split of a name, or the default where none is given: what every way into a cache asks.
  ///
  /// - Throws: `CacheError` `.unknownName` where there is no such split, or none is meant; it says
  ///   the command that makes or chooses one.
  public func chosenSplit(_ name: String?) throws(CacheError) -> String {
    let names = try splitNames()
    if let name {
      if names.contains(name) { return name }
      throw noSplit(named: name, among: names)
    }
    if let chosen = try defaultSplit() { return chosen }
    if names.isEmpty {
      throw failure(.unknownName, "it has no split", "make one with: \(makingSplits)")
    }
    throw failure(
      .unknownName, "it has \(names.count) splits and none is the default: \(Words.list(names))",
      "name one, or choose it with: "
        + Words.command(["lathe", "split", path, "--default", names[0]]))
  }

  /// The error for a split that is not among those that there are; it says the command that makes one.
  func noSplit(named name: String, among names: [String]) -> CacheError {
    failure(
      .unknownName, "it has no split '\(name)'",
      names.isEmpty
        ? "make one with: \(makingSplits)"
        : "it has \(Words.list(names)); make another with: \(makingSplits)")
  }

  private var makingSplits: String { Words.command(["lathe", "split", path]) }
}

extension RecordTransaction {
  /// Makes a split that is about to be stored the default where it is the first.
  mutating func chooseDefault(firstSplit name: String) throws(StoreError) {
    if try !keys(of: Layout.splits).isEmpty { return }
    try put(Array(name.utf8), for: Layout.defaultSplit, in: Layout.defaults)
  }

  /// Forgets that a split is the default, where it is.
  mutating func forgetDefault(split name: String) throws(StoreError) {
    let chosen = try bytes(of: Layout.defaultSplit, in: Layout.defaults)
    if chosen == Array(name.utf8) {
      try delete(Layout.defaultSplit, in: Layout.defaults)
    }
  }
}
