public import AudioIO
public import Corpus
public import Safetensors
public import SignalKit

/// Turns tracks into the values of a view. One serves one thread, and keeps its buffers and plans from
/// track to track.
public protocol ViewComputer: AnyObject {
  /// The value of a track.
  ///
  /// - Parameters:
  ///   - track: its audio.
  ///   - slices: how it is cut; at least one.
  /// - Returns: one tensor of which the first axis is the slices (for a signal, the instants), or what a view
  ///   of whole tracks keeps.
  /// - Throws: `SignalError` where it cannot be computed: the track goes to quarantine.
  func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor]
}

/// The audio of a track as views get it.
public struct TrackAudio: Sendable {
  /// The samples in the form that loses nothing.
  public let samples: Samples
  /// The same as floats, full scale being -1 to 1.
  public let floats: [Float]
  /// The track's id.
  public let id: String

  /// The audio of a track.
  public init(samples: Samples, floats: [Float], id: String = "") {
    self.samples = samples
    self.floats = floats
    self.id = id
  }
}

/// Computes a view slice by slice: each a row of the same number of floats.
public final class SliceComputer: ViewComputer {
  /// Writes the numbers of one slice.
  public typealias Body = (
    _ slice: Span<Float>, _ output: inout MutableSpan<Float>
  ) throws(SignalError) -> Void

  private let name: String
  private let shape: (_ samples: Int) -> [Int]
  private let body: Body

  /// A computer of a view.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: the lengths of the axes of a slice of so many samples.
  ///   - body: writes a slice's numbers, last axis fastest.
  public init(_ name: String, shape: @escaping (_ samples: Int) -> [Int], body: @escaping Body) {
    self.name = name
    self.shape = shape
    self.body = body
  }

  /// The rows of all slices.
  public func value(
    of track: TrackAudio, slices: Slices
  ) throws(SignalError) -> [Tensor] {
    let shape = shape(slices.first?.length ?? 0)
    let size = shape.reduce(1, *)
    var rows: [Float] = []
    rows.reserveCapacity(slices.count * size)
    var row = [Float](repeating: 0, count: size)
    for slice in slices {
      var output = row.mutableSpan
      try body(track.floats.span.extracting(slice.range), &output)
      rows += row
    }
    return [Tensor(name, shape: [slices.count] + shape, rows)]
  }
}
