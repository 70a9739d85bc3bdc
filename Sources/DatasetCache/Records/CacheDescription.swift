import LMDBStore

/// Which manifest a cache was made from.
public struct ManifestReference: Sendable, Hashable, Codable {
  /// The dataset's name.
  public var name: String
  /// SHA-256 of the manifest's canonical JSON, 64 hex digits.
  public var sha256: String
  /// How many tracks it names.
  public var tracks: Int

  /// Makes a reference of parts.
  public init(name: String, sha256: String, tracks: Int) {
    self.name = name
    self.sha256 = sha256
    self.tracks = tracks
  }
}

/// What a cache was made from and how, in the database `meta`.
public struct CacheDescription: Sendable, Hashable {
  /// The recipe, canonical JSON.
  public var recipeJSON: [UInt8]
  /// The fingerprint of each view of the recipe.
  public var fingerprints: [View: Fingerprint]
  /// The manifest.
  public var manifest: ManifestReference
  /// The names of the columns of the views that are tables.
  public var columns: [View: [String]]
  /// What is known of the values of each view; left out for what the first version's caches hold.
  public var facts: [View: ViewFacts]
  /// What else was chosen when it was prepared, canonical JSON; nil in caches of earlier versions.
  public var choicesJSON: [UInt8]?

  /// Makes a description of parts.
  public init(
    recipeJSON: [UInt8], fingerprints: [View: Fingerprint], manifest: ManifestReference,
    columns: [View: [String]] = [:], facts: [View: ViewFacts] = [:],
    choicesJSON: [UInt8]? = nil
  ) {
    self.facts = facts
    self.choicesJSON = choicesJSON
    self.recipeJSON = recipeJSON
    self.fingerprints = fingerprints
    self.manifest = manifest
    self.columns = columns
  }
}

extension Cache {
  /// Says what the cache is made from and how, in place of what was said before.
  ///
  /// - Parameters:
  ///   - description: what it is made from.
  ///   - wholeManifest: the manifest itself, canonical JSON, so that another preparation can go on
  ///     with it; nil where there is none.
  public func describe(
    _ description: CacheDescription, wholeManifest: [UInt8]? = nil
  ) throws(CacheError) {
    let manifest = try RecordJSON.encode(description.manifest)
    var columns: [View: [UInt8]] = [:]
    for (view, names) in description.columns { columns[view] = try RecordJSON.encode(names) }
    var facts: [(key: String, json: [UInt8])] = []
    for (view, known) in description.facts {
      guard let fingerprint = description.fingerprints[view] else { continue }
      facts.append((Layout.values(view, fingerprint), try RecordJSON.encode(known)))
    }
    try write { transaction throws(StoreError) in
      try transaction.put(description.recipeJSON, for: "recipe", in: Layout.meta)
      try transaction.put(manifest, for: "manifest", in: Layout.meta)
      for (key, json) in [
        (Self.choicesKey, description.choicesJSON), (Self.wholeManifestKey, wholeManifest),
      ] {
        if let json {
          try transaction.put(json, for: key, in: Layout.meta)
        } else {
          try transaction.delete(key, in: Layout.meta)
        }
      }
      try transaction.replace(
        columns.map { ("\(Self.columnsPrefix)\($0.rawValue)", $1) }, prefix: Self.columnsPrefix,
        in: Layout.meta)
      try transaction.replace(
        description.fingerprints.map {
          ("\(Self.fingerprintPrefix)\($0.rawValue)", Array($1.hex.utf8))
        }, prefix: Self.fingerprintPrefix, in: Layout.meta)
      for (key, json) in facts { try transaction.put(json, for: key, in: Layout.views) }
    }
  }

  /// What the cache is made from and how; nil where `describe` was never called.
  public func description() throws(CacheError) -> CacheDescription? {
    try description(try state([Layout.meta, Layout.views]))
  }

  /// What the first shard of a divided cache says that it is made from, as all others do, and its
  /// whole manifest, canonical JSON.
  public func descriptionOfShards() throws(CacheError) -> (CacheDescription?, manifest: [UInt8]?) {
    guard let first = shards.first else { return (nil, nil) }
    let state = CacheState(home: first)
    return (
      try description(state), try state.bytes(of: Self.wholeManifestKey, in: Layout.meta)
    )
  }

  private func description(_ state: CacheState) throws(CacheError) -> CacheDescription? {
    guard let recipe = try state.bytes(of: "recipe", in: Layout.meta),
      let manifest = try state.bytes(of: "manifest", in: Layout.meta)
    else { return nil }
    return CacheDescription(
      recipeJSON: recipe, fingerprints: try Self.fingerprints(state),
      manifest: try RecordJSON.decode(
        ManifestReference.self, from: manifest, subject: "the manifest of \(path)"),
      columns: try Self.columns(state),
      facts: try Self.statedFacts(state),
      choicesJSON: try state.bytes(of: Self.choicesKey, in: Layout.meta))
  }

  /// The manifest that the cache was made from, canonical JSON; nil where there was none, and in
  /// caches of earlier versions.
  public func wholeManifest() throws(CacheError) -> [UInt8]? {
    try bytes(for: Self.wholeManifestKey, in: Layout.meta)
  }

  /// Says what was chosen, in place of what was said before; see ``CacheDescription/choicesJSON``.
  public func putChoices(json: [UInt8]) throws(CacheError) {
    try put(json, for: Self.choicesKey, in: Layout.meta)
  }

  static let choicesKey = "choices"
  static let wholeManifestKey = "manifest/whole"
  private static let columnsPrefix = "columns/"
  private static let fingerprintPrefix = "fingerprint/"

  private static func columns(_ state: CacheState) throws(CacheError) -> [View: [String]] {
    var all: [View: [String]] = [:]
    for (view, json) in try state.views(under: columnsPrefix) {
      all[view] = try RecordJSON.decode(
        [String].self, from: json, subject: "the columns of \(view.rawValue)")
    }
    return all
  }

  /// The facts that the cache itself states.
  private static func statedFacts(_ state: CacheState) throws(CacheError) -> [View: ViewFacts] {
    var all: [View: ViewFacts] = [:]
    for (view, fingerprint) in try fingerprints(state) {
      if try state.hasFacts(view, fingerprint) { all[view] = try state.facts(view, fingerprint) }
    }
    return all
  }

  /// The fingerprint of each view of the recipe.
  public func fingerprints() throws(CacheError) -> [View: Fingerprint] {
    try Self.fingerprints(try state([Layout.meta]))
  }

  static func fingerprints(_ state: CacheState) throws(CacheError) -> [View: Fingerprint] {
    var all: [View: Fingerprint] = [:]
    for (view, hex) in try state.views(under: fingerprintPrefix) {
      all[view] = Fingerprint(hex: String(decoding: hex, as: UTF8.self))
    }
    return all
  }

  /// Stores a split under a name, in place of an earlier one; the very same one stays untouched.
  /// The first one becomes the default.
  ///
  /// - Parameters:
  ///   - name: 1 to 511 bytes.
  ///   - json: Canonical JSON; kept as it is.
  public func putSplit(name: String, json: [UInt8]) throws(CacheError) {
    if !environment.options.isReadOnly, (try? splitJSON(name: name)) == json { return }
    try write { transaction throws(StoreError) in
      try transaction.forgetDerived(fromSplit: name)
      try transaction.chooseDefault(firstSplit: name)
      try transaction.put(json, for: name, in: Layout.splits)
    }
  }

  /// The bytes of a split, or nil.
  public func splitJSON(name: String) throws(CacheError) -> [UInt8]? {
    try bytes(for: name, in: Layout.splits)
  }

  /// The names of all splits, in the order of their bytes, also of those that are damaged.
  public func splitNames() throws(CacheError) -> [String] {
    try state([Layout.splits]).keys(of: Layout.splits)
  }

  /// Removes a split; where it was the default, none is.
  ///
  /// - Returns: Whether it was there.
  @discardableResult
  public func removeSplit(name: String) throws(CacheError) -> Bool {
    try write { transaction throws(StoreError) in
      try transaction.forgetDerived(fromSplit: name)
      try transaction.forgetDefault(split: name)
      return try transaction.delete(name, in: Layout.splits)
    }
  }
}

extension CacheState {
  /// What `meta` has under the keys of a prefix, by the views that they end with.
  fileprivate func views(under prefix: String) throws(CacheError) -> [(view: View, value: [UInt8])]
  {
    try entries(of: Layout.meta).compactMap { key, value in
      guard key.hasPrefix(prefix), let view = View(rawValue: String(key.dropFirst(prefix.count)))
      else { return nil }
      return (view, value)
    }
  }
}

extension RecordTransaction {
  /// Puts entries, and takes away the others whose keys begin with a prefix.
  fileprivate mutating func replace(
    _ entries: [(key: String, value: [UInt8])], prefix: String, in name: String
  ) throws(StoreError) {
    let kept = Set(entries.map(\.key))
    for key in try keys(of: name) where key.hasPrefix(prefix) && !kept.contains(key) {
      try delete(key, in: name)
    }
    for (key, value) in entries { try put(value, for: key, in: name) }
  }
}
