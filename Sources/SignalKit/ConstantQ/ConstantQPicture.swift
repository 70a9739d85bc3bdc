internal import CKernels

/// Makes constant-Q pictures: how strongly each of `bins` frequencies, evenly spaced in octaves,
/// sounds over time, with wavelets as long as a fixed number of their periods. A row is a
/// frequency, the lowest first; a column is a frame, centred on sample t × hop.
///
/// `abs(librosa.cqt(y, sr, hop_length, fmin, n_bins, bins_per_octave, tuning, filter_scale, norm,
/// sparsity, window, scale, pad_mode))` of librosa 0.11, with decibels `librosa.amplitude_to_db`
/// of it. An octave is analysed at half the rate of the one above it as long as the hop can be
/// halved (Schörkhuber and Klapuri 2010); hops that are multiples of 2 ^ (octaves − 1) are the
/// fastest.
///
/// One value serves one thread; it owns its buffers and allocates nothing per picture of the same
/// length, but for the wavelets of a tuning that it has not estimated before.
public struct ConstantQPicture: ~Copyable {
  /// What the pictures are made with.
  public let parameters: ConstantQParameters
  private let division: RateDivision
  private var banks: [Int: [ConstantQWavelets]]
  private let tuning: TuningEstimate?
  private var signal: DecimatedSignal
  private var products: AlignedBuffer<Float>
  private let block: AlignedBuffer<Float>
  private let magnitudes: AlignedBuffer<Float>
  private var matrix: PictureMatrix

  /// - Throws: `SignalError` where a parameter is out of range, the highest bin reaches above
  ///   half the
  ///   sample rate or wavelets are longer than 65,536 samples at the rate at which they are needed.
  public init(_ parameters: ConstantQParameters) throws(SignalError) {
    try parameters.validate()
    var banks: [Int: [ConstantQWavelets]] = [:]
    var tuning: TuningEstimate?
    switch parameters.tuning {
    case .given(let given): banks[0] = try Self.bank(parameters, tuning: given)
    case .estimated:
      tuning = try TuningEstimate(
        sampleRate: parameters.sampleRate, classes: parameters.binsPerOctave)
    }
    self.parameters = parameters
    self.banks = banks
    self.tuning = tuning
    let longest = parameters.tunings.lowerBound
    let octaves = ConstantQOctave.all(parameters, tuning: longest)
    signal = DecimatedSignal(margin: (octaves.map(\.frameLength).max() ?? 0) / 2)
    let columns = 2 * ((min(parameters.bins, parameters.binsPerOctave) + 15) / 16 * 16)
    products = AlignedBuffer(count: 0)
    block = AlignedBuffer(count: 16 * columns)
    magnitudes = AlignedBuffer(count: 8 * columns)
    matrix = PictureMatrix(rows: parameters.bins)
    division = RateDivision(most: parameters.earlyHalvings(tuning: longest))
  }

  /// How many frames a signal of `samples` samples gives.
  public func frames(samples: Int) -> Int { parameters.frames(samples: samples) }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    let wavelets = banks.values.joined().reduce(0) { $0 + $1.byteCount }
    let buffers = products.byteCount + block.byteCount + magnitudes.byteCount + matrix.byteCount
    return wavelets + division.byteCount + (tuning?.byteCount ?? 0) + signal.byteCount + buffers
  }

  /// Writes the picture of `signal`, `bins` rows of `frames` values, to `output`.
  ///
  /// - Throws: `SignalError` where the signal is empty or `output` has another size.
  public mutating func write(
    _ signal: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) {
    guard signal.count > 0 else {
      throw SignalError("signal", "is empty", hint: "give at least one sample")
    }
    let frames = frames(samples: signal.count)
    try PictureMatrix.check(output.count, rows: parameters.bins, frames: frames)
    let bank = try bank(of: signal)
    matrix.begin(frames: frames)
    signal.withUnsafeBufferPointer { self.signal.begin($0) }
    for wavelets in bank {
      decimate(to: wavelets.octave.halvings)
      analyse(wavelets)
    }
    parameters.scaling.apply(parameters.power, to: matrix.base, count: matrix.count)
    try matrix.write(to: &output)
  }

  /// The wavelets, of the tuning that is estimated where it is not given.
  private mutating func bank(of signal: Span<Float>) throws(SignalError) -> [ConstantQWavelets] {
    let hundredth = try tuning?.hundredth(of: signal) ?? 0
    if let known = banks[hundredth] { return known }
    let bank = try Self.bank(parameters, tuning: Tuning.edge(hundredth))
    banks[hundredth] = bank
    return bank
  }

  private static func bank(
    _ parameters: ConstantQParameters, tuning: Double
  ) throws(SignalError) -> [ConstantQWavelets] {
    var bank: [ConstantQWavelets] = []
    for octave in ConstantQOctave.all(parameters, tuning: tuning) {
      bank.append(try ConstantQWavelets(parameters, octave: octave, tuning: tuning))
    }
    return bank
  }

  private mutating func decimate(to halvings: Int) {
    let times = halvings - signal.halvings
    if times > 0 { signal.divide(by: division.stages(times)) }
  }

  /// Fills the rows of an octave.
  private mutating func analyse(_ wavelets: ConstantQWavelets) {
    let (columns, bins) = (wavelets.columns, wavelets.octave.bins)
    let frames = matrix.frames
    products.reserve(matrix.stride * columns)
    let base = products.base
    signal.withPadding(parameters.padding) { wavelets.analyse($0, frames: frames, into: base) }
    (base + frames * columns).update(repeating: 0, count: (matrix.stride - frames) * columns)
    for group in 0..<matrix.stride / 16 {
      lathe_rows_to_block(base + 16 * group * columns, columns, columns, block.base)
      let count = 16 * bins.count
      lathe_magnitude(block.base, block.base + 8 * columns, count, magnitudes.base)
      if parameters.power == .power { lathe_squares(magnitudes.base, magnitudes.base, count) }
      matrix.put(magnitudes.base, rows: bins, group: group)
    }
  }
}
