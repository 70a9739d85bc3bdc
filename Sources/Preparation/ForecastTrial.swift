internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// What computing some tracks of a plan says of all of them.
struct ForecastTrial {
  /// Seconds that all take; nil where a program computes a view, since none is started for this.
  private(set) var seconds: Double?
  /// The most bytes of memory that are taken at once.
  private(set) var memoryBytes: Int?

  /// So many tracks are computed to see how long they take.
  private static let mostMeasured = 3

  /// - Parameters:
  ///   - tasks: what has to be computed.
  ///   - longest: the longest of those that were looked at; it takes the most memory.
  init(_ making: ForecastMaking, _ tasks: [PreparationPlan.Task], longest: PreparationPlan.Task?) {
    let recipe = making.recipe
    let programs = Set(recipe.views.filter { !$0.kind.command.isEmpty }.map(\.name))
    guard let fingerprints = try? recipe.fingerprints(),
      var worker = try? TrackWorker(recipe: recipe, fingerprints: fingerprints)
    else { return }
    let startsPrograms = tasks.contains { !$0.views.isDisjoint(with: programs) }
    let threads = max(1, min(making.threads, tasks.count))
    let clock = ContinuousClock()
    var held: [Held] = []
    let start = clock.now
    let measured = ForecastMaking.some(Self.mostMeasured, of: tasks)
    for task in measured {
      if let one = Self.compute(task, without: programs, making, &worker) { held.append(one) }
    }
    if !held.isEmpty, programs.isEmpty {
      let each = start.duration(to: clock.now) / .seconds(1) / Double(held.count)
      seconds = each * Double(tasks.count) / Double(threads)
    }
    if let longest, !measured.contains(where: { $0.track.id == longest.track.id }),
      let one = Self.compute(longest, without: programs, making, &worker)
    {
      held.append(one)
    }
    guard let audio = held.map(\.audio).max(), let values = held.map(\.values).max() else { return }
    let workers = PreparationWorkers.count(threads: threads, startsPrograms: startsPrograms)
    // A worker that waits for a place holds its finished track.
    let waiting = (workers + PreparationWorkers.queueCapacity(threads: threads)) * values
    // A batch lies in memory once more while it is written.
    let batch = 2 * min(PreparationRun.batchBytes + values, tasks.count * values)
    memoryBytes = workers * (worker.byteCount + audio) + waiting + batch
  }

  /// Bytes that a track holds.
  private struct Held {
    /// Its samples as they were decoded, and as floats.
    let audio: Int
    /// Its values as they are stored.
    let values: Int
  }

  private static func compute(
    _ task: PreparationPlan.Task, without programs: Set<View>, _ making: ForecastMaking,
    _ worker: inout TrackWorker
  ) -> Held? {
    let audio = try? making.roots.decode(
      task.track.path, making.recipe.decoding, takesMD5: task.track.md5 != nil)
    guard let audio,
      let computed = try? worker.values(
        of: audio, id: task.track.id, views: task.views.subtracting(programs))
    else { return nil }
    var values = computed.values.flatMap(\.tensors).reduce(0) { $0 + $1.byteCount }
    for view in making.recipe.views where task.views.intersection(programs).contains(view.name) {
      let numbers = view.numbers(ofTrack: audio.samples.count, in: making.recipe)
      values += Int(numbers) * MemoryLayout<Float>.size
    }
    let floats = audio.samples.count * MemoryLayout<Float>.size
    // Two channels more, of which views are given one or both as floats.
    let pair = audio.stereo.map { 2 * $0.left.byteCount + 2 * floats } ?? 0
    return Held(audio: audio.samples.byteCount + floats + pair, values: values)
  }
}
