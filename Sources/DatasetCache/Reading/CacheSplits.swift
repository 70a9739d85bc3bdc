public import Corpus

extension Cache {
  /// Stores a split that was made elsewhere, such as a published one, under its plan's name.
  ///
  /// - Throws: `CacheError` `.readOnly`, `.noSpace`.
  public func putSplit(_ split: Split) throws(CacheError) {
    let json: [UInt8]
    do {
      json = try CanonicalJSON.encode(split)
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "encode", subject: "split \(split.plan.name)",
        detail: "\(error)")
    }
    try putSplit(name: split.plan.name, json: json)
  }

  /// A stored split; nil where there is none of that name.
  ///
  /// - Throws: `CacheError` `.damaged` or `.invalidRecord` where it is damaged.
  public func split(named name: String) throws(CacheError) -> Split? {
    guard let json = try splitJSON(name: name) else { return nil }
    return try Self.decodeSplit(json, name: name)
  }

  static func decodeSplit(_ json: [UInt8], name: String) throws(CacheError) -> Split {
    do {
      return try StrictJSON.decode(Split.self, from: json, named: "the split")
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: "split \(name)", detail: "\(error)",
        hint: "make it again with lathe split")
    }
  }
}
