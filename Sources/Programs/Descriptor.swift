import Glibc

/// A file descriptor that closes with its last reference.
package final class Descriptor {
  /// The system's number; -1 once it is closed.
  package private(set) var number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close() }

  /// Closes it now.
  package func close() {
    if number >= 0 { Glibc.close(number) }
    number = -1
  }

  func stopBlocking() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }
}

/// Two ends of a pipe that child processes don't inherit.
struct Pipe {
  /// Linux's `F_SETPIPE_SZ`.
  private static let setSize: Int32 = 1_031
  /// What an unprivileged process may ask for: fewer turns where much goes through.
  private static let bytes: Int32 = 1 << 20

  let reading: Descriptor
  let writing: Descriptor

  init() throws(ProgramError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ProgramError(
        subject: "a pipe", detail: "it cannot be made: \(String(cString: strerror(errno)))",
        hint: "raise the limit of open files (ulimit -n)")
    }
    reading = Descriptor(ends[0])
    writing = Descriptor(ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], Self.setSize, Self.bytes)
  }
}
