internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Synchronization

/// Compares files, by their bytes, with what a cache holds: those whose size or time is another than it was, and new
/// ones of a size that a file had which is gone or has changed.
///
/// So a file that was renamed, moved to another folder or put in another's place is known again, and its values are
/// taken over to its new id.
struct ContentMatching {
  /// What a file turned out to be.
  enum Match: Sendable {
    /// What was read of it before; with its MD5 where a manifest has one by now that was not taken then.
    case same(md5: String?)
    /// What was read of the file of another track.
    case known(TrackRecord, FileContent)
    /// Something else, or it cannot be read.
    case other
  }

  /// The checksums of a file.
  struct FileContent: Sendable {
    let xxh3: String
    var md5: String?
  }

  private let plan: PreparationPlan
  private let roots: AudioRoots
  private let recipe: Recipe
  private let records: [TrackRecord]
  /// The record of each content that has most of what is wanted.
  private let byXXH3: [String: Int]
  /// The same of records of earlier versions, which have no XXH3.
  private let byMD5: [String: Int]

  /// - Parameter records: all that the cache has.
  init(
    _ plan: PreparationPlan, roots: AudioRoots, recipe: Recipe, fingerprints: [View: Fingerprint],
    records: [TrackRecord]
  ) {
    self.plan = plan
    self.roots = roots
    self.recipe = recipe
    self.records = records
    let wanted = { (index: Int) in
      fingerprints.count { records[index].views[$0.key] == $0.value }
    }
    var (byXXH3, byMD5): ([String: Int], [String: Int]) = ([:], [:])
    if plan.tasks.contains(where: \.isCompared) {
      func better(_ first: Int, _ second: Int) -> Int {
        wanted(second) > wanted(first) ? second : first
      }
      for (index, record) in records.enumerated() {
        if let xxh3 = record.xxh3 {
          byXXH3[xxh3] = byXXH3[xxh3].map { better($0, index) } ?? index
        } else if let md5 = record.md5 {
          byMD5[md5] = byMD5[md5].map { better($0, index) } ?? index
        }
      }
    }
    self.byXXH3 = byXXH3
    self.byMD5 = byMD5
  }

  /// What the files of the plan's tasks are, by the positions of the tasks; those that are not compared left out.
  func matches(threads: Int, cancellation: Cancellation = Cancellation()) -> [Int: Match] {
    let compared = plan.tasks.indices.filter { plan.tasks[$0].isCompared }
    let found = Mutex<[Int: Match]>([:])
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(max(1, threads), compared.count)) { _ in
      while !cancellation.isCancelled {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < compared.count else { return }
        let match = match(of: plan.tasks[compared[number]])
        found.withLock { $0[compared[number]] = match }
      }
    }
    return found.withLock { $0 }
  }

  private func match(of task: PreparationPlan.Task) -> Match {
    let path = task.track.path
    // A file that cannot be read is decoded after all: that tells why it cannot.
    guard let xxh3 = try? roots.xxh3(path) else { return .other }
    var content = FileContent(xxh3: xxh3)
    let isOld = task.record.map { $0.xxh3 == nil } ?? false
    if isOld || !byMD5.isEmpty || task.track.md5 != nil || plan.takesMD5 {
      content.md5 = try? roots.md5(path)
    }
    if task.isInDoubt, let record = task.record {
      let isSame =
        record.xxh3.map { $0 == xxh3 } ?? (record.md5 != nil && record.md5 == content.md5)
      if isSame {
        let isMissing = task.track.md5 != nil && record.md5 == nil
        return .same(md5: isMissing ? content.md5 : nil)
      }
    }
    guard let index = byXXH3[xxh3] ?? content.md5.flatMap({ byMD5[$0] }),
      !records[index].id.utf8.elementsEqual(task.track.id.utf8),
      canTakeOver(records[index], to: task.track)
    else { return .other }
    return .known(records[index], content)
  }

  /// Whether the values of a track are those that a file of the same bytes would give.
  private func canTakeOver(_ record: TrackRecord, to track: Track) -> Bool {
    // The extension has a say in what a file is taken for.
    AudioExtensions.of(record.path) == AudioExtensions.of(track.path)
      && record.figures != nil && !record.mayBePartial
      && Double(record.source.frames) <= recipe.maximumSeconds * Double(record.source.sampleRate)
      && Judgement(record.verdicts(recipe), recipe.faults) == .use
  }
}
