internal import Corpus
public import DatasetCache
internal import SignalKit

/// The version of Lathe.
public let latheVersion = "0.1.0"

extension Cache {
  /// Writes the card: what the cache holds now, made from `recipe` and `manifest`.
  ///
  /// - Parameter endsChange: whether all that was to be done is done.
  func writeCard(
    of state: SettledCache, recipe: Recipe, manifest: Manifest, endsChange: Bool
  ) throws(PreparationError) -> Card {
    try onCache { () throws(CacheError) in
      let card = try card(
        of: state, recipe: String(decoding: try canonicalJSON(recipe), as: UTF8.self),
        manifest: try ManifestReference(manifest), profile: recipe.profile.rawValue,
        licence: manifest.licence, citations: manifest.citations)
      try writeCard(card, endsChange: endsChange)
      return card
    }
  }

  /// Writes the card again after the splits have changed.
  ///
  /// - Throws: `PreparationError` where the cache has no card or cannot be written.
  public func renewCard() throws(PreparationError) {
    let records = try onCache { () throws(CacheError) in try soundRecords() }
    _ = try renewCard(of: try SettledCache(of: self, records: records))
  }

  /// Writes the card again; the old one is asked for what the shard does not hold.
  func renewCard(of state: SettledCache) throws(PreparationError) -> Card {
    try onCache { () throws(CacheError) in
      var old: Card?
      do throws(CacheError) {
        old = try card()
        if old == nil { throw noCard }
      } catch {
        guard error.isOfDamage else { throw error }
        old = nil
      }
      let card = try card(of: state, after: old)
      try writeCard(card)
      return card
    }
  }

  /// The card that belongs to a state, as a preparation would write it.
  ///
  /// - Parameter old: the card that there is, for what only a card holds; nil where it cannot be
  ///   read.
  func card(of state: SettledCache, after old: Card?) throws(CacheError) -> Card {
    let description = try description()
    let recipe = description.map { String(decoding: $0.recipeJSON, as: UTF8.self) } ?? old?.recipe
    guard let recipe, let manifest = description?.manifest ?? old?.manifest else { throw noCard }
    let whole = try wholeManifest().flatMap { try? Manifest.decode($0) }
    let profile = Self.recipe(recipe)?.profile.rawValue ?? old?.profile
    return try card(
      of: state, recipe: recipe, manifest: manifest, profile: profile ?? "",
      licence: whole == nil ? old?.licence : whole?.licence,
      citations: whole?.citations ?? old?.citations ?? [])
  }

  private var noCard: CacheError {
    CacheError(
      kind: .unfinished, operation: "renew the card", subject: path, detail: "there is none",
      hint: "run lathe prepare again")
  }

  private static func recipe(_ json: String) -> Recipe? {
    try? Recipe.decode(Array(json.utf8), keepingUnknownKinds: true)
  }

  private func card(
    of state: SettledCache, recipe: String, manifest: ManifestReference, profile: String,
    licence: String?, citations: [String]
  ) throws(CacheError) -> Card {
    let audits = Dictionary(
      state.audits.map { ($0.split, $0) }, uniquingKeysWith: { first, _ in first })
    return Card(
      name: manifest.name, manifest: manifest, recipe: recipe, fingerprints: try fingerprints(),
      profile: profile, tracks: state.census.tracks, labels: state.census.labels,
      slices: state.census.views.mapValues(\.slices),
      splits: audits.mapValues { audit in
        Dictionary(
          audit.sides.map { ($0.name, $0.tracks) }, uniquingKeysWith: { first, _ in first })
      },
      defaultSplit: try defaultSplit(), audits: audits.mapValues(\.summary),
      faults: Self.recipe(recipe).map { state.records.effects(of: $0) },
      dropped: state.records.dropped, bytes: state.census.bytes,
      quarantine: state.records.quarantined, licence: licence, citations: citations,
      versions: ["lathe": latheVersion])
  }
}
