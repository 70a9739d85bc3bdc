import Wording

/// The front end that pictures share: the short-time Fourier transform of a signal, sixteen frames at a
/// time, each group handed to every picture before the next is computed. Only sixteen spectra are ever
/// in memory.
///
///     var frames = try SpectrumFrames(parameters)
///     try frames.analyse(signal, for: [mel, narrowMel, cepstrum])
///     try mel.finish(to: &output)
///
/// One value serves one thread and keeps its plan and its buffers from signal to signal.
public struct SpectrumFrames: ~Copyable {
  /// What the transform is made with.
  public let parameters: SpectrumParameters
  private let geometry: FrameGeometry
  private let analysis: any FrameAnalysis
  private let scratch: AlignedBuffer<Float>

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: SpectrumParameters) throws(SignalError) {
    let geometry = try FrameGeometry(parameters)
    let analysis = try parameters.makeAnalysis()
    self.geometry = geometry
    self.analysis = analysis
    self.parameters = parameters
    scratch = AlignedBuffer(count: 15 * geometry.hop + analysis.extent.length)
  }

  /// How many frames a signal of `samples` samples gives; 0 where it is too short for one.
  public func frames(samples: Int) -> Int { geometry.count(samples: samples) }

  /// Bytes of its tables and buffers.
  public var byteCount: Int { analysis.byteCount + scratch.byteCount }

  /// Runs the Fourier transforms that a signal of `samples` samples takes, and nothing else: with it a
  /// benchmark tells their share.
  public func runTransforms(samples: Int) {
    for _ in 0..<(frames(samples: samples) + 15) / 16 { analysis.runTransforms(scratch.base) }
  }

  /// Begins every picture, and gives it all frames of `signal`; what is left is
  /// ``SpectrumPicture/finish(to:)``.
  ///
  /// - Throws: `SignalError` where the signal is empty or too short for one frame (or for what a picture
  ///   needs), or a picture is made with other parameters.
  public mutating func analyse(
    _ signal: Span<Float>, for pictures: [any SpectrumPicture]
  ) throws(SignalError) {
    let frames = try checkedFrames(samples: signal.count)
    for picture in pictures {
      guard picture.spectrum == parameters else {
        throw SignalError(
          "picture", "is made of another transform than the one computed",
          hint: "compute it with a SpectrumFrames of its own parameters")
      }
      try picture.begin(frames: frames)
    }
    signal.withUnsafeBufferPointer { signal in
      for first in stride(from: 0, to: frames, by: 16) {
        let count = min(16, frames - first)
        analyse(first, count: count, of: signal)
        var group = SpectrumGroup(
          index: first / 16, count: count, bins: parameters.bins, analysis: analysis)
        for picture in pictures { picture.add(&group) }
      }
    }
  }

  /// How many frames a signal of `samples` samples gives.
  ///
  /// - Throws: `SignalError` where it gives none.
  func checkedFrames(samples: Int) throws(SignalError) -> Int {
    guard samples > 0 else {
      throw SignalError("signal", "is empty", hint: "give at least one sample")
    }
    let frames = frames(samples: samples)
    guard frames > 0 else {
      throw SignalError(
        "signal of \(Words.counted(samples, "sample"))",
        "is shorter than one frame of \(geometry.required)",
        hint: "give longer slices, a shorter transform, or centre the frames")
    }
    return frames
  }

  /// Takes the spectra of `count` frames from frame `first` on.
  private func analyse(_ first: Int, count: Int, of signal: UnsafeBufferPointer<Float>) {
    let start = geometry.start(first) - analysis.extent.lead
    let end = start + (count - 1) * geometry.hop + analysis.extent.length
    // Behind the last frames often lies what is analysed next: the slice after this one.
    let next = signal.baseAddress.map { $0 + max(0, min(end, signal.count)) }
    if start >= 0, end <= signal.count, let base = signal.baseAddress {
      return analysis.analyse(base + start, count: count, next: next)
    }
    geometry.copy(start..<end, of: signal, into: scratch.base)
    analysis.analyse(scratch.base, count: count, next: next)
  }
}

/// The spectra of up to sixteen neighbouring frames, side by side: value [bin × 16 + frame]. Frames from
/// ``count`` on are silent.
public struct SpectrumGroup: ~Copyable {
  /// Which group of the signal it is: its first frame is index × 16.
  public let index: Int
  /// Frames in it, 1 ... 16.
  public let count: Int
  /// Frequencies.
  public let bins: Int
  private let analysis: any FrameAnalysis

  init(index: Int, count: Int, bins: Int, analysis: any FrameAnalysis) {
    self.index = index
    self.count = count
    self.bins = bins
    self.analysis = analysis
  }

  /// The block of |X|² or |X|, computed once for all pictures.
  func block(of wanted: SpectrumQuantity) -> UnsafePointer<Float> { analysis.block(of: wanted) }

  /// The block of |X| for frequencies below `bins`, that of |X|² being written to `power`: both in one pass.
  func magnitudes(
    below bins: Int, writingPowerTo power: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> { analysis.magnitudes(below: bins, writingPowerTo: power) }
}
