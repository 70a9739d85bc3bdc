/// Computes the 57 features of a stretch of audio as librosa does with plain calls, of one
/// short-time Fourier transform.
///
/// Transform sixteen frames; take from their magnitudes centroid, bandwidth, roll-off, mel energies
/// and spectral peaks; separate the sixteen frames before them, which now have their fifteen to
/// come; in the end tempo and cepstral coefficients from the mel energies, and chroma once the
/// peaks have given the tuning. Memory is the magnitudes (4 KB a frame) and buffers of fixed size.
///
/// One value serves one thread and keeps its buffers from call to call.
public struct FeatureExtractor: ~Copyable {
  /// Whose numbers are computed.
  public let profile: Profile
  private var spectra: SpectrumStore
  private var separation: HarmonicPercussive
  private var shape: SpectralShape
  private var tuning: Tuning
  private var chroma: Chroma
  private var mel: LogMelMatrix
  private var onsetMel: LogMelMatrix?
  private var tempo: Tempo
  private var timeDomain = TimeDomain()
  private let cepstrum = cosineTransform(rows: 20, inputs: 128)

  /// - Parameter sampleRate: of the audio to come, in hertz, 1,000 ... 384,000.
  /// - Throws: `SignalError` where the rate is out of range.
  public init(profile: Profile, sampleRate: Double) throws(SignalError) {
    guard (1_000...384_000).contains(sampleRate) else {
      throw SignalError(
        "sample rate \(sampleRate) Hz", "is out of range", hint: "use 1,000 to 384,000 Hz")
    }
    let spectra = try SpectrumStore(padding: profile.padding)
    let separation = try HarmonicPercussive(profile: profile)
    let mel = try LogMelMatrix(sampleRate: sampleRate, maximumFrequency: sampleRate / 2)
    // librosa 0.8 ends the onset detector's band at 11,025 Hz whatever the rate.
    let ownBand = profile == .librosa08 && sampleRate != 22_050
    let onsetMel =
      ownBand ? try LogMelMatrix(sampleRate: sampleRate, maximumFrequency: 11_025) : nil
    let tempo = try Tempo(sampleRate: sampleRate, hop: SpectrumStore.hop)
    self.profile = profile
    self.spectra = spectra
    self.separation = separation
    self.mel = mel
    self.onsetMel = onsetMel
    self.tempo = tempo
    shape = SpectralShape(resolution: sampleRate / Double(SpectrumStore.length))
    tuning = Tuning(profile: profile, sampleRate: sampleRate)
    chroma = Chroma(sampleRate: sampleRate)
  }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    var bytes = spectra.byteCount + separation.byteCount + shape.byteCount + tuning.byteCount
    bytes += chroma.byteCount + mel.byteCount
    switch onsetMel {
    case .some(let onsetMel): bytes += onsetMel.byteCount
    case .none: break
    }
    return bytes + tempo.byteCount + timeDomain.byteCount + cepstrum.byteCount
  }

  /// The features of `signal`: mono, full scale ±1, finite.
  ///
  /// - Throws: `SignalError` where it is empty.
  public mutating func features(of signal: Span<Float>) throws(SignalError) -> FeatureVector {
    guard !signal.isEmpty else {
      throw SignalError("signal", "is empty", hint: "give at least one sample")
    }
    return signal.withUnsafeBufferPointer { features(of: $0) }
  }

  /// Runs the Fourier transforms that ``features(of:)`` of `samples` samples takes, and nothing
  /// else: with it a benchmark tells their share.
  public func runTransforms(samples: Int) {
    let frames = spectra.geometry.count(samples: samples)
    for _ in 0..<frames { spectra.runTransform() }
    for _ in 0..<frames { separation.runTransform() }
    for _ in 0..<(frames + 1) / 2 + 1 { tempo.runTransform() }
  }

  private mutating func features(of signal: UnsafeBufferPointer<Float>) -> FeatureVector {
    let frames = spectra.geometry.count(samples: signal.count)
    let groups = (frames + 15) / 16
    begin(frames: frames, groups: groups)
    for group in 0..<groups {
      spectra.analyse(group: group, frames: frames, of: signal)
      let block = spectra.block(group)
      let count = min(16, frames - group * 16)
      shape.add(block: block, bins: SpectrumStore.bins, count: count)
      tuning.add(block: block, count: count)
      mel.add(block: block, group: group)
      onsetMel?.add(block: block, group: group)
      if group > 0 { separation.separate(group: group - 1, frames: frames, in: spectra) }
    }
    separation.separate(group: groups - 1, frames: frames, in: spectra)
    mel.finish()
    onsetMel?.finish()
    let parts = separation.moments(of: signal, frames: frames)
    let envelope = onsetMel?.onsetEnvelope() ?? mel.onsetEnvelope()
    return FeatureVector(
      pairs: [
        chroma.moments(hundredth: tuning.hundredth(), frames: frames, in: spectra),
        timeDomain.level(of: signal, geometry: spectra.geometry),
        Moments(shape.centroid), Moments(shape.bandwidth), Moments(shape.rolloff),
        timeDomain.zeroCrossings(of: signal, geometry: spectra.geometry),
        parts.harmonic, parts.percussive,
      ],
      tempo: tempo.estimate(envelope),
      coefficients: mel.moments(ofTransform: cepstrum, rows: 20))
  }

  private mutating func begin(frames: Int, groups: Int) {
    spectra.reserve(groups: groups)
    separation.begin(frames: frames)
    shape.begin(frames: frames)
    tuning.begin(frames: frames)
    mel.begin(frames: frames)
    onsetMel?.begin(frames: frames)
  }
}
