/// The audio format that a file's first bytes announce.
///
/// libsndfile also guesses at formats with next to no signature (HTK, for one), so only files that
/// begin like one of these are handed to it; whatever else lies in an audio folder is not audio.
enum Signature: Sendable, Hashable {
  case riff(bigEndian: Bool)
  case rf64
  case wave64
  case aiff
  case au(bigEndian: Bool)
  case caf
  case flac
  case ogg
  case mpeg

  /// How many bytes are looked at.
  static let byteCount = 16

  init?(_ bytes: [UInt8]) {
    let text = { (range: Range<Int>) -> String in
      range.upperBound <= bytes.count ? String(decoding: bytes[range], as: UTF8.self) : ""
    }
    switch (text(0..<4), text(8..<12)) {
    case ("RIFF", "WAVE"): self = .riff(bigEndian: false)
    case ("RIFX", "WAVE"): self = .riff(bigEndian: true)
    case ("RF64", "WAVE"): self = .rf64
    case ("riff", _): self = .wave64
    case ("FORM", "AIFF"), ("FORM", "AIFC"): self = .aiff
    case (".snd", _): self = .au(bigEndian: true)
    case ("dns.", _): self = .au(bigEndian: false)
    case ("caff", _): self = .caf
    case ("fLaC", _): self = .flac
    case ("OggS", _): self = .ogg
    default:
      // An MP3 file begins with an ID3 tag or with the eleven set bits of a frame.
      let isFrame = bytes.count >= 2 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0
      if text(0..<3) != "ID3" && !isFrame { return nil }
      self = .mpeg
    }
  }
}
