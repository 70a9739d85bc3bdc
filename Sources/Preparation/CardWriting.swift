internal import Corpus
public import DatasetCache
internal import SignalKit

/// The version of Lathe.
public let latheVersion = "0.1.0"

extension Cache {
  /// Writes the card: what the cache holds now, made from `recipe` and `manifest`.
  func writeCard(
    of state: SettledCache, recipe: Recipe, manifest: Manifest
  ) throws(PreparationError) -> Card {
    try onCache { () throws(CacheError) in
      let json = try canonicalJSON(recipe)
      return try writeCard(
        of: state, name: manifest.name, manifest: try ManifestReference(manifest),
        recipe: String(decoding: json, as: UTF8.self), profile: recipe.profile.rawValue,
        licence: manifest.licence, citations: manifest.citations)
    }
  }

  /// Writes the card again after the splits have changed; everything else stays as the old card says.
  ///
  /// - Throws: `PreparationError` where the cache has no card or cannot be written.
  public func renewCard() throws(PreparationError) {
    let records = try onCache { () throws(CacheError) in try soundRecords() }
    _ = try renewCard(of: try SettledCache(of: self, records: records))
  }

  /// Writes the card again; of what the cache was made from it says what the old card says.
  func renewCard(of state: SettledCache) throws(PreparationError) -> Card {
    try onCache { () throws(CacheError) in
      guard let card = try card() else {
        throw CacheError(
          kind: .unfinished, operation: "renew the card", subject: path, detail: "there is none",
          hint: "run lathe prepare again")
      }
      return try writeCard(
        of: state, name: card.name, manifest: card.manifest, recipe: card.recipe,
        profile: card.profile, licence: card.licence, citations: card.citations)
    }
  }

  private func writeCard(
    of state: SettledCache, name: String, manifest: ManifestReference, recipe: String,
    profile: String, licence: String?, citations: [String]
  ) throws(CacheError) -> Card {
    let decoded = try? Recipe.decode(Array(recipe.utf8), keepingUnknownKinds: true)
    let audits = Dictionary(
      state.audits.map { ($0.split, $0) }, uniquingKeysWith: { first, _ in first })
    let card = Card(
      name: name, manifest: manifest, recipe: recipe, fingerprints: try fingerprints(),
      profile: profile, tracks: state.census.tracks, labels: state.census.labels,
      slices: state.census.views.mapValues(\.slices),
      splits: audits.mapValues { audit in
        Dictionary(
          audit.sides.map { ($0.name, $0.tracks) }, uniquingKeysWith: { first, _ in first })
      },
      defaultSplit: try defaultSplit(), audits: audits.mapValues(\.summary),
      faults: decoded.map { state.records.effects(of: $0) },
      dropped: state.records.dropped, bytes: state.census.bytes,
      quarantine: state.records.quarantined, licence: licence, citations: citations,
      versions: ["lathe": latheVersion])
    try writeCard(card)
    return card
  }
}
