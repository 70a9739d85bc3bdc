import Files
import Glibc
import Hummingbird
import NIOCore
import Programs

/// What a job says, sent as it says it: a line an event, whose id is where the next one begins.
struct JobEvents: Sendable {
  let service: ServedRoot
  let jobs: JobQueue
  let id: Int

  private static let pause = Duration.milliseconds(200)
  private static let atOnce = 1 << 18

  /// Sends until the job is over, or the service ends.
  func write(to writer: inout any ResponseBodyWriter, from start: Int) async throws {
    var position = start
    var quiet = 0
    while true {
      // Asked before its log is read: what it says last is not missed.
      let isOver = try jobs.job(id)?.job.isOver ?? true
      let (lines, next) = try await lines(from: position, isOver: isOver)
      position = next
      if !lines.isEmpty {
        try await writer.write(ByteBuffer(string: lines.joined()))
        quiet = 0
      } else if isOver || service.streams.isEnding {
        let state = try jobs.job(id)?.job.state.rawValue ?? "unknown"
        try await writer.write(
          ByteBuffer(string: "id: \(position)\nevent: ended\ndata: \(state)\n\n"))
        return try await writer.finish(nil)
      } else {
        quiet += 1
        // That a client has gone is noticed only when something is sent to it.
        if quiet % 50 == 0 { try await writer.write(ByteBuffer(string: ": waiting\n\n")) }
        try await Task.sleep(for: Self.pause)
      }
    }
  }

  /// Where the lines begin that lie wholly within so many bytes before the end; 0 for nil.
  func start(ofTail tail: Int?) async throws -> Int {
    guard let tail else { return 0 }
    let path = jobs.log(of: id)
    return try await service.work {
      var status = stat()
      guard stat(path, &status) == 0, Int(status.st_size) > tail else { return 0 }
      let position = Int(status.st_size) - tail
      // From the end of the line that begins earlier.
      guard let bytes = try Files.read(path, at: position - 1, count: Self.atOnce),
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
      else { return position }
      return position + end
    }
  }

  private func lines(from position: Int, isOver: Bool) async throws -> ([String], Int) {
    let path = jobs.log(of: id)
    return try await service.work {
      guard let bytes = try Files.read(path, at: position, count: Self.atOnce), !bytes.isEmpty
      else { return ([], position) }
      var end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      // The last line of all, or one that is longer than what is read at once.
      if end == 0, isOver || bytes.count == Self.atOnce { end = bytes.count }
      var events: [String] = []
      var next = position
      for line in bytes[..<end].split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      )
      .dropLast(bytes[..<end].last == UInt8(ascii: "\n") ? 1 : 0) {
        next += line.count + 1
        let text = String(decoding: line.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        events.append("id: \(min(next, position + end))\nevent: line\ndata: \(text)\n\n")
      }
      return (events, position + end)
    }
  }
}
