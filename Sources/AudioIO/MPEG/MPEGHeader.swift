/// The header of a frame of MPEG audio (ISO 11172-3, 13818-3, and the unofficial version 2.5).
struct MPEGHeader: Sendable, Hashable {
  enum Version: Sendable, Hashable {
    case one, two, twoAndAHalf
  }

  let version: Version
  /// 1 to 3.
  let layer: Int
  /// Samples a second.
  let sampleRate: Int
  /// Kilobits a second; 0 in the free format, where the length of a frame is whatever it is.
  let bitRate: Int
  let isPadded: Bool
  let channels: Int
  /// Whether a checksum of two bytes follows the header.
  let hasChecksum: Bool

  /// The header in four bytes, the first one highest; nil where they are none.
  init?(_ word: UInt32) {
    guard word >> 21 == 0x7FF else { return nil }
    let version: Version
    switch word >> 19 & 3 {
    case 0: version = .twoAndAHalf
    case 2: version = .two
    case 3: version = .one
    default: return nil
    }
    let layer = 4 - Int(word >> 17 & 3)
    let bitRateIndex = Int(word >> 12 & 15)
    let rateIndex = Int(word >> 10 & 3)
    guard layer < 4, bitRateIndex < 15, rateIndex < 3 else { return nil }
    let rate = [44_100, 48_000, 32_000][rateIndex]
    self.version = version
    self.layer = layer
    switch version {
    case .one: sampleRate = rate
    case .two: sampleRate = rate / 2
    case .twoAndAHalf: sampleRate = rate / 4
    }
    bitRate = Self.bitRates(version, layer)[bitRateIndex]
    isPadded = word >> 9 & 1 == 1
    channels = word >> 6 & 3 == 3 ? 1 : 2
    hasChecksum = word >> 16 & 1 == 0
  }

  private static func bitRates(_ version: Version, _ layer: Int) -> [Int] {
    switch (version, layer) {
    case (.one, 1): [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
    case (.one, 2): [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    case (.one, _): [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    case (_, 1): [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
    default: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    }
  }

  /// Samples a channel in a frame.
  var samples: Int {
    switch layer {
    case 1: 384
    case 2: 1_152
    default: version == .one ? 1_152 : 576
    }
  }

  /// Bytes that the padding bit adds.
  var padding: Int { isPadded ? (layer == 1 ? 4 : 1) : 0 }

  /// Bytes of the frame, its header included; nil in the free format.
  var length: Int? {
    if bitRate == 0 { return nil }
    if layer == 1 { return 12 * bitRate * 1_000 / sampleRate * 4 + padding }
    return samples / 8 * bitRate * 1_000 / sampleRate + padding
  }

  /// Bytes between the header (and checksum) and the main data of a frame of layer III.
  var sideInformationBytes: Int {
    version == .one ? (channels == 1 ? 17 : 32) : (channels == 1 ? 9 : 17)
  }

  /// Whether a frame with this header can follow one with the other in one stream; bit rate and
  /// stereo mode may change, the number of channels may not.
  func continues(_ other: MPEGHeader) -> Bool {
    version == other.version && layer == other.layer && sampleRate == other.sampleRate
      && channels == other.channels && (bitRate == 0) == (other.bitRate == 0)
  }
}
