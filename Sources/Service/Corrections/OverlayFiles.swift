import Corpus
import Files
import Synchronization

/// What people correct on the page: a file beside each cache, `CACHE.overlay.json`, which
/// `lathe prepare --overlay` reads.
final class OverlayFiles: Sendable {
  private let root: String
  /// One change at a time, so that none is lost.
  private let turn = Mutex(())

  init(root: String) { self.root = root }

  /// A correction as somebody sends it.
  /// - Throws: ``Problem`` 422.
  static func correction(_ body: [UInt8]) throws(Problem) -> Correction {
    do throws(JSONFieldError) { return try Correction.decode(body) } catch {
      throw .unreadable(error)
    }
  }

  /// The path under the root of a cache's corrections.
  func name(of cache: String) -> String {
    cache == "." ? "overlay.json" : "\(cache).overlay.json"
  }

  /// The corrections of a cache; none where there is no file yet.
  /// - Throws: `FileError`, `JSONFieldError` for a file that is no overlay.
  func overlay(of cache: String) throws -> CollectionOverlay {
    let path = "\(root)/\(name(of: cache))"
    guard let bytes = try Files.read(path, limit: CollectionOverlay.maximumBytes) else {
      return CollectionOverlay()
    }
    return try CollectionOverlay.decode(bytes)
  }

  /// Changes the corrections of a cache; all of the change is on the disk when this returns, or
  /// none.
  func change<Output: Sendable>(
    of cache: String, _ body: (inout CollectionOverlay) throws -> Output
  ) throws -> Output {
    try turn.withLock { _ in
      var overlay = try overlay(of: cache)
      let output = try body(&overlay)
      try Files.replace("\(root)/\(name(of: cache))", with: overlay.canonicalJSON())
      return output
    }
  }
}
