internal import AudioIO
internal import Corpus
public import DatasetCache
internal import Safetensors
public import SignalKit

/// The samples themselves, once for each track; slices are windows into them, so overlap costs
/// nothing.
public struct WaveformKind: ViewKind {
  /// The samples have no parameters.
  public init() {}

  /// `waveform`
  public static let name = "waveform"
  /// What it gives.
  public static let summary = "the samples: windows of the track, lossless"
  /// None.
  public static let parameters: [ViewParameter<WaveformKind>] = []

  /// One signal, of which slices are windows.
  public var form: ViewFacts.Form { .signal }

  /// Time; and the channels where there are two, side by side.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let time = ViewAxis(.time(step: 1 / Double(context.sampleRate)), count: context.sliceLength)
    if context.channels.count == 1 { return [time] }
    return [time, ViewAxis(.channel, count: context.channels.count)]
  }

  /// What hands the samples on.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    Computer()
  }

  private final class Computer: ViewComputer {
    /// The samples are handed on.
    var byteCount: Int { 0 }

    func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
      let count = track.samples.count / track.channels
      let shape = track.channels == 1 ? [count] : [count, track.channels]
      return switch track.samples {
      case .int16(let values): [Tensor("waveform", shape: shape, values)]
      case .float32(let values): [Tensor("waveform", shape: shape, values)]
      }
    }
  }
}
