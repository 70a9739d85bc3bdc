package import Corpus
package import DatasetCache
import Glibc
import Synchronization

/// A cache that is open for loading. All handles and loaders of one folder share it, since a
/// process may have a store open only once.
package final class OpenCache: Sendable {
  package let cache: Cache
  /// By axis and the samples' identity.
  let statistics = Mutex<[String: SampleStatistics]>([:])

  private init(_ cache: Cache) { self.cache = cache }

  /// The open caches of a process, by the folder's device and inode.
  package final class Shelf: Sendable {
    package init() {}

    private struct Folder: Hashable {
      let device: dev_t
      let inode: ino_t
    }

    /// Where the open cache of one folder is. It is locked while that is opened, which may take
    /// long, so that those who want the same one wait for it and nobody else does.
    private final class Slot: Sendable {
      private struct Content {
        weak var cache: OpenCache?
      }

      private let content = Mutex(Content())

      func open(_ path: String) throws(InterfaceError) -> OpenCache {
        try content.withLock { content throws(InterfaceError) in
          if let known = content.cache { return known }
          let opened = OpenCache(try Shelf.open(path))
          content.cache = opened
          return opened
        }
      }
    }

    /// A slot stays when its cache is closed: two slots for one folder would open it twice.
    private let slots = Mutex<[Folder: Slot]>([:])

    /// How long the end of a cache that another thread lets go at this moment is waited for.
    private static let patience = 1_000

    /// Opens the cache at a path, or shares the one that is open.
    /// - Throws: `.notFound`, `.damaged`, `.system`.
    package func open(_ path: String) throws(InterfaceError) -> OpenCache {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return OpenCache(try Self.open(path)) }
      let folder = Folder(device: status.st_dev, inode: status.st_ino)
      let slot = slots.withLock { slots in
        let slot = slots[folder] ?? Slot()
        slots[folder] = slot
        return slot
      }
      return try slot.open(path)
    }

    private static func open(_ path: String) throws(InterfaceError) -> Cache {
      var attempts = 0
      while true {
        do throws(CacheError) {
          return try Cache.open(at: path, for: .loading)
        } catch {
          attempts += 1
          guard error.kind == .locked, attempts < patience else { throw InterfaceError(error) }
          usleep(1_000)
        }
      }
    }
  }

  /// The view of a name.
  /// - Throws: `.notFound` for what is no view's name; `.damaged`, `.system`.
  package func view(named name: String) throws(InterfaceError) -> View {
    if let view = View(rawValue: name) { return view }
    let names: String
    do throws(CacheError) {
      names = try cache.sampleViews().map(\.rawValue).joined(separator: ", ")
    } catch {
      throw InterfaceError(error)
    }
    throw InterfaceError(.notFound, "view: \(cache.path) has no '\(name)'; it has \(names)")
  }

  /// The recipe that the cache was prepared with.
  package static func recipe(_ about: CacheDescription) throws(CacheError) -> JSONValue {
    do throws(JSONFieldError) {
      return try JSONValue(json: about.recipeJSON, named: "recipe")
    } catch {
      throw damagedRecipe(error)
    }
  }

  static func damagedRecipe(_ error: JSONFieldError) -> CacheError {
    CacheError(
      kind: .damaged, operation: "read", subject: "recipe", detail: "\(error)",
      hint: "prepare the cache again")
  }

  /// What the cache holds.
  /// - Throws: `.damaged`, `.system`.
  package func description() throws(InterfaceError) -> JSONValue {
    do throws(CacheError) {
      let about = try cache.description()
      var views: [String: JSONValue] = [:]
      var labels: [String] = []
      var isTagged = false
      let facts = try cache.viewFacts().filter { $0.value.hasSamples }
      for (view, fingerprint) in try cache.fingerprints() {
        guard let facts = facts[view] else { continue }
        let samples: CacheSamples
        do throws(CacheError) {
          samples = try cache.samples(view: view)
        } catch  where error.kind == .noSamples {
          continue
        }
        labels = samples.labels
        isTagged = samples.isTagged
        var fields: [String: JSONValue] = [
          "fingerprint": .string(fingerprint.hex), "samples": .integer(Int64(samples.count)),
          "shape": .array(samples.shape.map { .integer(Int64($0)) }),
          "tracks": .integer(Int64(samples.trackCount)),
          "kind": .string(facts.kind), "form": .string(facts.form.rawValue),
          "unit": .string(facts.unit), "axes": .array(facts.axes.map(Self.json)),
        ]
        if let columns = about?.columns[view] {
          fields["columns"] = .array(columns.map(JSONValue.string))
        }
        views[view.rawValue] = .object(fields)
      }
      return .object([
        "path": .string(cache.path), "name": .string(about?.manifest.name ?? ""),
        "tracks": .integer(Int64(try cache.trackCount())),
        "labels": .array(labels.map(JSONValue.string)), "tagged": .bool(isTagged),
        "views": .object(views),
        "splits": .object(try splits()),
        "default_split": try cache.defaultSplit().map(JSONValue.string) ?? .null,
        "recipe": try about.map(Self.recipe) ?? .null,
      ])
    } catch {
      throw InterfaceError(error)
    }
  }

  /// What runs along an axis, and where its numbers stand, as the cache keeps it.
  package static func json(_ axis: SampleAxis) -> JSONValue {
    var fields: [String: JSONValue] = ["name": .string(axis.name), "unit": .string(axis.unit)]
    switch axis.positions {
    case .even(let start, let step):
      fields["start"] = .number(start)
      fields["step"] = .number(step)
    case .listed(let positions): fields["positions"] = .array(positions.map(JSONValue.number))
    }
    return .object(fields)
  }

  /// What a split is.
  /// - Throws: `.notFound`, `.damaged`, `.system`.
  package func description(ofSplit name: String) throws(InterfaceError) -> JSONValue {
    do {
      guard let split = try cache.split(named: name) else {
        throw InterfaceError(.notFound, "there is no split '\(name)'")
      }
      let fingerprint = try Fingerprint(hashing: CanonicalJSON.encode(split))
      return .object([
        "policy": .string(split.plan.policy.rawValue),
        "sides": .array(split.sides.map(JSONValue.string)),
        "fingerprint": .string(fingerprint.hex),
        "plan": try Texts.parse(
          String(decoding: CanonicalJSON.encode(split.plan), as: UTF8.self), "plan"),
      ])
    } catch let error as InterfaceError {
      throw error
    } catch let error as CacheError {
      throw InterfaceError(error)
    } catch {
      throw InterfaceError(.damaged, "split '\(name)': \(error)")
    }
  }

  /// The sides of every split, each with its number of tracks.
  private func splits() throws(CacheError) -> [String: JSONValue] {
    let counted = try cache.card()?.splits ?? [:]
    var splits: [String: JSONValue] = [:]
    for name in try cache.splitNames() {
      var sides = counted[name]
      if sides == nil, let split = try cache.split(named: name) {
        // The card is written last: a preparation that was ended before has none of this split.
        sides = Dictionary(uniqueKeysWithValues: split.sides.map { ($0, split.ids(of: $0).count) })
      }
      splits[name] = .object((sides ?? [:]).mapValues { .integer(Int64($0)) })
    }
    return splits
  }
}
