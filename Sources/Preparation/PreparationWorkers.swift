internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Foundation
internal import SignalKit
internal import Synchronization

/// The threads that decode and compute. Each takes the next track, whichever it is, and hands its
/// outcome to the one writer through a queue of a few places, so that memory stays bounded.
final class PreparationWorkers: Sendable {
  /// What became of a track.
  enum Outcome: Sendable {
    case prepared(PreparedTrack, seconds: Double)
    case quarantined(QuarantineRecord, SourceStamp?, seconds: Double)
    /// A worker could not begin.
    case failed(SignalError)
    /// A worker is through.
    case ended
  }

  let outcomes: BoundedQueue<Outcome>
  private let plan: PreparationPlan
  private let folder: String
  private let recipe: Recipe
  private let fingerprints: [View: Fingerprint]
  private let cancellation: Cancellation
  private let next = Atomic(0)
  private let stopped = Atomic(false)

  init(
    plan: PreparationPlan, folder: String, recipe: Recipe, fingerprints: [View: Fingerprint],
    threads: Int, cancellation: Cancellation
  ) {
    self.plan = plan
    self.folder = folder
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.cancellation = cancellation
    outcomes = BoundedQueue(capacity: 2 * threads)
    for number in 0..<threads {
      let thread = Thread { self.work() }
      thread.name = "lathe-worker-\(number)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Ends every worker after its track; none waits for a place in the queue any more.
  func stop() {
    stopped.store(true, ordering: .relaxed)
    outcomes.removeBound()
  }

  private func work() {
    defer { outcomes.push(.ended) }
    do {
      var worker = try TrackWorker(recipe: recipe, fingerprints: fingerprints)
      while !cancellation.isCancelled, !stopped.load(ordering: .relaxed) {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < plan.tasks.count else { return }
        outcomes.push(outcome(of: plan.tasks[index], by: &worker))
      }
    } catch {
      outcomes.push(.failed(error))
    }
  }

  private func outcome(
    of task: PreparationPlan.Task, by worker: inout TrackWorker
  ) -> Outcome {
    let track = task.track
    func quarantine(_ code: String, _ message: String, _ hint: String, seconds: Double) -> Outcome {
      .quarantined(
        QuarantineRecord(
          id: track.id, path: track.path, label: track.label, code: code, message: message,
          hint: hint),
        task.stamp, seconds: seconds)
    }
    let audio: DecodedTrack
    do {
      audio = try AudioFile.decode(
        at: "\(folder)/\(track.path)",
        Decoding(sampleRate: recipe.sampleRate, maximumSeconds: recipe.maximumSeconds))
    } catch {
      // Only here is it known where the limit stands.
      let hint =
        if case .tooLong = error.kind { "cut it, or raise maximumSeconds in the recipe" } else {
          error.hint
        }
      return quarantine(error.code, error.detail, hint, seconds: 0)
    }
    let seconds = Double(audio.samples.count) / Double(audio.sampleRate)
    do {
      let values = try worker.values(of: audio, views: task.views)
      let computed = values.map { ($0.view, $0.fingerprint) }
      let record = TrackRecord(
        track: track, audio: audio, views: task.kept.merging(computed) { $1 })
      let stamp = task.stamp ?? SourceStamp(byteCount: audio.byteCount, modifiedNanoseconds: 0)
      return .prepared(
        PreparedTrack(record: record, stamp: stamp, values: values),
        seconds: values.isEmpty ? 0 : seconds)
    } catch {
      return quarantine(error.code, error.message, error.hint, seconds: seconds)
    }
  }
}

extension TrackRecord {
  fileprivate init(track: Track, audio: DecodedTrack, views: [View: Fingerprint]) {
    let storage: Tensor.DataType =
      switch audio.samples {
      case .int16: .int16
      case .float32: .float32
      }
    self.init(
      id: track.id, label: track.label, path: track.path, md5: audio.md5, group: track.group,
      artist: track.artist, title: track.title, frames: audio.samples.count,
      sampleRate: audio.sampleRate,
      source: Source(
        container: audio.source.container, encoding: audio.source.encoding,
        sampleRate: audio.source.sampleRate, channels: audio.source.channels,
        frames: audio.source.frames),
      storage: storage, views: views)
  }
}
