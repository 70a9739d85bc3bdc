import Glibc
import NIOCore

/// The socket of a connection, beside the channel that it belongs to: to see what its client takes, to
/// break it off, and without TLS to send numbers from where they lie.
///
/// The server's own way copies every answer into memory of its own, which for batches costs as much
/// as sending them. While this is written to, nothing else may be sent on the connection.
final class ClientSocket: Sendable {
  /// Nobody reads at the other end.
  struct Gone: Error {}

  private let descriptor: Int32

  /// The socket under a channel; nil where the channel has none.
  init?(of channel: any Channel) async throws {
    let found = try await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
        of: NIOBSDSocket.Handle.self
      ) { dup($0) }
    }.get()
    guard let found, found >= 0 else { return nil }
    descriptor = found
  }

  // The connection itself stays open.
  deinit { close(descriptor) }

  /// Waits until all that was written to the channel before has been sent.
  func waitUntilFree(_ channel: any Channel) async throws {
    // What was written before is on its way to the event loop, and this comes after it.
    while try await channel.getOption(.bufferedWritableBytes).get() > 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  /// How far the client is, by what its system has confirmed; nil where this one does not say.
  var progress: StreamRooms.Progress? {
    var waiting: Int32 = 0
    var facts = [UInt8](repeating: 0, count: 256)
    var size = socklen_t(facts.count)
    // `tcpi_bytes_acked` of Linux's struct tcp_info, to which fields are only ever added.
    let taken = 120..<128
    guard ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0,
      getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &facts, &size) == 0,
      Int(size) >= taken.upperBound
    else { return nil }
    return StreamRooms.Progress(
      taken: facts.withUnsafeBytes {
        Int(truncatingIfNeeded: $0.loadUnaligned(fromByteOffset: taken.lowerBound, as: UInt64.self))
      }, waiting: Int(waiting))
  }

  /// Breaks the connection; a wait in ``send(_:)`` ends with an error. What was not sent is thrown away.
  func breakOff() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Sends pieces one after the other, however long the other end takes.
  /// - Throws: ``Gone`` where the other end is gone, or the connection was broken off.
  func send(_ pieces: [UnsafeRawBufferPointer]) throws(Gone) {
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
        case EAGAIN: try wait()
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

  private func wait() throws(Gone) {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while poll(&state, 1, -1) < 0 {
      guard errno == EINTR else { throw Gone() }
    }
    if state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { throw Gone() }
  }
}
