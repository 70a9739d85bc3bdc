import Wording
internal import Corpus
internal import DatasetCache
internal import Foundation
public import Training

extension DividedSamples {
  /// The samples that a run was trained on.
  /// - Parameters:
  ///   - directory: where the run is recorded.
  ///   - path: where its cache or table lies now; nil for where it was.
  /// - Throws: ``RunError`` `.run` where its split is not there, `.data` for a table that cannot be
  ///   read, and `CacheError`.
  public static func of(
    _ record: RunRecord, in directory: String, at path: String? = nil
  ) throws -> DividedSamples {
    let view = try record.knownView()
    switch record.source.kind {
    case .cache:
      let cachePath = path ?? record.source.path
      let cache = try Cache.open(at: cachePath, for: .loading)
      guard try cache.splitNames().contains(record.split.name) else {
        throw RunError(
          kind: .run, subject: cachePath,
          detail: "it has no split '\(record.split.name)', which the run was trained on",
          hint: "give the cache that the run was trained on, or make the split again")
      }
      return try .cache(cache, view: view, split: record.split.name)
    case .csv:
      let file = "\(directory)/\(RunDirectory.File.split)"
      guard let data = FileManager.default.contents(atPath: file),
        let json = try? JSONValue(json: data, named: file),
        let split = try? JSONForm<Split>.decodable("a split").read(json, at: "")
      else {
        throw RunError(
          kind: .run, subject: file, detail: "the split of the run is not there, or damaged",
          hint: "train again with the same seed: it gives the same")
      }
      return try .table(path ?? record.source.path, columns: record.source.columns, split: split)
    }
  }
}

extension RunRecord {
  /// The view that was trained on.
  /// - Throws: ``RunError`` `.run` for one that this version does not know.
  func knownView() throws(RunError) -> View {
    if let view = View(rawValue: view) { return view }
    throw RunError(
      kind: .run, subject: "run", detail: "its view '\(view)' is not known",
      hint: "read it with the version of lathe that wrote it")
  }

  /// Refuses samples that are not those that the run was trained on.
  /// - Parameter path: where they lie.
  func check(_ training: any SampleSource, at path: String) throws(RunError) {
    guard training.labels == labels else {
      throw RunError(
        kind: .run, subject: path,
        detail: "its labels are \(Words.list(training.labels)), and the run's "
          + "\(Words.list(labels))",
        hint: "give the cache that the run was trained on, or train again")
    }
    guard training.isTagged == isTagged else {
      throw RunError(
        kind: .run, subject: path,
        detail: isTagged
          ? "its tracks have one label each, and the run's several"
          : "its tracks have several labels, and the run's one each",
        hint: "give the cache that the run was trained on, or train again")
    }
    guard training.identity == source.identity, training.shape == sampleShape else {
      throw RunError(
        kind: .run, subject: path,
        detail: "its samples are not those that the run was trained on",
        hint: "give the cache as it was then, or train again")
    }
  }
}
