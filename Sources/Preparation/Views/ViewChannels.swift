internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// Which channels of the audio a view is made of.
///
/// Of a file with more than two channels all but ``mono`` take the first two, which in WAV and FLAC
/// are the left and the right at the front. A file with one channel sounds the same from both
/// sides: ``left`` and ``right`` are that channel, ``stereo`` is it twice, and ``side``, in which
/// nothing differs, is silence.
public enum ViewChannels: String, Sendable, Hashable, CaseIterable {
  /// The mean of all channels.
  case mono
  /// The first two channels: a sample has an axis of two channels more.
  case stereo
  /// The first channel.
  case left
  /// The second channel.
  case right
  /// Half the difference of the first two, (left − right) / 2.
  case side

  /// How many channels that makes.
  public var count: Int { self == .stereo ? 2 : 1 }

  /// The channels one by one, for what is computed of one.
  var single: [ViewChannels] { self == .stereo ? [.left, .right] : [self] }
}

extension Recipe {
  /// Whether a view is made of more than the mean of all channels.
  var takesStereo: Bool { views.contains { $0.channels != .mono } }

  /// How files are decoded for the views.
  var decoding: Decoding {
    var decoding = Decoding(sampleRate: sampleRate, maximumSeconds: maximumSeconds)
    decoding.keepsStereo = takesStereo
    return decoding
  }
}

extension RecipeView {
  /// Whether its kind computes each of two channels by itself, and a sample holds one after the
  /// other.
  var stacksChannels: Bool { channels == .stereo && !kind.takesStereo }

  /// The axes of a sample, outermost first.
  func axes(_ context: ViewContext) -> [ViewAxis] {
    let axes = kind.axes(context)
    return stacksChannels ? [ViewAxis(.channel, count: channels.count)] + axes : axes
  }

  /// Refuses two channels where a sample is a row of a table.
  ///
  /// - Throws: ``ViewFault`` that says what to do instead.
  func checkChannels() throws(ViewFault) {
    try ViewFault.require(
      !stacksChannels || kind.columns.isEmpty, Key.channels,
      "is stereo, and \(kind.kindName) gives a row of a table",
      hint: "use two views, one of left and one of right")
  }
}

/// A track's audio in the channels that views ask for. What is made of them is made when it is
/// asked for, and only the last of it is kept, so that memory does not grow with the number of
/// views.
struct ChannelAudio {
  private let decoded: DecodedTrack
  private let mono: TrackAudio
  private var last: (channels: ViewChannels, audio: TrackAudio)?

  /// - Parameter floats: the mean of all channels.
  init(_ decoded: DecodedTrack, floats: [Float], id: String) {
    self.decoded = decoded
    mono = TrackAudio(samples: decoded.samples, floats: floats, id: id)
  }

  /// Samples of a channel.
  var frames: Int { decoded.samples.count }

  /// The audio of some of the channels.
  subscript(channels: ViewChannels) -> TrackAudio {
    mutating get {
      if channels == .mono { return mono }
      if let last, last.channels == channels { return last.audio }
      last = nil
      let samples = decoded.samples(of: channels)
      let audio = TrackAudio(
        samples: samples, floats: samples.floats(), id: mono.id, channels: channels.count)
      last = (channels, audio)
      return audio
    }
  }
}

extension DecodedTrack {
  /// The samples of some of its channels, those of two side by side.
  func samples(of channels: ViewChannels) -> Samples {
    let pair = stereo ?? StereoSamples(left: samples, right: samples)
    return switch channels {
    case .mono: samples
    case .stereo: pair.interleaved
    case .left: pair.left
    case .right: pair.right
    case .side: stereo == nil ? samples.silence : pair.side
    }
  }
}

extension StereoSamples {
  /// Left, right, left, right, …
  fileprivate var interleaved: Samples {
    switch (left, right) {
    case (.int16(let left), .int16(let right)): .int16(Self.interleaved(left, right, zero: 0))
    default: .float32(Self.interleaved(left.floats(), right.floats(), zero: 0))
    }
  }

  private static func interleaved<Number>(
    _ left: [Number], _ right: [Number], zero: Number
  ) -> [Number] {
    var both = [Number](repeating: zero, count: 2 * left.count)
    for index in left.indices {
      both[2 * index] = left[index]
      both[2 * index + 1] = right[index]
    }
    return both
  }

  /// (left − right) / 2; of 16-bit samples exact, for it has 17 bits.
  fileprivate var side: Samples {
    let (left, right) = (left.floats(), right.floats())
    return .float32(left.indices.map { (left[$0] - right[$0]) * 0.5 })
  }
}

extension Samples {
  /// As many zeros.
  fileprivate var silence: Samples {
    switch self {
    case .int16(let samples): .int16([Int16](repeating: 0, count: samples.count))
    case .float32(let samples): .float32([Float](repeating: 0, count: samples.count))
    }
  }
}

extension Tensor {
  /// The rows of two tensors of 32-bit floats, each row's one after the other's: of shape [rows, 2,
  /// …].
  ///
  /// - Throws: `SignalError` where they are no such rows.
  static func stacked(_ left: Tensor, _ right: Tensor) throws(SignalError) -> Tensor {
    guard let first = left.floats, let second = right.floats, left.shape == right.shape,
      let rows = left.shape.first, rows > 0
    else {
      throw SignalError(
        left.name, "cannot be stacked: its channels differ in shape",
        hint: "use two views, one of left and one of right")
    }
    let size = first.count / rows
    var both: [Float] = []
    both.reserveCapacity(2 * first.count)
    for row in 0..<rows {
      both += first[row * size..<(row + 1) * size]
      both += second[row * size..<(row + 1) * size]
    }
    return Tensor(left.name, shape: [rows, 2] + left.shape.dropFirst(), both)
  }
}
