internal import Corpus
public import DatasetCache
internal import SignalKit

/// The version of Lathe.
public let latheVersion = "0.1.0"

extension Cache {
  /// Writes the card: what the cache holds now, made from `recipe` and `manifest`.
  func writeCard(recipe: Recipe, manifest: Manifest) throws(PreparationError) {
    try onCache { () throws(CacheError) in
      let json = try canonicalJSON(recipe)
      try writeCard(
        name: manifest.name, manifest: try ManifestReference(manifest),
        recipe: String(decoding: json, as: UTF8.self), profile: recipe.profile.rawValue,
        licence: manifest.licence, citations: manifest.citations)
    }
  }

  /// Writes the card again after the splits have changed; everything else stays as the old card says.
  ///
  /// - Throws: `PreparationError` where the cache has no card or cannot be written.
  public func renewCard() throws(PreparationError) {
    try onCache { () throws(CacheError) in
      guard let card = try card() else {
        throw CacheError(
          kind: .unfinished, operation: "renew the card", subject: path, detail: "there is none",
          hint: "run lathe prepare again")
      }
      try writeCard(
        name: card.name, manifest: card.manifest, recipe: card.recipe, profile: card.profile,
        licence: card.licence, citations: card.citations)
    }
  }

  private func writeCard(
    name: String, manifest: ManifestReference, recipe: String, profile: String, licence: String?,
    citations: [String]
  ) throws(CacheError) {
    var effects: [FaultSubject: FaultEffect]?
    if let recipe = try? Recipe.decode(Array(recipe.utf8)) { effects = try faultEffects(recipe) }
    let census = try summary()
    var splits: [String: [String: Int]] = [:]
    var audits: [String: SplitAudit.Summary] = [:]
    do {
      for audit in try self.audits() {
        splits[audit.split] = Dictionary(
          audit.sides.map { ($0.name, $0.tracks) }, uniquingKeysWith: { first, _ in first })
        audits[audit.split] = audit.summary
      }
    } catch {
      if case .cache(let reason) = error { throw reason }
      throw CacheError(
        kind: .invalidRecord, operation: "audit", subject: path, detail: "\(error)")
    }
    try writeCard(
      Card(
        name: name, manifest: manifest, recipe: recipe, fingerprints: try fingerprints(),
        profile: profile, tracks: census.tracks, labels: census.labels,
        slices: census.views.mapValues(\.slices), splits: splits, audits: audits,
        faults: effects, dropped: try dropped(), bytes: census.bytes,
        quarantine: try quarantined(), licence: licence, citations: citations,
        versions: ["lathe": latheVersion]))
  }
}
