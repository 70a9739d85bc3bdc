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
}

/// Turns decoded tracks into the values of views. One value serves one thread and keeps its buffers
/// and plans from track to track.
struct TrackWorker: ~Copyable {
  private let recipe: Recipe
  private let rules: [View: SliceRule]
  private let fingerprints: [View: Fingerprint]
  private var features: FeatureExtractor
  private var mel: MelSpectrogram?
  private var acoustic: AcousticFingerprinter
  private var meter: LevelMeter
  /// What becomes of the last track, by its figures.
  private(set) var judgement = Judgement.use
  private var floats: [Float] = []

  init(recipe: Recipe, fingerprints: [View: Fingerprint]) throws(SignalError) {
    let features = try FeatureExtractor(
      profile: recipe.profile, sampleRate: Double(recipe.sampleRate))
    let mel: MelSpectrogram? =
      if let view = recipe.views.mel {
        try MelSpectrogram(recipe.melParameters(view))
      } else {
        nil
      }
    let acoustic = try AcousticFingerprinter(sampleRate: Double(recipe.sampleRate))
    let meter = try LevelMeter(sampleRate: recipe.sampleRate)
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.features = features
    self.acoustic = acoustic
    self.mel = mel
    self.meter = meter
    rules = recipe.rules
  }

  /// The figures of a track and the values of `views`; no values where ``judgement`` then says that it
  /// isn't used.
  ///
  /// - Throws: ``TrackFault`` where the track is too short for a slice of a view of the recipe, whether
  ///   that view is computed now or not: a track is either all there or not there.
  mutating func values(
    of audio: DecodedTrack, views: Set<View>
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
    // In the order of the views: the reason is stored, and must be the same in every run.
    for view in View.allCases {
      guard let rule = rules[view], rule.count(frames: frames) == 0 else { continue }
      throw TrackFault(
        subject: .tooShort, code: FaultSubject.tooShort.rawValue,
        message:
          "has \(frames) samples at \(recipe.sampleRate) Hz, and one slice of \(view.rawValue) "
          + "takes \(rule.required)",
        hint: "leave the track out, or shorten the slices in the recipe", figures: figures)
    }
    let verdicts = figures.verdicts(
      recipe.verdicts, isResampled: audio.source.sampleRate != recipe.sampleRate,
      channels: audio.source.channels)
    judgement = Judgement(verdicts, recipe.faults)
    if judgement != .use { return (figures, []) }
    var values: [PreparedTrack.Value] = []
    for view in View.allCases where views.contains(view) {
      guard let rule = rules[view], let fingerprint = fingerprints[view] else { continue }
      let slices = rule.slices(frames: frames)
      let tensors = try tensors(view: view, slices: slices, samples: audio.samples)
      for tensor in tensors {
        if let place = tensor.firstNotFinite { throw Self.notFinite(view, place, figures) }
      }
      values.append(
        PreparedTrack.Value(
          view: view, fingerprint: fingerprint, tensors: tensors,
          slices: SliceIndex(
            count: slices.count, length: rule.length ?? frames, hop: rule.hop, frames: frames)))
    }
    return (figures, values)
  }

  /// Why a track is not used whose values are no finite numbers: nothing can be learnt from it, and a
  /// trainer that meets one refuses the whole side.
  private static func notFinite(
    _ view: View, _ place: [Int], _ figures: TrackFigures
  ) -> TrackFault {
    let row = view == .waveform ? "sample" : "slice"
    var detail = "\(row) \(place.first ?? 0) of its \(view.rawValue)"
    if [.features, .features30s].contains(view), let column = place.last {
      detail = "\(FeatureVector.names[column]) in \(detail)"
    }
    return TrackFault(
      subject: nil, code: "not-finite", message: "gives no finite number as \(detail)",
      hint: "listen to it: its samples are far beyond full scale or damaged; make it again",
      figures: figures.isFinite ? figures : nil)
  }

  private mutating func tensors(
    view: View, slices: Slices, samples: Samples
  ) throws(TrackFault) -> [Tensor] {
    switch view {
    case .features, .features30s: [try featureTensor(slices)]
    case .mel: [try melTensor(slices)]
    case .waveform: [waveformTensor(samples)]
    case .acoustic: acousticTensors()
    }
  }

  private mutating func acousticTensors() -> [Tensor] {
    let samples = floats
    return AcousticTensors.tensors(of: acoustic.fingerprint(of: samples.span))
  }

  private mutating func featureTensor(_ slices: Slices) throws(TrackFault) -> Tensor {
    var rows: [Float] = []
    rows.reserveCapacity(slices.count * FeatureVector.names.count)
    let samples = floats
    do {
      for slice in slices {
        rows += try features.features(of: samples.span.extracting(slice.range)).values
      }
    } catch {
      throw Self.fault(error)
    }
    return Tensor("features", shape: [slices.count, FeatureVector.names.count], rows)
  }

  private mutating func melTensor(_ slices: Slices) throws(TrackFault) -> Tensor {
    let length = slices.first?.length ?? 0
    let frames = mel?.frames(samples: length) ?? 0
    let bands = recipe.views.mel?.bands ?? 0
    let size = bands * frames
    var pictures: [Float] = []
    pictures.reserveCapacity(slices.count * size)
    var picture = [Float](repeating: 0, count: size)
    let samples = floats
    do {
      for slice in slices {
        var output = picture.mutableSpan
        try mel?.write(samples.span.extracting(slice.range), to: &output)
        pictures += picture
      }
    } catch {
      throw Self.fault(error)
    }
    return Tensor("mel", shape: [slices.count, bands, frames], pictures)
  }

  private func waveformTensor(_ samples: Samples) -> Tensor {
    switch samples {
    case .int16(let values): Tensor("waveform", shape: [values.count], values)
    case .float32(let values): Tensor("waveform", shape: [values.count], values)
    }
  }

  private static func fault(_ error: SignalError) -> TrackFault {
    TrackFault(
      subject: nil, code: "not-computable", message: "\(error.subject) \(error.detail)",
      hint: error.hint)
  }
}
