import Corpus
import Foundation
import Glibc

/// What a server answers, read from a socket as it comes.
struct Reply {
  let status: Int
  /// By name in small letters.
  let headers: [String: String]
  let body: [UInt8]

  struct Unreadable: Error {}

  /// Sends a request and reads until the server closes.
  init(to request: String, port: Int, hasBody: Bool = true) throws {
    let bytes = try Self.exchange(Array(request.utf8), port: port)
    let end = Array("\r\n\r\n".utf8)
    guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
      throw Unreadable()
    }
    let lines = String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n")
    guard let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") else {
      throw Unreadable()
    }
    self.status = status
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let sides = line.split(separator: ":", maxSplits: 1)
      headers[sides[0].lowercased()] =
        sides.count > 1
        ? sides[1].trimmingCharacters(in: .whitespaces) : ""
    }
    self.headers = headers
    let rest = Array(bytes[(split + 4)...])
    body = headers["transfer-encoding"] == "chunked" ? try Self.joined(rest) : rest
  }

  /// The body as JSON.
  func json() throws -> JSONValue { try JSONValue(json: body, named: "answer") }

  /// The body as a text.
  var text: String { String(decoding: body, as: UTF8.self) }

  /// A socket that is connected to a port of this machine.
  static func connection(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      close(descriptor)
      throw Unreadable()
    }
    // A server that does not answer must not hold the tests for ever.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  /// Sends all of a request, or what a server takes of it.
  static func send(_ request: [UInt8], on descriptor: Int32) {
    var sent = 0
    while sent < request.count {
      let count = request[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      // A server may refuse before it has read everything.
      guard count > 0 else { break }
      sent += count
    }
  }

  /// What comes until the end of a connection.
  static func rest(of descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &part, part.count, 0)
      guard count > 0 else { return all }
      all += part[..<count]
    }
  }

  private static func exchange(_ request: [UInt8], port: Int) throws -> [UInt8] {
    let descriptor = try connection(to: port)
    defer { close(descriptor) }
    send(request, on: descriptor)
    return rest(of: descriptor)
  }

  private static func joined(_ chunks: [UInt8]) throws -> [UInt8] {
    var all: [UInt8] = []
    var offset = 0
    while let end = chunks[offset...].firstIndex(of: UInt8(ascii: "\r")),
      let length = Int(String(decoding: chunks[offset..<end], as: UTF8.self), radix: 16)
    {
      if length == 0 { return all }
      guard end + 2 + length <= chunks.count else { break }
      all += chunks[end + 2..<end + 2 + length]
      offset = end + 2 + length + 2
    }
    throw Unreadable()
  }
}
