import Glibc
import Synchronization

/// A server of HTTP/1.1 on this machine that answers as a test says, and counts what it sends.
public final class LocalServer: Sendable {
  /// What is asked.
  public struct Request: Sendable, Hashable {
    /// The path with what follows a `?`; the whole URL where the server is asked as a proxy.
    public let path: String
    /// The fields by their names in lower case.
    public var fields: [String: String]

    /// The field `Range`.
    public var range: String? { fields["range"] }
  }

  /// What is answered.
  public struct Response: Sendable {
    /// The status.
    public var status: Int
    /// Lines of the head, without the status and without a length.
    public var fields: [String]
    /// The bytes.
    public var body: [UInt8]
    /// The length that the head announces; nil for none.
    public var length: Int?
    /// After so many bytes of the body the connection is closed; nil for all.
    public var cut: Int?
    /// After so many bytes of the body nothing more is sent, and the connection stays; nil for all.
    public var stall: Int?
    /// Whether the body comes in chunks, without a length.
    public var isChunked = false
    /// Waited for after each so many bytes of the body, with microseconds; nil for no pauses.
    public var pauses: (bytes: Int, microseconds: UInt32)?

    /// An answer with its right length.
    public init(_ status: Int, _ body: [UInt8] = [], fields: [String] = []) {
      self.status = status
      self.fields = fields
      self.body = body
      length = body.count
    }
  }

  private struct Log {
    var requests: [Request] = []
    var sentBytes = 0
    var isClosed = false
    var open: Set<Int32> = []
  }

  /// Where it listens.
  public let port: UInt16
  private let socket: Int32
  private let log = Mutex(Log())
  private let answer: @Sendable (Request, _ number: Int) -> Response

  /// Begins to listen.
  /// - Parameter answer: what is answered to the request of a number, from 0; on any thread.
  public init(_ answer: @escaping @Sendable (Request, _ number: Int) -> Response) throws {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let own = socket
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(own, $0, length) == 0 && listen(own, 64) == 0 && getsockname(own, $0, &length) == 0
      }
    }
    guard isBound else { throw CannotListen(code: errno) }
    port = UInt16(bigEndian: address.sin_port)
    start { $0.accept() }
  }

  /// The system gives no port.
  public struct CannotListen: Error {
    /// Its error number.
    public let code: Int32
  }

  /// The URL of a path.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// What was asked so far.
  public var requests: [Request] { log.withLock { $0.requests } }

  /// The bytes of bodies that were sent so far.
  public var sentBytes: Int { log.withLock { $0.sentBytes } }

  /// Ends it, with all its connections.
  public func close() {
    let open = log.withLock { log in
      log.isClosed = true
      return log.open
    }
    shutdown(socket, Int32(SHUT_RDWR))
    for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
  }

  /// A file with an entity tag, parts of which are sent to who asks for them.
  public static func file(
    _ body: [UInt8], tag: String = "\"1\"", _ request: Request
  ) -> Response {
    let fields = ["ETag: \(tag)", "Accept-Ranges: bytes"]
    guard let range = request.range, request.fields["if-range"].map({ $0 == tag }) ?? true,
      range.hasPrefix("bytes=")
    else { return Response(200, body, fields: fields) }
    let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    var (first, last) = (Int(ends[0]), Int(ends[1]))
    if first == nil { (first, last) = (max(0, body.count - (last ?? 0)), body.count - 1) }
    guard let start = first, start < body.count else {
      return Response(416, fields: ["Content-Range: bytes */\(body.count)"])
    }
    let end = min(last ?? body.count - 1, body.count - 1)
    return Response(
      206, Array(body[start...end]),
      fields: fields + ["Content-Range: bytes \(start)-\(end)/\(body.count)"])
  }

  private func start(_ work: @escaping @Sendable (LocalServer) -> Void) {
    let box = Unmanaged.passRetained(Work(server: self, work: work))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
        work.work(work.server)
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let server: LocalServer
    let work: @Sendable (LocalServer) -> Void

    init(server: LocalServer, work: @escaping @Sendable (LocalServer) -> Void) {
      self.server = server
      self.work = work
    }
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(socket, nil, nil)
      if connection < 0 {
        if errno == EINTR { continue }
        Glibc.close(socket)
        return
      }
      let isClosed = log.withLock { log in
        log.open.insert(connection)
        return log.isClosed
      }
      if isClosed { shutdown(connection, Int32(SHUT_RDWR)) }
      start { $0.serve(connection) }
    }
  }

  private func serve(_ connection: Int32) {
    defer {
      log.withLock { _ = $0.open.remove(connection) }
      Glibc.close(connection)
    }
    var received: [UInt8] = []
    while let request = next(connection, &received) {
      let number = log.withLock { log in
        log.requests.append(request)
        return log.requests.count - 1
      }
      if !send(answer(request, number), connection) { return }
    }
  }

  /// The next request of a connection; nil at its end.
  private func next(_ connection: Int32, _ received: inout [UInt8]) -> Request? {
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self)
          .split(separator: "\r\n")
        received.removeSubrange(..<end.upperBound)
        let words = lines.first?.split(separator: " ") ?? []
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
          guard let colon = line.firstIndex(of: ":") else { continue }
          fields[line[..<colon].lowercased()] = String(
            line[line.index(after: colon)...].drop { $0 == " " })
        }
        return Request(path: words.count > 1 ? String(words[1]) : "", fields: fields)
      }
      let count = recv(connection, &piece, piece.count, 0)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return nil }
      received += piece[..<count]
    }
  }

  /// - Returns: whether the connection stays.
  private func send(_ response: Response, _ connection: Int32) -> Bool {
    var head = "HTTP/1.1 \(response.status) Answer\r\n"
    for field in response.fields { head += "\(field)\r\n" }
    if response.isChunked {
      head += "Transfer-Encoding: chunked\r\n"
    } else if let length = response.length {
      head += "Content-Length: \(length)\r\n"
    }
    guard put(Array("\(head)\r\n".utf8), connection) else { return false }
    let end = min(response.cut ?? .max, response.stall ?? .max, response.body.count)
    var offset = 0
    while offset < end {
      let bytes = Array(
        response.body[offset..<min(end, offset + (response.pauses?.bytes ?? 1 << 16))])
      let size = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
      let framed = response.isChunked ? size + bytes + Array("\r\n".utf8) : bytes
      guard put(framed, connection) else { return false }
      log.withLock { $0.sentBytes += bytes.count }
      offset += bytes.count
      if let pauses = response.pauses { usleep(pauses.microseconds) }
    }
    if response.stall != nil {
      // Until the other side has had enough.
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
      return false
    }
    if response.cut != nil { return false }
    if response.isChunked { return put(Array("0\r\n\r\n".utf8), connection) }
    return response.length != nil
  }

  private func put(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          connection, $0.baseAddress.map { $0 + done }, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
