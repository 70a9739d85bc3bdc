import Wording

/// The chunks of a WAV file (RIFF, RIFX, RF64, BW64) that matter: its format and where its audio
/// lies.
///
/// libsndfile is not given the file's own header but a plain one that says the same with a right
/// size: it would play a part of a file whose sizes a pipe has left open, and nothing of one whose
/// format stands behind the audio.
struct WaveChunks {
  /// The body of the chunk `fmt `.
  let format: [UInt8]
  /// The chunk `fact`, where there is one.
  private let fact: [UInt8]
  /// The audio, as far as it is used.
  let audio: Range<Int64>
  let remark: String?
  private let bigEndian: Bool
  private let isRF64: Bool

  /// Chunks that are looked at before the search ends: a hostile file is full of empty ones.
  private static let maximumChunks = 4_096
  private static let maximumFormatBytes = 1_024
  /// Names of chunks that tell a chunk from what only looks like one.
  private static let knownNames: Set<String> = [
    "data", "fact", "fmt ", "ds64", "LIST", "JUNK", "junk", "PAD ", "FLLR", "bext", "iXML", "axml",
    "id3 ", "ID3 ", "cue ", "smpl", "inst", "acid", "PEAK", "DISP", "cart", "levl", "wavl", "slnt",
  ]

  /// What is found on the way through the chunks.
  private struct Found {
    var format: [UInt8]?
    var fact: [UInt8] = []
    var audio: (start: Int64, declared: Int64?)?
    var longSize: Int64?
    /// Whether the chunks behind the audio are well-formed to the end of the file.
    var isFollowed = false
    var audioChunks = 0
  }

  init(
    _ file: borrowing OpenFile, from base: Int64, bigEndian: Bool, isRF64: Bool
  ) throws(AudioError) {
    self.bigEndian = bigEndian
    self.isRF64 = isRF64
    let found = try Self.search(file, from: base, bigEndian: bigEndian)
    func damaged(_ words: String) -> AudioError {
      AudioError(.damaged, "decode", file.path, detail: words)
    }
    guard let (start, declared) = found.audio else {
      throw damaged("has no chunk of audio that its header leads to")
    }
    guard let format = found.format, format.count >= 14 else {
      throw damaged("has no chunk that says what form its audio has")
    }
    if found.audioChunks > 1 {
      throw AudioError(
        .unsupported, "decode", file.path,
        detail: "has \(found.audioChunks) chunks of audio, where a wav file has one")
    }
    self.format = format
    fact = found.fact
    let fields = FormatFields(format, bigEndian: bigEndian)
    if fields.channels == 0 || fields.sampleRate == 0 {
      throw damaged(
        "has a header of \(Words.counted(fields.channels, "channel")) and \(fields.sampleRate) Hz")
    }
    let promise = try SizePromise(
      declared: declared, available: file.byteCount - start, frameBytes: fields.frameBytes,
      fileBytes: file.byteCount - base, isFollowed: found.isFollowed, path: file.path)
    audio = start..<(start + promise.byteCount)
    remark = promise.remark
  }

  /// The format's numbers.
  var fields: FormatFields { FormatFields(format, bigEndian: bigEndian) }

  private static func search(
    _ file: borrowing OpenFile, from base: Int64, bigEndian: Bool
  ) throws(AudioError) -> Found {
    var found = Found()
    var offset = base + 12
    var wasOdd = false
    for _ in 0..<maximumChunks where offset < file.byteCount {
      let header = try HeaderBytes(file, at: offset, count: 24)
      // A chunk of odd size should be padded; not every program does it.
      if wasOdd, !knownNames.contains(header.name ?? ""),
        let name = try HeaderBytes(file, at: offset - 1, count: 4).name, knownNames.contains(name)
      {
        wasOdd = false
        offset -= 1
        continue
      }
      guard let name = header.name,
        let size = header.integer(at: 4, bytes: 4, bigEndian: bigEndian)
      else { return found }
      let body = offset + 8
      switch name {
      case "fmt " where found.format == nil:
        found.format = try file.bytes(at: body, count: min(Int(size), maximumFormatBytes))
      case "fact": found.fact = try file.bytes(at: offset, count: 12)
      case "ds64": found.longSize = header.integer(at: 16, bytes: 8, bigEndian: false)
      case "data":
        found.audioChunks += size == 0 ? 0 : 1
        if found.audio == nil || found.audio?.declared == 0 {
          // RF64 keeps the true size in ds64, and all ones here.
          let declared = size == 0xFFFF_FFFF ? found.longSize : size
          found.audio = (body, declared)
          if declared == nil || body + size > file.byteCount { return found }
        }
      default: break
      }
      wasOdd = size & 1 == 1
      offset = body + size + (size & 1)
      if found.audio != nil {
        found.isFollowed = offset >= file.byteCount && offset <= file.byteCount + 1
      }
    }
    return found
  }

  /// What libsndfile reads.
  var decoderBytes: DecoderBytes {
    let count = Int64(audio.count)
    func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
      Array(name.utf8) + digits(Int64(body.count), 4) + body + (body.count & 1 == 1 ? [0] : [])
    }
    func digits(_ value: Int64, _ count: Int) -> [UInt8] {
      HeaderBytes.digits(value, bytes: count, bigEndian: bigEndian)
    }
    let isFactWhole = fact.count == 12 && digits(4, 4).elementsEqual(fact[4..<8])
    let middle = chunk("fmt ", format) + (isFactWhole ? fact : [])
    if isRF64 {
      let riff = 4 + 36 + Int64(middle.count) + 8 + count
      let long = digits(riff, 8) + digits(count, 8) + digits(0, 8) + digits(0, 4)
      let header =
        Array("RF64".utf8) + digits(-1, 4) + Array("WAVE".utf8) + chunk("ds64", long) + middle
        + Array("data".utf8) + digits(-1, 4)
      return DecoderBytes(header: header, ranges: [audio])
    }
    let riff = 4 + Int64(middle.count) + 8 + count
    let header =
      Array((bigEndian ? "RIFX" : "RIFF").utf8) + digits(riff, 4) + Array("WAVE".utf8) + middle
      + Array("data".utf8) + digits(count, 4)
    return DecoderBytes(header: header, ranges: [audio])
  }

  /// The numbers of a `fmt ` chunk.
  struct FormatFields {
    /// How samples are stored: 1 integers, 3 floats, 0x55 and 0x50 MPEG.
    let tag: Int
    let channels: Int
    let sampleRate: Int
    let bits: Int
    /// Whether it says in the plain way, not the extensible one, that samples are integers.
    let isInteger: Bool

    init(_ body: [UInt8], bigEndian: Bool) {
      let header = HeaderBytes(body)
      func number(_ offset: Int, _ count: Int) -> Int {
        Int(header.integer(at: offset, bytes: count, bigEndian: bigEndian) ?? 0)
      }
      let tag = number(0, 2)
      // An extensible format keeps the tag at the start of its long identifier.
      isInteger = tag == 1
      self.tag = tag == 0xFFFE && body.count >= 26 ? number(24, 2) : tag
      channels = number(2, 2)
      sampleRate = number(4, 4)
      bits = number(14, 2)
    }

    /// Whether the audio is 16-bit integers of one channel.
    var isPlain16: Bool { isInteger && bits == 16 && channels == 1 }

    /// Whether the audio is frames of MPEG.
    var isMPEG: Bool { tag == 0x55 || tag == 0x50 }

    /// Bytes of a sample of all channels; 1 where samples have no size of their own.
    var frameBytes: Int64 {
      switch tag {
      case 1, 3, 6, 7: Int64(max(1, channels * ((bits + 7) / 8)))
      default: 1
      }
    }
  }
}
