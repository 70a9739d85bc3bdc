import Wording
public import AudioIO
public import Corpus
public import DatasetCache
public import SignalKit

/// Why a preparation could not be done at all; what one track does wrong goes to quarantine instead.
public enum PreparationError: Error, Sendable, CustomStringConvertible {
  /// The audio folder cannot be listed.
  case audio(AudioError)
  /// The cache cannot be opened, read or written.
  case cache(CacheError)
  /// The recipe cannot be used.
  case recipe(RecipeError)
  /// A transform refuses the recipe's parameters.
  case signal(SignalError)
  /// The manifest lacks what a fault policy needs.
  case manifest(ManifestError)
  /// A split cannot be made.
  case split(SplitError)
  /// The recipe would start a program, and nobody has allowed that.
  case program(view: View, command: String)
  /// The folder holds no track: nothing there has the name of an audio file, or nothing was named.
  case nothingToPrepare(folder: String, unusable: [QuarantineRecord], absent: Int)
  /// Tracks are to be left out that the collection doesn't have.
  case unknownTracks(ids: [String], near: [String])
  /// The disk cannot hold what would be computed.
  case noSpace(PreparationForecast, cache: String)
  /// Most of what the cache holds is not in the collection: most likely the wrong folder or cache.
  case anotherCollection(cache: String, folder: String, missing: Int, tracks: Int)

  /// One line that says what to do.
  public var description: String { Words.shown(line) }

  private var line: String {
    switch self {
    case .audio(let error): "\(error)"
    case .cache(let error): "\(error)"
    case .recipe(let error): "\(error)"
    case .signal(let error): "\(error)"
    case .manifest(let error): "\(error)"
    case .split(let error): "\(error)"
    case .program(let view, let command):
      "prepare: view \(view.rawValue) would start this program: \(command); if you trust whoever wrote the "
        + "recipe, allow it with --allow-exec"
    case .nothingToPrepare(let folder, let unusable, let absent):
      "prepare: \(folder) holds "
        + (absent > 0
          ? "none of the manifest's \(Words.tracks(absent))" : "no track to prepare")
        + (unusable.first.map { first in
          ", and \(counted(unusable.count, "entry", "entries")) of no use: "
            + "\(first.path) \(first.message)"
        } ?? "") + "; give the folder that holds one folder of audio files a label"
    case .unknownTracks(let ids, let near):
      "prepare: no track of the collection has the id \(ids.first ?? "")"
        + (ids.count > 1 ? " (nor \(counted(ids.count - 1, "other id", "other ids")))" : "")
        + (near.isEmpty ? "" : "; near: \(near.joined(separator: ", "))")
        + "; lathe inspect CACHE and the file names without extension give the ids"
    case .noSpace(let forecast, let cache):
      "prepare: the values of \(counted(forecast.tracks)) take about \(Words.bytes(forecast.bytes)), and "
        + "there is room for \(Words.bytes(forecast.freeBytes)) where \(cache) lies; free some space, "
        + "give another --cache, or prepare fewer views"
    case .anotherCollection(let cache, let folder, let missing, let tracks):
      "prepare: \(missing) of the \(Words.counted(tracks, "track")) in \(cache) are not among those "
        + "of \(folder), which "
        + "looks like another collection; give another --cache, or remove this one first"
    }
  }
}

/// `1 track`, `2 tracks`.
func counted(_ count: Int, _ one: String = "track", _ many: String = "tracks") -> String {
  Words.counted(count, one, many)
}

/// Runs `body`, its cache errors as preparation errors.
func onCache<R>(_ body: () throws(CacheError) -> R) throws(PreparationError) -> R {
  do { return try body() } catch { throw .cache(error) }
}

/// Runs `body`, its manifest errors as preparation errors.
func onManifest<R>(_ body: () throws(ManifestError) -> R) throws(PreparationError) -> R {
  do { return try body() } catch { throw .manifest(error) }
}
