import Glibc

/// A shell command that runs beside this process, in a process group of its own, with pipes to its standard
/// output, standard error and, where that is asked for, standard input.
///
/// What it leaves behind ends with it: see ``end()``. Used by one thread at a time.
final class ChildProcess {
  /// How a process ended.
  enum Exit: Equatable {
    /// With a status, 0 for success.
    case status(Int32)
    /// Killed by a signal.
    case signal(Int32)
  }

  /// Its number, which is also its group's.
  let id: pid_t
  /// The end of a pipe that its standard output is read from; does not block.
  let output: Descriptor
  /// The same of its standard error.
  let errors: Descriptor
  /// Where its standard input is written to, without blocking; nil where that is empty.
  let input: Descriptor?
  private(set) var exit: Exit?

  /// Starts a command with `/bin/sh -c`.
  ///
  /// Signals have their usual effect in it, whatever this process made of them.
  /// - Throws: ``TrainingError`` `.system`, where there is no pipe or process to be had.
  init(
    command: String, environment: [String: String], wantsInput: Bool
  ) throws(TrainingError) {
    let output = try Pipe()
    let errors = try Pipe()
    let input = wantsInput ? try Pipe() : nil

    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input.reading.number, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.writing.number, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writing.number, 2)

    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var id: pid_t = 0
    let code = Self.withCStrings(["/bin/sh", "-c", command]) { arguments in
      Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
        posix_spawn(&id, "/bin/sh", &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else {
      throw TrainingError(
        kind: .system, subject: "exec:" + ExternalEvent.shown(command),
        detail: "/bin/sh cannot be started: \(String(cString: strerror(code)))",
        hint: "see whether the command and the environment are too long, or too many processes run")
    }
    self.id = id
    // The writing ends of the others close here, so that their end is seen.
    self.output = output.reading
    self.errors = errors.reading
    self.input = input?.writing
    for descriptor in [self.output, self.errors, self.input] { descriptor?.stopBlocking() }
  }

  deinit { end() }

  /// Sends a signal to it and to all that it started, as far as that stayed in its group.
  func signal(_ number: Int32) { kill(-id, number) }

  /// Whether a process of its group is left, itself included.
  var hasGroup: Bool { kill(-id, 0) == 0 || errno != ESRCH }

  /// Sees whether it has ended, without waiting.
  @discardableResult
  func look() -> Exit? {
    if exit == nil {
      var status: Int32 = 0
      if waitpid(id, &status, WNOHANG) == id { exit = Self.exit(of: status) }
    }
    return exit
  }

  /// Kills what is left of it and of its group, and waits for it, so that it leaves no zombie.
  func end() {
    signal(SIGKILL)
    while exit == nil {
      var status: Int32 = 0
      if waitpid(id, &status, 0) == id {
        exit = Self.exit(of: status)
      } else if errno != EINTR {
        // Somebody else waited for it: how it ended is lost, but it has.
        exit = .status(-1)
      }
    }
  }

  private static func exit(of status: Int32) -> Exit {
    let signal = status & 0x7f
    return signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

/// A file descriptor that closes with its last reference.
final class Descriptor {
  private(set) var number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close() }

  /// Closes it now.
  func close() {
    if number >= 0 { Glibc.close(number) }
    number = -1
  }

  func stopBlocking() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }
}

/// Two ends of a pipe that child processes don't inherit.
private struct Pipe {
  let reading: Descriptor
  let writing: Descriptor

  init() throws(TrainingError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw TrainingError(
        kind: .system, subject: "a pipe",
        detail: "it cannot be made: \(String(cString: strerror(errno)))",
        hint: "raise the limit of open files (ulimit -n)")
    }
    reading = Descriptor(ends[0])
    writing = Descriptor(ends[1])
    // A process that another thread starts just now may inherit them; so nothing waits for their end.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }
}
