internal import AudioIO
import Wording
internal import Corpus
internal import DatasetCache

/// Compares a collection and a recipe with what a cache holds, track by track.
struct PlanMaking {
  private let recipe: Recipe
  private let fingerprints: [View: Fingerprint]
  private let roots: AudioRoots
  private let contents: CacheContents
  private let checksContent: Bool
  // Ids and paths are compared by their bytes, as the cache does: to Swift an é is the same
  // whether it is one character or two.
  private let known: [[UInt8]: TrackRecord]
  private let quarantined: Set<[UInt8]>
  private let droppedBefore: [[UInt8]: DroppedRecord]
  private let damaged: Set<[UInt8]>

  private var tasks: [PreparationPlan.Task] = []
  private var unused = PreparedBatch()
  private var counts = PlanReasons()
  private var losses = PlanLosses()
  private var changes = ListingChanges()
  /// See ``PreparationPlan/lostSizes``.
  private var lostSizes: Set<Int64> = []
  private var notes: [TrackChange] = []
  private var missing = 0

  /// The plan for a collection.
  ///
  /// - Parameters:
  ///   - listed: the files as they were when the collection was listed for all shards, by the bytes of the
  ///     tracks' ids.
  ///   - checksContent: whether every file is compared with what was read of it, also those
  ///     whose size and time are the same.
  static func plan(
    for collection: AudioCollection, listed: [[UInt8]: SourceStamp], roots: AudioRoots,
    recipe: Recipe,
    fingerprints: [View: Fingerprint],
    contents: CacheContents, checksContent: Bool
  ) -> PreparationPlan {
    var making = PlanMaking(
      recipe: recipe, fingerprints: fingerprints, roots: roots, contents: contents,
      checksContent: checksContent)
    let removed = making.removed(from: collection)
    for record in collection.dropped { making.drop(record) }
    for track in collection.manifest.tracks {
      let stamp = roots.sourceStamp(of: track.path)
      making.changes.note(track, stamp, listed: listed[Array(track.id.utf8)])
      making.add(track, stamp)
    }
    return making.plan(for: collection, removed: removed)
  }

  private init(
    recipe: Recipe, fingerprints: [View: Fingerprint], roots: AudioRoots, contents: CacheContents,
    checksContent: Bool
  ) {
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.roots = roots
    self.contents = contents
    self.checksContent = checksContent
    let records = contents.records
    known = Dictionary(
      records.tracks.map { (Array($0.id.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    quarantined = Set(records.quarantined.map { Array($0.path.utf8) })
    droppedBefore = Dictionary(
      records.dropped.map { (Array($0.track.path.utf8), $0) },
      uniquingKeysWith: { first, _ in first })
    damaged = Set(records.damagedTracks.map { Array($0.utf8) })
  }

  /// Tracks of the cache that the collection no longer has.
  ///
  /// A track whose file is still there under another id (its name now occurs in a second folder)
  /// goes too, but does not make the collection another one. What lies in a folder that cannot be
  /// read now (a volume that is not mounted) stays: nothing says that it is gone.
  private mutating func removed(from collection: AudioCollection) -> [TrackRecord] {
    let tracks = collection.manifest.tracks
    let ids = Set((tracks + collection.dropped.map(\.track)).map { Array($0.id.utf8) })
    let paths = Set(tracks.map { Array($0.path.utf8) })
    let unlisted = Set(collection.unlisted.map { Array($0.utf8) })
    let closed = collection.rejected.filter { $0.code == "unreadable" }.map { "\($0.path)/" }
    let removed = contents.records.tracks.filter { record in
      !ids.contains(Array(record.id.utf8)) && !closed.contains(where: record.path.hasPrefix)
    }
    missing = removed.count { !paths.contains(Array($0.path.utf8)) }
    for record in removed {
      if let size = contents.stamp(of: record.path)?.byteCount { lostSizes.insert(size) }
    }
    losses.strangers = removed.count {
      let path = Array($0.path.utf8)
      return paths.contains(path) || unlisted.contains(path)
    }
    return removed
  }

  /// A track that is left out by what is known of it.
  private mutating func drop(_ record: DroppedRecord) {
    unused.dropped.append(.init(record))
    if droppedBefore[Array(record.track.path.utf8)]?.reason != record.reason {
      counts.drop(record.reason)
      note(record.track, .dropped, record.message)
    }
    // A user who excludes a track by its name knows that its values go.
    if let subject = record.reason.subject, known[Array(record.track.id.utf8)] != nil {
      losses.drop(subject)
    }
  }

  private mutating func add(_ track: Track, _ stamp: SourceStamp?) {
    guard let record = known[Array(track.id.utf8)] else { return addUnknown(track, stamp) }
    let before = contents.stamp(of: record.path)
    let isSamePath = record.path.utf8.elementsEqual(track.path.utf8)
    let isSame = isSamePath && stamp != nil && stamp == before
    guard let stamp, isSame || stamp.byteCount == before?.byteCount else {
      counts.changed += 1
      if let before { lostSizes.insert(before.byteCount) }
      return addWhole(track, stamp, .changed(before))
    }
    if Double(record.source.frames) > recipe.maximumSeconds * Double(record.source.sampleRate) {
      counts.tooLong += 1
      return addWhole(track, stamp, .tooLong)
    }
    if record.mayBePartial {
      counts.partial += 1
      return addWhole(track, stamp, .partial)
    }
    var renewed = record
    let changes = renewed.take(track)
    let judgement = Judgement(record.verdicts(recipe), recipe.faults)
    guard isSame || judgement == .use else {
      // What it was judged by may not be what it is.
      counts.touched += 1
      return addWhole(track, stamp, .touched)
    }
    switch judgement {
    case .use: break
    case .drop(let subject):
      unused.dropped.append(.init(renewed.dropped(subject, track, recipe), stamp: stamp))
      counts.drop(.fault(subject))
      note(track, .dropped, "\(subject.rawValue) is drop")
      return losses.drop(subject)
    case .quarantine(let subject):
      unused.quarantined.append(.init(renewed.quarantined(subject, track, recipe), stamp: stamp))
      counts.quarantine(subject)
      note(track, .quarantined, "\(subject.rawValue) is quarantine")
      return losses.drop(subject)
    }
    let missing = fingerprints.filter { record.views[$0.key] != $0.value }.map(\.key)
    // A manifest that came later has an MD5 to compare with.
    let isInDoubt = !isSame || checksContent || (track.md5 != nil && record.md5 == nil)
    let isRewritten = !changes.isEmpty || !isSame
    guard !missing.isEmpty || isRewritten || isInDoubt || record.figures == nil else { return }
    counts.rewrite(changes)
    if record.figures == nil { counts.unmeasured += 1 }
    if !isSame { counts.touched += 1 } else if isInDoubt { counts.checked += 1 }
    if isInDoubt { lostSizes.insert(stamp.byteCount) }
    for view in missing { counts.stale[view, default: 0] += 1 }
    var task = PreparationPlan.Task(
      track: track, cause: !isSame ? .touched : isInDoubt ? .checked : .views,
      views: Set(missing),
      kept: record.views.filter { fingerprints[$0.key] == $0.value }, stamp: stamp, record: renewed)
    task.isInDoubt = isInDoubt
    task.isRewritten = isRewritten
    tasks.append(task)
  }

  /// A track that the cache has no record of.
  private mutating func addUnknown(_ track: Track, _ stamp: SourceStamp?) {
    let path = Array(track.path.utf8)
    let cause: PreparationPlan.Cause
    if damaged.contains(Array(track.id.utf8)) {
      counts.damaged.append(track.id)
      cause = .damaged
    } else if let earlier = droppedBefore[path] {
      if stamp != nil, stamp == contents.stamp(of: track.path),
        let still = earlier.again(track, recipe)
      {
        return unused.dropped.append(.init(still, stamp: stamp))
      }
      counts.dropped += 1
      cause = .restored
    } else if quarantined.contains(path) {
      counts.again += 1
      cause = .again
    } else {
      counts.new += 1
      cause = .new
    }
    addWhole(track, stamp, cause)
  }

  private mutating func addWhole(
    _ track: Track, _ stamp: SourceStamp?, _ cause: PreparationPlan.Cause
  ) {
    tasks.append(
      PreparationPlan.Task(
        track: track, cause: cause, views: Set(fingerprints.keys), kept: [:], stamp: stamp))
  }

  private mutating func note(_ track: Track, _ kind: TrackChange.Kind, _ reason: String) {
    notes.append(TrackChange(id: track.id, path: track.path, kinds: [kind], reason: reason))
  }

  private mutating func plan(
    for collection: AudioCollection, removed: [TrackRecord]
  ) -> PreparationPlan {
    let causes = self.causes()
    let named = Set(tasks.map { Array($0.track.id.utf8) })
    counts.unreadable = contents.records.damaged.filter { !named.contains(Array($0.key.utf8)) }
      .map(\.key)
    for (view, old) in contents.description?.fingerprints ?? [:] where fingerprints[view] != old {
      let count = contents.records.tracks.count { $0.views[view] == old }
      losses.views[view] = (count, causes[view] ?? ["not in the recipe"])
    }
    if !lostSizes.isEmpty {
      for index in tasks.indices where tasks[index].record == nil {
        tasks[index].isSought = tasks[index].stamp.map { lostSizes.contains($0.byteCount) } ?? false
      }
    }
    let tracks = collection.manifest.tracks.count
    let idle = tasks.count + unused.quarantined.count + unused.dropped.count
    var plan = PreparationPlan(
      tasks: tasks, unused: unused, removed: removed.map(\.id),
      overview: PreparationPlan.Overview(
        tracks: tracks, pending: tasks.count,
        unchanged: tracks + collection.dropped.count - idle, dropped: unused.dropped.count,
        removed: removed.count, reasons: [], losses: [], warnings: changes.lines))
    plan.removedRecords = removed
    plan.missing = missing
    plan.tracksBefore = contents.records.tracks.count
    plan.lostSizes = lostSizes
    plan.findings = PlanFindings(reasons: counts, losses: losses, causes: causes, notes: notes)
    plan.overview.take(plan.findings)
    plan.takesMD5 = contents.records.tracks.contains { $0.xxh3 == nil }
    return plan
  }

  /// Why each view of the cache differs from the recipe's.
  private func causes() -> [View: [String]] {
    let kinds = recipe.views.reduce(ViewRegistry.builtIn) { $0.adding(type(of: $1.kind)) }
    guard let old = try? contents.description?.recipe(kinds: kinds).ingredients() else {
      return [:]
    }
    return recipe.ingredients().reduce(into: [:]) { causes, entry in
      let (view, parts) = entry
      guard let before = old[view] else {
        causes[view] = ["not in the cache before"]
        return
      }
      let differences = differences(from: before, to: parts)
      causes[view] = differences.isEmpty ? changedContents(of: view) : differences
    }
  }

  /// What else a view depends on, where its parameters are the same and its fingerprint is another:
  /// what that was before, a cache doesn't keep.
  private func changedContents(of view: View) -> [String]? {
    guard contents.description?.fingerprints[view] != fingerprints[view] else { return nil }
    let names = (recipe.views[view]?.kind.contents ?? [:]).keys.sorted()
    return names.isEmpty ? nil : ["\(names.joined(separator: " or ")) changed"]
  }
}

/// Files that are not as they were when the collection was listed for all shards.
private struct ListingChanges {
  private var changed: [String] = []
  private var gone: [String] = []

  mutating func note(_ track: Track, _ stamp: SourceStamp?, listed: SourceStamp?) {
    guard let listed, stamp != listed else { return }
    if stamp == nil { gone.append(track.path) } else { changed.append(track.path) }
  }

  /// A line for each kind.
  var lines: [String] {
    let since = "since the collection was listed for all shards"
    var lines: [String] = []
    if !changed.isEmpty {
      let verb = changed.count == 1 ? "has changed" : "have changed"
      lines.append(
        "\(counted(changed.count, "file", "files")) \(verb) \(since), and what is there now is taken: "
          + Words.list(changed, atMost: 5))
    }
    if !gone.isEmpty {
      let verb = gone.count == 1 ? "is gone" : "are gone"
      lines.append(
        "\(counted(gone.count, "file", "files")) \(verb) \(since): "
          + Words.list(gone, atMost: 5)
          + "; without them: remove plan.json and prepare all shards again")
    }
    return lines
  }
}

extension TrackRecord {
  /// Whether it is of a version that stopped within some files: at a guess at the length of mp3,
  /// and at the end of the first stream of a chained Ogg. Those versions took no XXH3.
  var mayBePartial: Bool {
    xxh3 == nil && ["MPEG", "OGG"].contains(source.container)
  }
}

extension DroppedRecord {
  /// The record of a track that was judged by its figures and still is dropped for them, as it is
  /// known now; nil where it has to be looked at.
  fileprivate func again(_ track: Track, _ recipe: Recipe) -> DroppedRecord? {
    guard let figures, let source else { return nil }
    let verdicts = figures.verdicts(
      recipe.verdicts, isResampled: source.sampleRate != recipe.sampleRate,
      channels: source.channels)
    guard case .drop(let subject) = Judgement(verdicts, recipe.faults) else { return nil }
    return DroppedRecord(
      track: track, reason: .fault(subject),
      message: figures.message(of: subject, recipe, source: source), figures: figures,
      source: source)
  }
}
