import Wording

internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// Why a decoded track cannot be used.
struct TrackFault: Error {
  /// What a policy calls it; nil for a fault that always leads to quarantine.
  let subject: FaultSubject?
  let code: String
  let message: String
  let hint: String
  var figures: TrackFigures?
  /// The view whose program is at fault, and why; nil for other faults.
  var program: (view: View, error: SignalError)?
}

/// Turns decoded tracks into the values of views. One value serves one thread and keeps its buffers
/// and plans from track to track.
struct TrackWorker: ~Copyable {
  private let recipe: Recipe
  private let jobs: [Job]
  private var shared = SharedSpectra()
  private var meter: LevelMeter
  /// What becomes of the last track, by its figures.
  private(set) var judgement = Judgement.use
  /// The numbers of the last track that its views' precisions could not hold.
  private(set) var overflows: [View: Int] = [:]
  private var floats: [Float] = []

  /// A view, and what computes it.
  private struct Job {
    let view: RecipeView
    let fingerprint: Fingerprint?
    let facts: ViewFacts
    let computer: any ViewComputer
  }

  /// - Parameters:
  ///   - recipe: names the views; the acoustic fingerprints are always among them.
  ///   - fingerprints: under which the values are stored; of another view nothing is computed.
  ///   - run: what it is part of.
  /// - Throws: `SignalError` where a view cannot be computed.
  init(
    recipe: Recipe, fingerprints: [View: Fingerprint], run: ViewRun = ViewRun()
  ) throws(SignalError) {
    var jobs: [Job] = []
    for view in recipe.allViews {
      let computer = try view.kind.makeComputer(view.context(of: recipe))
      shared.add(view, computer)
      computer.join(run)
      jobs.append(
        Job(
          view: view, fingerprint: fingerprints[view.name], facts: view.facts(in: recipe),
          computer: computer))
    }
    let meter = try LevelMeter(sampleRate: recipe.sampleRate)
    self.recipe = recipe
    self.jobs = jobs
    self.meter = meter
  }

  /// Bytes that it keeps from track to track, but for the samples of the last: the computers' tables
  /// and buffers, and those of the meter.
  var byteCount: Int { jobs.reduce(meter.byteCount) { $0 + $1.computer.byteCount } }

  /// The figures of a track and the values of `views`; no values where ``judgement`` then says that
  /// it isn't used.
  ///
  /// - Throws: ``TrackFault`` where the track is too short for a slice of a view of the recipe,
  ///   whether that view is computed now or not: a track is either all there or not there.
  mutating func values(
    of audio: DecodedTrack, id: String = "", views: Set<View>
  ) throws(TrackFault) -> (figures: TrackFigures, values: [PreparedTrack.Value]) {
    let frames = audio.samples.count
    audio.samples.copyFloats(0..<frames, into: &floats)
    let figures: TrackFigures
    let samples = floats
    do {
      figures = TrackFigures(try meter.levels(of: samples.span), of: audio)
    } catch {
      throw Self.fault(error)
    }
    // In the order of the names: the reason is stored, and must be the same in every run.
    for job in jobs where job.view.slices.count(frames: frames) == 0 {
      throw TrackFault(
        subject: .tooShort, code: FaultSubject.tooShort.rawValue,
        message:
          "has \(Words.counted(frames, "sample")) at \(recipe.sampleRate) Hz, and one slice of "
          + "\(job.view.name.rawValue) takes \(job.view.slices.required)",
        hint: "leave the track out, or shorten the slices in the recipe", figures: figures)
    }
    let verdicts = figures.verdicts(
      recipe.verdicts, isResampled: audio.source.sampleRate != recipe.sampleRate,
      channels: audio.source.channels)
    judgement = Judgement(verdicts, recipe.faults)
    if judgement != .use { return (figures, []) }
    var track = ChannelAudio(audio, floats: samples, id: id)
    var values: [PreparedTrack.Value] = []
    overflows = [:]
    shared.begin()
    for job in jobs where views.contains(job.view.name) {
      guard let fingerprint = job.fingerprint else { continue }
      values.append(try value(of: &track, job, fingerprint, figures, views))
    }
    return (figures, values)
  }

  private mutating func value(
    of track: inout ChannelAudio, _ job: Job, _ fingerprint: Fingerprint, _ figures: TrackFigures,
    _ wanted: Set<View>
  ) throws(TrackFault) -> PreparedTrack.Value {
    let (rule, frames) = (job.view.slices, track.frames)
    let slices = rule.slices(frames: frames)
    let tensors: [Tensor]
    do throws(SignalError) {
      tensors = try computed(of: &track, job, slices, wanted)
    } catch {
      var fault = Self.fault(error)
      if !job.view.kind.command.isEmpty { fault.program = (job.view.name, error) }
      throw fault
    }
    for tensor in tensors {
      if let indices = tensor.firstNotFinite { throw Self.notFinite(job.view, indices, figures) }
    }
    let stored = job.view.precision.stored(tensors)
    if stored.beyond > 0 { overflows[job.view.name] = stored.beyond }
    return PreparedTrack.Value(
      view: job.view.name, fingerprint: fingerprint, tensors: stored.tensors,
      slices: SliceIndex(
        count: slices.count, length: rule.length ?? frames, hop: rule.hop, frames: frames),
      facts: job.facts)
  }

  private mutating func computed(
    of track: inout ChannelAudio, _ job: Job, _ slices: Slices, _ wanted: Set<View>
  ) throws(SignalError) -> [Tensor] {
    let channels = job.view.channels
    guard job.view.stacksChannels else {
      return try computed(of: track[channels], channels, job, slices, wanted)
    }
    var values: [[Tensor]] = []
    for channel in channels.single {
      values.append(try computed(of: track[channel], channel, job, slices, wanted))
    }
    var stacked: [Tensor] = []
    for (left, right) in zip(values[0], values[1]) {
      stacked.append(try Tensor.stacked(left, right))
    }
    return stacked
  }

  private mutating func computed(
    of track: TrackAudio, _ channels: ViewChannels, _ job: Job, _ slices: Slices,
    _ wanted: Set<View>
  ) throws(SignalError) -> [Tensor] {
    let value = shared.value(
      of: job.view.name, channels, wanted: wanted, track: track, slices: slices)
    if let value { return value }
    return try job.computer.value(of: track, slices: slices)
  }

  /// Why a track is not used whose values are no finite numbers: nothing can be learnt from it, and
  /// a trainer that meets one refuses the whole side.
  private static func notFinite(
    _ view: RecipeView, _ indices: [Int], _ figures: TrackFigures
  ) -> TrackFault {
    let row = view.kind.form == .signal ? "sample" : "slice"
    var detail = "\(row) \(indices.first ?? 0) of its \(view.name.rawValue)"
    let columns = view.kind.columns
    if let column = indices.last, columns.indices.contains(column) {
      detail = "\(columns[column]) in \(detail)"
    }
    return TrackFault(
      subject: nil, code: "not-finite", message: "gives no finite number as \(detail)",
      hint: "listen to it: its samples are far beyond full scale or damaged; make it again",
      figures: figures.isFinite ? figures : nil)
  }

  private static func fault(_ error: SignalError) -> TrackFault {
    // Both are one sentence, save of a view.
    let colon = error.subject.hasPrefix("view ") ? ":" : ""
    return TrackFault(
      subject: nil, code: error.code, message: "\(error.subject)\(colon) \(error.detail)",
      hint: error.hint)
  }
}
