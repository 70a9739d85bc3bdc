package import Glibc
import Synchronization
import Wording

/// A program that runs beside this process, in a process group of its own, with pipes to its
/// standard output, standard error and, where that is asked for, standard input.
///
/// What it leaves behind ends with it: see ``end()``. Used by one thread at a time.
package final class ChildProcess {
  /// How a process ended.
  package enum Exit: Equatable {
    /// With a status, 0 for success.
    case status(Int32)
    /// Killed by a signal.
    case signal(Int32)
  }

  /// Its number, which is also its group's.
  package let id: pid_t
  /// The end of a pipe that its standard output is read from; does not block.
  package let output: Descriptor
  /// The same of its standard error.
  package let errors: Descriptor
  /// Where its standard input is written to, without blocking; nil where that is empty.
  package let input: Descriptor?
  /// How it ended; nil while it was not seen to.
  package private(set) var exit: Exit?

  /// Held from the making of a program's pipes until it has started: a program that another thread
  /// starts meanwhile would inherit them, and the end of the one would not be seen before that of
  /// the other.
  private static let starting = Mutex(())

  /// Starts a program.
  ///
  /// Signals have their usual effect in it, whatever this process made of them.
  ///
  /// - Parameters:
  ///   - arguments: its name or path, and what it is given; a name without a slash is looked for in
  ///     `PATH`.
  ///   - environment: its variables.
  ///   - wantsInput: whether something is written to its standard input.
  ///   - endsWithThread: whether it is killed when this thread ends, as it does when this process
  ///     is killed. It takes `setpriv`, which comes with every Debian; without that a program ends by itself, when its input does.
  /// - Throws: ``ProgramError``, where there is no pipe or process to be had, or no such program.
  package init(
    _ arguments: [String], environment: [String: String], wantsInput: Bool,
    endsWithThread: Bool = false
  ) throws(ProgramError) {
    let guardian = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]
    let isGuarded = endsWithThread && access(guardian[0], X_OK) == 0
    let arguments = isGuarded ? guardian + arguments : arguments
    let started = try Self.starting.withLock { _ throws(ProgramError) in
      try Self.start(arguments, environment, wantsInput: wantsInput)
    }
    id = started.id
    (output, errors, input) = (started.output, started.errors, started.input)
    for descriptor in [output, errors, input] { descriptor?.stopBlocking() }
  }

  private struct Started {
    let id: pid_t
    let output, errors: Descriptor
    let input: Descriptor?
  }

  private static func start(
    _ arguments: [String], _ environment: [String: String], wantsInput: Bool
  ) throws(ProgramError) -> sending Started {
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
    let code = withCStrings(arguments) { arguments in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
        arguments.first.flatMap(\.self).map {
          posix_spawnp(&id, $0, &actions, &attributes, arguments, environment)
        } ?? EINVAL
      }
    }
    guard code == 0 else {
      throw ProgramError(
        subject: LastWords.shown(Words.command(arguments)),
        detail: "it cannot be started: \(String(cString: strerror(code)))",
        hint: code == ENOENT || code == EACCES
          ? "see whether it is there and may be executed"
          : "see whether the command and the environment are too long, or too many processes run")
    }
    // The other ends close here, so that the end of a pipe is seen.
    return Started(
      id: id, output: output.reading, errors: errors.reading, input: input?.writing)
  }

  deinit { end() }

  /// Sends a signal to it and to all that it started, as far as that stayed in its group.
  package func signal(_ number: Int32) { kill(-id, number) }

  /// Whether a process of its group is left, itself included.
  package var hasGroup: Bool { kill(-id, 0) == 0 || errno != ESRCH }

  /// Sees whether it has ended, without waiting.
  @discardableResult
  package func look() -> Exit? {
    if exit == nil {
      var status: Int32 = 0
      if waitpid(id, &status, WNOHANG) == id { exit = Self.exit(of: status) }
    }
    return exit
  }

  /// Kills what is left of it and of its group, and waits for it, so that it leaves no zombie.
  package func end() {
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

extension ChildProcess.Exit {
  /// How it ended, in words; what follows "it".
  package var words: String {
    switch self {
    case .status(let status) where status > 128 && status < 160:
      "ended with status \(status) (\(Self.name(of: status - 128)))"
    case .status(let status): "ended with status \(status)"
    case .signal(let signal): "was killed by \(Self.name(of: signal))"
    }
  }

  private static func name(of signal: Int32) -> String {
    let names: [Int32: String] = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGILL: "SIGILL", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS",
      SIGFPE: "SIGFPE", SIGKILL: "SIGKILL (as for want of memory)", SIGSEGV: "SIGSEGV",
      SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM",
    ]
    return names[signal] ?? "signal \(signal)"
  }
}
