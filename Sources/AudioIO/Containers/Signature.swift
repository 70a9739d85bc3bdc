/// The format that a file's first bytes announce.
///
/// libsndfile also guesses at formats with next to no signature (HTK, for one), so only files that
/// begin like one of these are handed to it; whatever else lies in an audio folder is not audio.
enum Signature: Sendable, Hashable {
  case riff(bigEndian: Bool)
  /// Also BW64, its successor.
  case rf64
  case wave64
  case aiff
  case au(bigEndian: Bool)
  case caf
  case flac
  case ogg
  /// A frame of MPEG audio, layer I to III, as far as two bytes can tell.
  case mpeg
  /// A format whose header is left to libsndfile: NIST SPHERE, VOC, 8SVX, IRCAM, PAF, PVF, AVR.
  case plain
  /// A format that is not read; its name.
  case other(String)

  /// How many bytes are looked at.
  static let byteCount = 20

  init?(_ bytes: [UInt8]) {
    let text = { (range: Range<Int>) -> String in
      range.upperBound <= bytes.count ? String(decoding: bytes[range], as: UTF8.self) : ""
    }
    switch (text(0..<4), text(8..<12)) {
    case ("RIFF", "WAVE"): self = .riff(bigEndian: false)
    case ("RIFX", "WAVE"): self = .riff(bigEndian: true)
    case ("RF64", "WAVE"), ("BW64", "WAVE"): self = .rf64
    case ("riff", _): self = .wave64
    case ("FORM", "AIFF"), ("FORM", "AIFC"): self = .aiff
    case (".snd", _): self = .au(bigEndian: true)
    case ("dns.", _): self = .au(bigEndian: false)
    case ("caff", _): self = .caf
    case ("fLaC", _): self = .flac
    case ("OggS", _): self = .ogg
    case ("FORM", "8SVX"), ("FORM", "16SV"), (" paf", _), ("fap ", _),
      ("PVF1", _), ("2BIT", _):
      self = .plain
    default:
      if let name = Self.other(bytes, text) {
        self = .other(name)
      } else if text(0..<8) == "NIST_1A\n" || text(0..<19) == "Creative Voice File" {
        self = .plain
      } else if Self.isIRCAM(bytes) {
        self = .plain
      } else if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 {
        self = .mpeg
      } else {
        return nil
      }
    }
  }

  /// IRCAM's two bytes, with a machine's number beside them, in either byte order.
  private static func isIRCAM(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4 else { return false }
    return (bytes[0] == 0x64 && bytes[1] == 0xA3 && bytes[3] == 0)
      || (bytes[0] == 0 && bytes[2] == 0xA3 && bytes[3] == 0x64)
  }

  private static func other(_ bytes: [UInt8], _ text: (Range<Int>) -> String) -> String? {
    switch (text(0..<4), text(8..<12)) {
    case (_, "qt  ") where text(4..<8) == "ftyp": return "QuickTime"
    case (_, "M4A "), (_, "M4B "), (_, "M4P "): return "MPEG-4 audio (AAC or ALAC)"
    case ("RIFF", "AVI "): return "AVI"
    case ("MAC ", _): return "Monkey's Audio"
    case ("wvpk", _): return "WavPack"
    case ("TTA1", _), ("TTA2", _): return "True Audio"
    case ("tBaK", _): return "TAK"
    case ("OFR ", _): return "OptimFROG"
    case ("MPCK", _): return "Musepack"
    case (".RMF", _), (".ra\u{FFFD}", _): return "RealAudio"
    case ("#!AM", _): return "AMR"
    case ("DSD ", _), ("FRM8", _): return "DSD"
    case ("ADIF", _): return "AAC"
    case ("MThd", _): return "MIDI"
    default: break
    }
    if text(4..<8) == "ftyp" { return "MPEG-4" }
    if text(0..<3) == "MP+" { return "Musepack" }
    if text(0..<3) == "FLV" { return "Flash video" }
    if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "WebM or Matroska" }
    if bytes.starts(with: [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
      return "Windows Media"
    }
    if bytes.starts(with: [0x0B, 0x77]) { return "AC-3" }
    if bytes.starts(with: [0x7F, 0xFE, 0x80, 0x01]) { return "DTS" }
    // ADTS has the twelve set bits of an MPEG frame, and a layer that MPEG audio doesn't have.
    if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 { return "AAC" }
    return nil
  }
}
