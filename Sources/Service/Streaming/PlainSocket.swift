import Glibc
import NIOCore

/// The socket of a connection without TLS, to send numbers from where they lie.
///
/// The server's own way copies every answer into memory of its own, which for batches costs as much
/// as sending them. While this is written to, nothing else may be sent on the connection.
struct PlainSocket: Sendable {
  /// Nobody reads at the other end.
  struct Gone: Error {}

  private let descriptor: Int32
  private static let millisecondsOfPatience: Int32 = 500

  /// The socket under a channel, once all that was written to the channel has been sent; nil where
  /// the channel has none.
  init?(of channel: any Channel) async throws {
    // What was written before is on its way to the event loop, so this comes after it.
    let found = try await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
        of: NIOBSDSocket.Handle.self
      ) { dup($0) }
    }.get()
    guard let found, found >= 0 else { return nil }
    descriptor = found
    do {
      while try await channel.getOption(.bufferedWritableBytes).get() > 0 {
        try await Task.sleep(for: .milliseconds(1))
      }
    } catch {
      close()
      throw error
    }
  }

  /// Gives it back; the connection itself stays open.
  func close() { Glibc.close(descriptor) }

  /// Sends pieces one after the other.
  /// - Parameter mayWait: is asked from time to time while the other end does not read.
  /// - Throws: ``Gone`` where the other end is gone, or is not to be waited for any more.
  func send(_ pieces: [UnsafeRawBufferPointer], whileWaiting mayWait: () -> Bool) throws(Gone) {
    var left = pieces.map {
      iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
    }
    var first = 0
    while first < left.count {
      let sent = left[first...].withUnsafeMutableBufferPointer { parts in
        var message = msghdr()
        message.msg_iov = parts.baseAddress
        message.msg_iovlen = parts.count
        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if sent < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN: try wait(mayWait)
        default: throw Gone()
        }
        continue
      }
      var done = sent
      while first < left.count, done >= left[first].iov_len {
        done -= left[first].iov_len
        first += 1
      }
      if done > 0 {
        left[first].iov_base = left[first].iov_base.map { $0 + done }
        left[first].iov_len -= done
      }
    }
  }

  private func wait(_ mayWait: () -> Bool) throws(Gone) {
    while true {
      var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let count = poll(&state, 1, Self.millisecondsOfPatience)
      if count > 0 {
        if state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { throw Gone() }
        return
      }
      if !mayWait() { throw Gone() }
    }
  }
}
