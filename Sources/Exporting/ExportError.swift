import Wording
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
    case .readerGone(let path): "export: the reader of \(path) has gone away; nothing is left to do"
    }
  }
}
