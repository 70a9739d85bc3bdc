internal import Corpus
internal import DatasetCache

/// Takes the values of files of the same content over to new ids, before anything is computed.
extension PreparationRun {
  /// Compares files with what the cache holds, and does what needs no computing.
  ///
  /// - Returns: the tasks that are left, each with what is known of it.
  func takeOver(
    _ plan: PreparationPlan, of contents: CacheContents, _ writer: inout PreparationWriter
  ) throws(PreparationError) -> [PreparationPlan.Task] {
    let matches = ContentMatching(
      plan, roots: roots, recipe: recipe, fingerprints: fingerprints,
      records: contents.records.tracks
    ).matches(threads: threads, cancellation: cancellation)
    if cancellation.isCancelled { return [] }
    var left: [PreparationPlan.Task] = []
    var moves: [(task: PreparationPlan.Task, from: TrackRecord, ContentMatching.FileContent)] = []
    for (index, task) in plan.tasks.enumerated() {
      switch matches[index] {
      case .same(let md5)?: left.append(task.confirmed(md5: md5))
      case .known(let record, let content)?: moves.append((task, record, content))
      case .other?, nil: left.append(task.isInDoubt ? task.whole(Set(fingerprints.keys)) : task)
      }
    }
    let groups = TakeoverOrder.groups(
      destinations: moves.map { Array($0.task.track.id.utf8) },
      sources: moves.map { Array($0.from.id.utf8) })
    for group in groups {
      var ready: [(PreparedTrack, PreparationPlan.Task?)] = []
      for (task, record, content) in group.map({ moves[$0] }) {
        guard let stamp = task.stamp,
          let track = try takenOver(task.track, stamp, record, content, plan.takesMD5)
        else {
          left.append(task.whole(Set(fingerprints.keys)))
          continue
        }
        ready.append((track, rest(of: task, track)))
      }
      for (track, rest) in ready {
        try writer.takeOver(track, isWhole: rest == nil)
        if let rest { left.append(rest) }
      }
    }
    return left
  }

  /// A track with the record and values of another one of the same content; nil where these cannot be read.
  private func takenOver(
    _ track: Track, _ stamp: SourceStamp, _ other: TrackRecord,
    _ content: ContentMatching.FileContent, _ takesMD5: Bool
  ) throws(PreparationError) -> PreparedTrack? {
    var values: [PreparedTrack.Value] = []
    for view in recipe.allViews {
      // A program is told the track's id, and may go by it.
      guard view.kind.command.isEmpty, let fingerprint = fingerprints[view.name],
        other.views[view.name] == fingerprint
      else { continue }
      do throws(CacheError) {
        let value = try cache.preparedValue(
          of: view.name, fingerprint: fingerprint, track: other.id, facts: view.facts(in: recipe))
        guard let value else { return nil }
        values.append(value)
      } catch {
        guard error.isOfDamage else { throw .cache(error) }
        return nil
      }
    }
    var record = other
    record.id = track.id
    record.xxh3 = content.xxh3
    record.md5 = track.md5 != nil || takesMD5 ? content.md5 : nil
    _ = record.take(track)
    record.views = Dictionary(
      values.map { ($0.view, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
    return PreparedTrack(record: record, stamp: stamp, values: values)
  }

  /// What is still to be computed of a track whose other values were taken over; nil where that is nothing.
  private func rest(
    of task: PreparationPlan.Task, _ track: PreparedTrack
  ) -> PreparationPlan.Task? {
    let missing = Set(fingerprints.keys).subtracting(track.record.views.keys)
    if missing.isEmpty { return nil }
    return PreparationPlan.Task(
      track: task.track, cause: task.cause, views: missing, kept: track.record.views,
      stamp: track.stamp,
      record: track.record)
  }
}

extension PreparationPlan.Task {
  /// The task where the file holds what was read of it before.
  func confirmed(md5: String?) -> Self {
    var task = self
    task.isInDoubt = false
    task.isConfirmed = true
    if let md5 {
      task.record?.md5 = md5
      task.isRewritten = true
    }
    return task
  }
}
