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
  /// A split cannot be made.
  case split(SplitError)
  /// The folder holds no track: nothing there has the name of an audio file, or nothing was named.
  case nothingToPrepare(folder: String, unusable: Int, absent: Int)
  /// Most of what the cache holds is not in the collection: most likely the wrong folder or cache.
  case anotherCollection(cache: String, folder: String, missing: Int, tracks: Int)

  /// One line that says what to do.
  public var description: String {
    switch self {
    case .audio(let error): "\(error)"
    case .cache(let error): "\(error)"
    case .recipe(let error): "\(error)"
    case .signal(let error): "\(error)"
    case .split(let error): "\(error)"
    case .nothingToPrepare(let folder, let unusable, let absent):
      "prepare: \(folder) holds no track to prepare"
        + (unusable > 0 ? ", \(unusable) unusable entries" : "")
        + (absent > 0 ? ", none of the \(absent) tracks of the manifest" : "")
        + "; give the folder that holds one folder of audio files a label"
    case .anotherCollection(let cache, let folder, let missing, let tracks):
      "prepare: \(missing) of the \(tracks) tracks in \(cache) are not in \(folder), which looks like "
        + "another collection; give another --cache, or remove this one first"
    }
  }
}

/// Runs `body`, its cache errors as preparation errors.
func onCache<R>(_ body: () throws(CacheError) -> R) throws(PreparationError) -> R {
  do { return try body() } catch { throw .cache(error) }
}
