internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Safetensors
internal import SignalKit
internal import Synchronization

/// The threads that decode and compute. Each takes the next track, whichever it is, and hands its
/// outcome to the one writer through a queue of a few places, so that memory stays bounded.
///
/// Where programs compute views there are twice as many, and two share a program: one decodes the
/// next track while the program works on the other's, so that it is never without work.
final class PreparationWorkers: Sendable {
  /// What became of a track.
  enum Outcome: Sendable {
    case prepared(PreparedTrack, overflows: [View: Int] = [:], seconds: Double)
    /// The file holds what was read of it before; its record and stamp, where they are to be stored
    /// again.
    case confirmed(PreparedTrack?)
    case quarantined(QuarantineRecord, SourceStamp?, seconds: Double)
    case dropped(DroppedRecord, SourceStamp?, seconds: Double)
    /// A worker could not begin.
    case failed(SignalError)
    /// A worker is through.
    case ended
  }

  let outcomes: BoundedQueue<Outcome>
  /// How many there are.
  let count: Int
  private let tasks: [PreparationPlan.Task]
  private let takesMD5: Bool
  private let roots: AudioRoots
  private let recipe: Recipe
  private let fingerprints: [View: Fingerprint]
  private let cancellation: Cancellation
  /// The views that programs compute.
  private let programs: Set<View>
  private let streaks = ProgramStreaks<Outcome>()
  private let next = Atomic(0)
  private let stopped = Atomic(false)
  private let running: Atomic<Int>

  init(
    tasks: [PreparationPlan.Task], takesMD5: Bool, roots: AudioRoots, recipe: Recipe,
    fingerprints: [View: Fingerprint],
    threads: Int, cancellation: Cancellation
  ) {
    self.tasks = tasks
    self.takesMD5 = takesMD5
    self.roots = roots
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.cancellation = cancellation
    programs = Set(recipe.views.filter { !$0.kind.command.isEmpty }.map(\.name))
    let programs = programs
    let startsPrograms = tasks.contains { !$0.views.isDisjoint(with: programs) }
    count = Self.count(threads: threads, startsPrograms: startsPrograms)
    running = Atomic(count)
    outcomes = BoundedQueue(capacity: Self.queueCapacity(threads: threads))
    let runs = (0..<threads).map { _ in ViewRun(cancellation) }
    for number in 0..<count {
      let thread = Thread { self.work(runs[number % threads]) }
      thread.name = "lathe-worker-\(number)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// How many workers there are for so many threads.
  static func count(threads: Int, startsPrograms: Bool) -> Int {
    startsPrograms ? 2 * threads : threads
  }

  /// How many finished tracks may wait for the writer.
  static func queueCapacity(threads: Int) -> Int { 2 * threads }

  /// Ends every worker after its track; none waits for a place in the queue any more.
  func stop() {
    stopped.store(true, ordering: .relaxed)
    outcomes.removeBound()
  }

  private func work(_ run: ViewRun) {
    defer {
      if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0, !isStopped {
        for outcome in streaks.rest() { outcomes.push(outcome) }
      }
      outcomes.push(.ended)
    }
    do {
      var worker = try TrackWorker(
        recipe: recipe, fingerprints: fingerprints, run: run)
      while !isStopped {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < tasks.count else { return }
        for outcome in outcomes(of: tasks[index], by: &worker) { outcomes.push(outcome) }
      }
    } catch {
      outcomes.push(.failed(error))
    }
  }

  private var isStopped: Bool { cancellation.isCancelled || stopped.load(ordering: .relaxed) }

  /// What became of a track, and what is known by now of earlier ones.
  private func outcomes(
    of task: PreparationPlan.Task, by worker: inout TrackWorker
  ) -> [Outcome] {
    var fault: TrackFault?
    let outcome = outcome(of: task, by: &worker, &fault)
    guard let (view, error) = fault?.program else {
      guard case .prepared(let track, _, _) = outcome else { return [outcome] }
      return streaks.succeeded(programs.intersection(track.values.map(\.view))) + [outcome]
    }
    // Nothing is known of the track: it stays as it was.
    if error.code == SignalError.interrupted { return [] }
    switch streaks.failed(
      view, outcome, atOnce: error.code == SignalError.programNotStarted)
    {
    case .wait: return []
    case .handOn(let outcomes): return outcomes
    case .end:
      stopped.store(true, ordering: .relaxed)
      return [.failed(error)]
    }
  }

  private func outcome(
    of task: PreparationPlan.Task, by worker: inout TrackWorker, _ fault: inout TrackFault?
  ) -> Outcome {
    let track = task.track
    if let record = task.record, let stamp = task.stamp, !task.needsAudio {
      let stored = PreparedTrack(record: record, stamp: stamp, values: [])
      if task.isConfirmed { return .confirmed(task.isRewritten ? stored : nil) }
      return .prepared(stored, seconds: 0)
    }
    let audio: DecodedTrack
    do {
      audio = try roots.decode(
        track.path, recipe.decoding,
        takesMD5: track.md5 != nil || takesMD5)
    } catch {
      // Only here is it known where the limit stands.
      let hint =
        if case .tooLong = error.kind { "cut it, or raise maximumSeconds in the recipe" } else {
          error.hint
        }
      let fault = TrackFault(
        subject: error.subjectOfPolicy, code: error.code, message: error.detail, hint: hint)
      return unused(task, fault, seconds: 0)
    }
    let seconds = Double(audio.samples.count) / Double(audio.sampleRate)
    do {
      let (figures, values) = try worker.values(
        of: audio, id: track.id, views: task.views)
      let computed = values.map { ($0.view, $0.fingerprint) }
      let record = TrackRecord(
        track: track, audio: audio, views: task.kept.merging(computed) { $1 }, figures: figures)
      let stamp = task.stamp ?? SourceStamp(byteCount: audio.byteCount, modifiedNanoseconds: 0)
      switch worker.judgement {
      case .use: break
      case .drop(let subject):
        return .dropped(record.dropped(subject, track, recipe), stamp, seconds: seconds)
      case .quarantine(let subject):
        return .quarantined(record.quarantined(subject, track, recipe), stamp, seconds: seconds)
      }
      return .prepared(
        PreparedTrack(record: record, stamp: stamp, values: values),
        overflows: worker.overflows, seconds: values.isEmpty ? 0 : seconds)
    } catch {
      fault = error
      return unused(task, error, seconds: seconds)
    }
  }

  /// What becomes of a track that cannot be used: quarantine, or dropped where a policy says so.
  private func unused(
    _ task: PreparationPlan.Task, _ fault: TrackFault, seconds: Double
  ) -> Outcome {
    let track = task.track
    if let subject = fault.subject, recipe.faults[subject] == .drop {
      return .dropped(
        DroppedRecord(
          track: track, reason: .fault(subject), message: fault.message, figures: fault.figures),
        task.stamp, seconds: seconds)
    }
    return .quarantined(
      QuarantineRecord(
        id: track.id, path: track.path, label: track.label, code: fault.code,
        message: fault.message, hint: fault.hint, figures: fault.figures, facts: track.facts),
      task.stamp, seconds: seconds)
  }
}

extension AudioError {
  /// The fault whose policy decides on the file; nil where it is not the file's fault.
  fileprivate var subjectOfPolicy: FaultSubject? {
    switch kind {
    case .tooLong: .tooLong
    case .library, .changed, .unwritable: nil
    default: .unreadable
    }
  }
}

extension TrackRecord {
  fileprivate init(
    track: Track, audio: DecodedTrack, views: [View: Fingerprint], figures: TrackFigures
  ) {
    let storage: Tensor.DataType =
      switch audio.samples {
      case .int16: .int16
      case .float32: .float32
      }
    self.init(
      id: track.id, label: track.label, tags: track.tags, path: track.path, md5: audio.md5,
      xxh3: audio.xxh3,
      group: track.group, artist: track.artist, title: track.title, licence: track.licence,
      faults: track.faults.isEmpty ? nil : track.faults, frames: audio.samples.count,
      sampleRate: audio.sampleRate,
      source: Source(
        container: audio.source.container, encoding: audio.source.encoding,
        sampleRate: audio.source.sampleRate, channels: audio.source.channels,
        frames: audio.source.frames),
      storage: storage, views: views, figures: figures)
  }
}
