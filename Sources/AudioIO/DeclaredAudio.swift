/// How many bytes of audio a file's header promises, and how many are there.
///
/// libsndfile silently plays what there is of a file that was cut short. So the containers that
/// write a byte count before the audio are read here too: WAV (RIFF, RIFX, RF64), Wave64, AIFF, AU
/// and CAF. A count of all ones means "to the end of the file" in files written to a pipe (RIFF,
/// AU, CAF): it promises nothing, so nothing can be missing.
struct DeclaredAudio: Sendable, Hashable {
  /// Bytes that the header promises; nil for "to the end of the file".
  var declared: Int64?
  /// Bytes that follow the header.
  var actual: Int64

  /// Chunks that are looked at before the search ends: a hostile file is full of empty ones.
  static let maximumChunks = 4_096

  /// Reads the byte count; nil where the format has none or no audio chunk was found.
  static func read(
    _ file: borrowing OpenFile, _ signature: Signature
  ) throws(AudioError) -> DeclaredAudio? {
    switch signature {
    case .riff(let bigEndian): try riff(file, bigEndian: bigEndian)
    case .rf64: try riff(file, bigEndian: false)
    case .aiff: try aiff(file)
    case .au(let bigEndian): try au(file, bigEndian: bigEndian)
    case .wave64: try wave64(file)
    case .caf: try caf(file)
    case .flac, .ogg, .mpeg: nil
    }
  }

  /// The error for a broken promise, or nil when all the audio is there.
  func error(path: String) -> AudioError? {
    guard let declared, declared > actual else { return nil }
    return AudioError(.headerPromisesMore(declared: declared, actual: actual), "check", path)
  }

  private static func riff(
    _ file: borrowing OpenFile, bigEndian: Bool
  ) throws(AudioError) -> DeclaredAudio? {
    var offset: Int64 = 12
    var longSize: Int64?
    for _ in 0..<maximumChunks {
      let header = try Header(file, at: offset, count: 24)
      guard let name = header.name, let size = header.integer(at: 4, bytes: 4, bigEndian) else {
        return nil
      }
      if name == "ds64" {
        // RF64 keeps the true size of the data here, and all ones in the data chunk.
        longSize = header.integer(at: 16, bytes: 8, false)
      }
      if name == "data" {
        let declared = size == 0xFFFF_FFFF ? longSize : size
        return DeclaredAudio(declared: declared, actual: max(0, file.byteCount - offset - 8))
      }
      // Chunks are padded to even sizes.
      offset += 8 + size + (size & 1)
      if offset >= file.byteCount { return nil }
    }
    return nil
  }

  private static func aiff(_ file: borrowing OpenFile) throws(AudioError) -> DeclaredAudio? {
    var offset: Int64 = 12
    for _ in 0..<maximumChunks {
      let header = try Header(file, at: offset, count: 8)
      guard let name = header.name, let size = header.integer(at: 4, bytes: 4, true) else {
        return nil
      }
      if name == "SSND" {
        return DeclaredAudio(declared: size, actual: max(0, file.byteCount - offset - 8))
      }
      offset += 8 + size + (size & 1)
      if offset >= file.byteCount { return nil }
    }
    return nil
  }

  private static func au(
    _ file: borrowing OpenFile, bigEndian: Bool
  ) throws(AudioError) -> DeclaredAudio? {
    let header = try Header(file, at: 0, count: 12)
    guard let start = header.integer(at: 4, bytes: 4, bigEndian),
      let size = header.integer(at: 8, bytes: 4, bigEndian)
    else { return nil }
    let declared = size == 0xFFFF_FFFF ? nil : size
    return DeclaredAudio(declared: declared, actual: max(0, file.byteCount - start))
  }

  private static func wave64(_ file: borrowing OpenFile) throws(AudioError) -> DeclaredAudio? {
    var offset: Int64 = 40
    for _ in 0..<maximumChunks {
      let header = try Header(file, at: offset, count: 24)
      // A size counts the 24 bytes of its own header, and chunks are padded to multiples of eight.
      guard let name = header.name, let size = header.integer(at: 16, bytes: 8, false), size >= 24
      else { return nil }
      if name == "data" {
        return DeclaredAudio(declared: size - 24, actual: max(0, file.byteCount - offset - 24))
      }
      if size > file.byteCount - offset { return nil }
      offset += (size + 7) & ~7
    }
    return nil
  }

  private static func caf(_ file: borrowing OpenFile) throws(AudioError) -> DeclaredAudio? {
    var offset: Int64 = 8
    for _ in 0..<maximumChunks {
      let header = try Header(file, at: offset, count: 12)
      guard let name = header.name, let size = header.integer(at: 4, bytes: 8, true) else {
        return nil
      }
      if name == "data" {
        // Only the data chunk may have the size -1.
        let declared = size < 0 ? nil : size
        return DeclaredAudio(declared: declared, actual: max(0, file.byteCount - offset - 12))
      }
      if size < 0 || size > file.byteCount - offset - 12 { return nil }
      offset += 12 + size
    }
    return nil
  }

  /// A few bytes of a header; whatever lies beyond the end of the file is nil.
  private struct Header {
    let bytes: [UInt8]

    init(_ file: borrowing OpenFile, at offset: Int64, count: Int) throws(AudioError) {
      bytes = try file.bytes(at: offset, count: count)
    }

    var name: String? {
      bytes.count >= 4 ? String(decoding: bytes[..<4], as: UTF8.self) : nil
    }

    func integer(at offset: Int, bytes count: Int, _ bigEndian: Bool) -> Int64? {
      guard offset + count <= bytes.count else { return nil }
      let digits = bytes[offset..<(offset + count)]
      let value = (bigEndian ? Array(digits) : digits.reversed())
        .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Int64(bitPattern: value)
    }
  }
}
