public import AudioIO
internal import Corpus
public import DatasetCache
internal import Dispatch
internal import Foundation
internal import SignalKit
internal import Synchronization

/// Compares what a cache holds with what its audio gives now: decodes tracks and computes their values again.
public struct AudioComparison: Sendable {
  /// The folder of audio.
  public var roots: AudioRoots
  /// How many tracks, taken from all parts of the cache; nil for all.
  public var tracks: Int?
  /// Worker threads, 1 or more.
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  /// A comparison with a folder of audio.
  public init(_ roots: AudioRoots, tracks: Int? = nil) {
    self.roots = roots
    self.tracks = tracks
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// Tracks whose values were computed again.
    public var compared = 0
    /// Views that are computed by programs, which were not started.
    public var passedOver: [View] = []
    /// Views of kinds that this program does not have.
    public var unknown: [View] = []
    /// What differs: values, and tracks whose file is gone or another one.
    public var problems: [CacheProblem] = []
  }

  /// Does it. Nothing is changed.
  ///
  /// - Throws: ``PreparationError`` where the cache cannot be read, or its recipe not be computed.
  public func run(_ cache: Cache) throws(PreparationError) -> Outcome {
    guard let choices = try cache.choices() else { return Outcome() }
    let recipe = choices.recipe
    let programs = Set(recipe.views.filter { !$0.kind.command.isEmpty }.map(\.name))
    let unknown = Set(recipe.views.filter { $0.kind is UnknownKind }.map(\.name))
    let known = recipe.leavingOut(unknown)
    let fingerprints = known.views.isEmpty ? [:] : try known.fingerprints()
    let records = try onCache { () throws(CacheError) in try cache.soundRecords().tracks }
    let count = min(tracks ?? records.count, records.count)
    let chosen = (0..<count).map { records[$0 * records.count / count] }
    let outcome = Mutex(Outcome(passedOver: programs.sorted(), unknown: unknown.sorted()))
    let failure = Mutex<PreparationError?>(nil)
    let next = Atomic(0)
    let plain = known.leavingOut(programs)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, chosen.count))) { _ in
      do throws(PreparationError) {
        var worker = try Self.worker(plain, fingerprints)
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < chosen.count else { return }
          let problems = try problems(of: chosen[index], in: cache, plain, fingerprints, &worker)
          outcome.withLock {
            $0.compared += 1
            $0.problems += problems
          }
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return outcome.withLock { outcome in
      outcome.problems.sort { ($0.key, $0.database) < ($1.key, $1.database) }
      return outcome
    }
  }

  private static func worker(
    _ recipe: Recipe, _ fingerprints: [View: Fingerprint]
  ) throws(PreparationError) -> TrackWorker {
    do throws(SignalError) {
      return try TrackWorker(recipe: recipe, fingerprints: fingerprints)
    } catch {
      throw .signal(error)
    }
  }

  /// What of a track is otherwise now.
  private func problems(
    of record: TrackRecord, in cache: Cache, _ recipe: Recipe, _ fingerprints: [View: Fingerprint],
    _ worker: inout TrackWorker
  ) throws(PreparationError) -> [CacheProblem] {
    func problem(_ detail: String) -> [CacheProblem] {
      [.ofTrack(record.id, detail)]
    }
    let audio: DecodedTrack
    do {
      audio = try roots.decode(
        record.path, recipe.decoding, takesMD5: record.xxh3 == nil)
    } catch {
      return problem("its file \(record.path) cannot be used now: \(error.detail)")
    }
    let isSame = record.xxh3.map { $0 == audio.xxh3 } ?? (record.md5 == audio.md5)
    guard isSame else { return problem("its file \(record.path) is another one now") }
    // Views that an interrupted run has not brought up to the recipe are not compared.
    let views = Set(record.views.filter { fingerprints[$0.key] == $0.value }.keys)
      .intersection(recipe.allViews.map(\.name))
    let values: [PreparedTrack.Value]
    do {
      values = try worker.values(of: audio, id: record.id, views: views).values
    } catch {
      return problem("its values cannot be computed now: \(error.message)")
    }
    return try onCache { () throws(CacheError) in
      var problems: [CacheProblem] = []
      for value in values {
        if let found = try cache.difference(of: value, track: record.id) { problems.append(found) }
      }
      return problems
    }
  }
}

extension Recipe {
  /// The recipe without some of its views.
  fileprivate func leavingOut(_ names: Set<View>) -> Recipe {
    var recipe = self
    recipe.views = RecipeViews(views.filter { !names.contains($0.name) })
    return recipe
  }
}
