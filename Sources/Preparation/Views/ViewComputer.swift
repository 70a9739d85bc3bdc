public import AudioIO
public import Corpus
public import Safetensors
public import SignalKit

/// Turns tracks into the values of a view. One serves one thread, and keeps its buffers and plans
/// from track to track.
public protocol ViewComputer: AnyObject {
  /// Bytes of the tables and buffers that it keeps from track to track. Buffers grow with the longest
  /// slice so far, so that it is what a run takes once a track has been computed.
  var byteCount: Int { get }
  /// The value of a track.
  ///
  /// - Parameters:
  ///   - track: its audio.
  ///   - slices: how it is cut; at least one.
  /// - Returns: one tensor of which the first axis is the slices (for a signal, the instants), or
  ///   what a view of whole tracks keeps.
  /// - Throws: `SignalError` where it cannot be computed: the track goes to quarantine.
  func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor]
  /// Becomes part of a run, before the first track: for what may take long with one, which the
  /// run's end ends, and for what threads share.
  func join(_ run: ViewRun)
}

extension ViewComputer {
  /// Does nothing: a track takes a moment, and nothing is shared.
  public func join(_ run: ViewRun) {}
}

/// The audio of a track as views get it.
public struct TrackAudio: Sendable {
  /// The samples in the form that loses nothing, those of two channels side by side.
  public let samples: Samples
  /// The same as floats, full scale being -1 to 1.
  public let floats: [Float]
  /// The track's id.
  public let id: String
  /// Samples of an instant: 2 for kinds that take stereo (``ViewKind/takesStereo``) where a recipe
  /// asks for it, else 1.
  public let channels: Int

  /// The audio of a track.
  public init(samples: Samples, floats: [Float], id: String = "", channels: Int = 1) {
    self.samples = samples
    self.floats = floats
    self.id = id
    self.channels = channels
  }
}

/// Computes a view slice by slice, each a row of the same number of floats.
public protocol PictureComputer: ViewComputer {
  /// What the tensor is called.
  var tensorName: String { get }
  /// The lengths of the axes of a slice of so many samples.
  func shape(samples: Int) -> [Int]
  /// Writes a slice's numbers, last axis fastest.
  ///
  /// - Throws: `SignalError` where they cannot be computed.
  func write(_ slice: Span<Float>, to output: inout MutableSpan<Float>) throws(SignalError)
}

extension PictureComputer {
  /// The rows of all slices.
  public func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
    let shape = shape(samples: slices.first?.length ?? 0)
    let size = shape.reduce(1, *)
    var rows: [Float] = []
    rows.reserveCapacity(slices.count * size)
    var row = [Float](repeating: 0, count: size)
    for slice in slices {
      var output = row.mutableSpan
      try write(track.floats.span.extracting(slice.range), to: &output)
      rows += row
    }
    return [Tensor(tensorName, shape: [slices.count] + shape, rows)]
  }
}

/// Computes a view slice by slice by a function, for kinds that keep nothing from slice to slice.
public final class SliceComputer: PictureComputer {
  /// Writes the numbers of one slice.
  public typealias Body = (
    _ slice: Span<Float>, _ output: inout MutableSpan<Float>
  ) throws(SignalError) -> Void

  /// What the tensor is called.
  public let tensorName: String
  private let shape: (_ samples: Int) -> [Int]
  private let body: Body

  /// A computer of a view.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: the lengths of the axes of a slice of so many samples.
  ///   - body: writes a slice's numbers, last axis fastest.
  public init(_ name: String, shape: @escaping (_ samples: Int) -> [Int], body: @escaping Body) {
    tensorName = name
    self.shape = shape
    self.body = body
  }

  /// Nothing is kept.
  public var byteCount: Int { 0 }

  /// The lengths of the axes of a slice.
  public func shape(samples: Int) -> [Int] { shape(samples) }

  /// Writes a slice's numbers.
  public func write(
    _ slice: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) { try body(slice, &output) }
}
