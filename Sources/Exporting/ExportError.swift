import Wording
public import Corpus
public import DatasetCache

/// Why a cache could not be exported.
public enum ExportError: Error, Sendable, CustomStringConvertible {
  /// The cache cannot be read.
  case cache(CacheError)
  /// The cache does not hold the view.
  case missingView(View, cache: String)
  /// No track of the cache has the view yet.
  case empty(View, cache: String)
  /// The view is not a table.
  case notATable(View, tables: [View])
  /// A value does not have the shape its columns ask for.
  case wrongShape(track: String, detail: String)
  /// The output cannot be written.
  case unwritable(path: String, reason: String)
  /// Something has the output's name already.
  case exists(path: String, mayBeReplaced: Bool)
  /// Another process writes the output at this moment.
  case busy(path: String)
  /// A sample cannot be read.
  case sample(SampleError)
  /// What is to be exported does not fit the form.
  case unfit(String, hint: String)
  /// It was stopped before its end; nothing is left of it.
  case interrupted
  /// Whoever read the output has gone away, as `head` does: no failure for most purposes.
  case readerGone(path: String)

  /// One line that says what to do.
  public var description: String { Words.shown(line) }

  private var line: String {
    switch self {
    case .cache(let error): "\(error)"
    case .missingView(let view, let cache):
      "export: \(cache) holds no \(view.rawValue); prepare it with a recipe that names the view"
    case .empty(let view, let cache):
      "export: no track in \(cache) has \(view.rawValue) yet; wait for its preparation, or run it again"
    case .notATable(let view, let tables):
      "export: \(view.rawValue) is no table; "
        + (tables.isEmpty
          ? "prepare a view that is one, such as features"
          : "choose \(tables.map(\.rawValue).joined(separator: " or "))")
    case .wrongShape(let track, let detail):
      "export: track \(track): \(detail); run lathe repair CACHE AUDIO_DIR"
    case .unwritable(let path, let reason):
      "export: cannot write \(path): \(reason); check the folder and its free space"
    case .exists(let path, let mayBeReplaced):
      mayBeReplaced
        ? "export: \(path) is there already; write elsewhere, or replace it (--overwrite)"
        : "export: \(path) is there already and no export of lathe; write elsewhere, or remove it"
    case .busy(let path):
      "export: another process is writing \(path); wait for it, or write elsewhere"
    case .sample(let error): "export: \(error)"
    case .unfit(let detail, let hint): "export: \(detail); \(hint)"
    case .interrupted: "export: stopped; nothing was written"
    case .readerGone(let path): "export: the reader of \(path) has gone away; nothing is left to do"
    }
  }
}
