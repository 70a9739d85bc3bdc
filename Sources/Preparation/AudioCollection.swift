public import AudioIO
public import Corpus
public import DatasetCache
internal import Foundation

/// The tracks that a folder holds, as a manifest has them.
public struct AudioCollection: Sendable {
  /// The tracks to prepare.
  public let manifest: Manifest
  /// The tracks that fault policies drop before anything is decoded.
  public let dropped: [DroppedRecord]
  /// Files and folders that cannot become tracks, as they go to quarantine.
  public let rejected: [QuarantineRecord]
  /// Tracks that the manifest names and the folder lacks.
  public let absent: [Track]
  /// Audio files that the manifest does not name; they are left alone.
  public let unlisted: [String]
  /// Files of the folder that are not audio by their names; they are passed over.
  public let others: [String]

  /// A collection of parts; nothing is dropped yet.
  init(
    manifest: Manifest, dropped: [DroppedRecord] = [], rejected: [QuarantineRecord],
    absent: [Track] = [], unlisted: [String] = [], others: [String] = []
  ) {
    self.manifest = manifest
    self.dropped = dropped
    self.rejected = rejected
    self.absent = absent
    self.unlisted = unlisted
    self.others = others
  }

  /// The collection with what the cache knows of its tracks and this run has no manifest for: recording
  /// group, artist, title and faults. A run that forgets its manifest must not make a grouped split
  /// leak.
  func keepingFacts(_ facts: [Track]) -> AudioCollection {
    let known = Dictionary(facts.map { (Array($0.path.utf8), $0) }) { first, _ in first }
    let tracks = manifest.tracks.map { track -> Track in
      guard let fact = known[Array(track.path.utf8)], fact.id.utf8.elementsEqual(track.id.utf8)
      else { return track }
      var track = track
      track.group = track.group ?? fact.group
      track.artist = track.artist ?? fact.artist
      track.title = track.title ?? fact.title
      track.licence = track.licence ?? fact.licence
      if track.faults.isEmpty { track.faults = fact.faults }
      return track
    }
    // What a fault refers to may not be in this folder; without a manifest nobody has to declare
    // it.
    let ids = Set(tracks.map(\.id))
    let sound = tracks.map { track in
      var track = track
      // A file that lies under its right label by now has no fault any more.
      track.faults = track.faults.filter { $0.label == nil || $0.label != track.label }
      track.faults = track.faults.map { fault in
        guard let original = fault.of, !ids.contains(original) else { return fault }
        return Fault(
          fault.kind, source: fault.source, detail: fault.detail, label: fault.label,
          otherFields: fault.otherFields)
      }
      return track
    }
    let labels = Set(manifest.labels).union(tracks.flatMap { $0.faults.compactMap(\.label) })
    guard
      let manifest = try? Manifest(
        name: manifest.name, version: manifest.version, licence: manifest.licence,
        citations: manifest.citations, labels: Array(labels), tracks: sound,
        splits: manifest.splits, otherFields: manifest.otherFields)
    else { return self }
    return AudioCollection(
      manifest: manifest, dropped: dropped, rejected: rejected, absent: absent, unlisted: unlisted,
      others: others)
  }

  /// The collection as fault policies would have it.
  func applying(_ policies: FaultPolicies) throws(ManifestError) -> AudioCollection {
    AudioCollection(
      manifest: try manifest.applying(policies), dropped: dropped, rejected: rejected,
      absent: absent, unlisted: unlisted, others: others
    ).dropping(policies)
  }

  /// The collection without the tracks that fault policies drop.
  func dropping(_ policies: FaultPolicies) -> AudioCollection {
    let (manifest, dropped) = manifest.dropping(policies)
    let records = dropped.compactMap { track, fault in
      FaultSubject(fault.kind).map {
        DroppedRecord(track: track, reason: .fault($0), message: Self.message(of: fault))
      }
    }
    return AudioCollection(
      manifest: manifest, dropped: self.dropped + records, rejected: rejected, absent: absent,
      unlisted: unlisted, others: others)
  }

  /// The collection without the tracks that somebody excludes by their ids.
  func excluding(_ ids: [String]) -> AudioCollection {
    let (manifest, excluded) = manifest.excluding(ids)
    let records = excluded.map {
      DroppedRecord(track: $0, reason: .excluded, message: "excluded by hand")
    }
    return AudioCollection(
      manifest: manifest, dropped: dropped + records, rejected: rejected, absent: absent,
      unlisted: unlisted, others: others)
  }

  /// What of the collection belongs to each of so many shards. Files that are no tracks belong to one by
  /// their paths.
  func divided(into count: Int) -> [AudioCollection] {
    if count == 1 { return [self] }
    func divide<Element>(_ elements: [Element], by id: (Element) -> String) -> [[Element]] {
      var parts = [[Element]](repeating: [], count: count)
      for element in elements { parts[Shard.index(of: id(element), count: count)].append(element) }
      return parts
    }
    let tracks = divide(manifest.tracks, by: \.id)
    let (dropped, rejected) = (divide(dropped, by: \.track.id), divide(rejected, by: \.id))
    let (absent, unlisted) = (divide(absent, by: \.id), divide(unlisted, by: \.self))
    let others = divide(others, by: \.self)
    return (0..<count).map { index in
      AudioCollection(
        manifest: Manifest(part: tracks[index], named: manifest.name), dropped: dropped[index],
        rejected: rejected[index], absent: absent[index], unlisted: unlisted[index],
        others: others[index])
    }
  }

  /// The ids of all tracks that the collection could have.
  var ids: [String] {
    manifest.tracks.map(\.id) + dropped.map(\.track.id) + absent.map(\.id)
  }

  private static func message(of fault: Fault) -> String {
    var message = fault.kind.rawValue
    if let original = fault.of { message += " of \(original)" }
    if let detail = fault.detail { message += ": \(detail)" }
    return message + " (\(fault.source))"
  }

  /// The collection with what people have corrected in it.
  func corrected(by overlay: CollectionOverlay) throws(ManifestError) -> AudioCollection {
    if overlay.isEmpty { return self }
    return AudioCollection(
      manifest: try manifest.corrected(by: overlay), dropped: dropped, rejected: rejected,
      absent: absent, unlisted: unlisted, others: others)
  }

  /// Lists `folder`, lays `manifest` and what people have corrected over what is there, and leaves
  /// out what is excluded and what the fault policies of a recipe drop.
  ///
  /// - Throws: `PreparationError` where the folder cannot be listed or holds no track.
  static func read(
    roots: AudioRoots, manifest: Manifest?, recipe: Recipe, exclusions: [String],
    overlay: CollectionOverlay
  ) throws(PreparationError) -> AudioCollection {
    let known = try onManifest { () throws(ManifestError) in
      try manifest?.corrected(by: overlay).applying(recipe.faults)
    }
    var collection: AudioCollection
    do {
      collection = try read(roots: roots, manifest: known, name: roots.name)
    } catch {
      throw .audio(error)
    }
    if known == nil {
      collection = try onManifest { () throws(ManifestError) in
        try collection.corrected(by: overlay)
      }
    }
    collection = collection.excluding(exclusions + overlay.exclusions).dropping(recipe.faults)
    guard !collection.manifest.tracks.isEmpty || !collection.dropped.isEmpty else {
      throw .nothingToPrepare(
        folder: roots.description, unusable: collection.rejected, absent: collection.absent.count)
    }
    return collection
  }

  /// Lists `folder` and lays `manifest` over what is there; without one the folders are the labels.
  ///
  /// - Throws: `AudioError` where the folder cannot be listed.
  public static func read(
    roots: AudioRoots, manifest: Manifest?, name: String
  ) throws(AudioError) -> AudioCollection {
    let listing = try roots.list()
    let problems = listing.problems.map { problem in
      QuarantineRecord(
        id: problem.path, path: problem.path, label: "", code: problem.error.code,
        message: problem.error.detail, hint: problem.error.hint)
    }
    if let manifest {
      let (found, absent, unlisted) = manifest.overlay(on: listing.audio)
      return AudioCollection(
        manifest: found, rejected: problems, absent: absent, unlisted: unlisted,
        others: listing.others)
    }
    let (found, rejected) = Manifest.folders(name: name, paths: listing.audio)
    let refused = rejected.map {
      QuarantineRecord(
        id: $0.path, path: $0.path, label: "", code: $0.code, message: $0.detail, hint: $0.hint)
    }
    return AudioCollection(manifest: found, rejected: problems + refused, others: listing.others)
  }
}
