internal import Glibc
internal import Programs

/// Reads frames from a pipe that does not block: 8 bytes of length, little-endian, then as many
/// bytes.
struct FrameReader {
  /// What a turn of reading came to.
  enum State {
    /// A whole frame, without its length.
    case ready([UInt8])
    /// A part of one.
    case more
    /// There is nothing to read now.
    case nothing
    /// There will be no more.
    case ended
    /// What came cannot be one, and why.
    case noFrame(String)
  }

  private static let lengthBytes = 8

  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var done = 0
  private var hasLength = false

  /// Reads what is there, at most to the end of a frame.
  /// - Parameter longest: the most bytes that a frame may have.
  mutating func read(_ descriptor: Int32, longest: Int) -> State {
    if !hasLength {
      var bytes = [UInt8](repeating: 0, count: Self.lengthBytes - head.count)
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      if count <= 0 { return Self.state(count) }
      head += bytes[..<count]
      guard head.count == Self.lengthBytes else { return .more }
      let length = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= UInt64(longest) else {
        return .noFrame(Self.refused(head, length, longest: longest))
      }
      body = [UInt8](repeating: 0, count: Int(length))
      (done, hasLength) = (0, true)
    }
    while done < body.count {
      let (start, descriptor) = (done, descriptor)
      let count = body.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if count <= 0 { return Self.state(count) }
      done += count
    }
    let frame = body
    (head, body, hasLength) = ([], [], false)
    return .ready(frame)
  }

  private static func state(_ count: Int) -> State {
    if count == 0 { return .ended }
    return errno == EAGAIN || errno == EINTR ? .nothing : .ended
  }

  private static func refused(_ head: [UInt8], _ length: UInt64, longest: Int) -> String {
    if head.allSatisfy({ (0x20..<0x7f).contains($0) || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }) {
      let text = LastWords.shown(String(decoding: head, as: UTF8.self))
      return "wrote '\(text)…' to its standard output, where only frames may go"
    }
    return "began a frame of \(length) bytes, and at most \(longest) are due"
  }
}
