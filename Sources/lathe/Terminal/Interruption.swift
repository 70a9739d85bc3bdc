import Corpus
import Glibc
import Preparation
import Synchronization

/// SIGINT and SIGTERM from the first moment of the program to its last.
///
/// While a run can be stopped gently, the first one is a request to stop, so that the tracks at
/// work are finished and stored, and a second one ends the process at once, which loses nothing
/// that was stored either. At any other time the first one ends it. The exit code is
/// ``Exit/interrupted`` in each case.
struct Interruption {
  private final class State: Sendable {
    let asked = Atomic<Int>(0)
    let isGentle = Atomic<Bool>(false)
    /// What the first signal stops, and what is said then.
    let request = Mutex<(cancellation: Cancellation, words: String)?>(nil)
    /// What the handler writes to, since it may do hardly anything else.
    let reading: Int32
    let writing: Int32

    init() {
      var ends: [Int32] = [-1, -1]
      _ = pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
      (reading, writing) = (ends[0], ends[1])
    }
  }

  private static let state = State()

  /// Whether a signal has come.
  static var wasAsked: Bool { state.asked.load(ordering: .relaxed) > 0 }

  /// Takes the signals. The first thing that the program does.
  static func install() {
    _ = (state, isWatched)
    // A parent may have them blocked in the thread that started this program.
    var signals = sigset_t()
    sigemptyset(&signals)
    defer { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { _ in
        let before = Interruption.state.asked.add(1, ordering: .relaxed).oldValue
        if before > 0 || !Interruption.state.isGentle.load(ordering: .relaxed) {
          _exit(Exit.interrupted)
        }
        var byte: UInt8 = 0
        _ = write(Interruption.state.writing, &byte, 1)
      }
    }
  }

  /// A thread that does what the handler may not. It is begun before anything else takes address
  /// space: where that is limited (`ulimit -v`), Dispatch would wait for ever for a thread that it
  /// cannot have.
  ///
  /// - Returns: whether there is one.
  private static let isWatched: Bool = {
    var thread = pthread_t()
    return pthread_create(
      &thread, nil,
      { _ in
        var byte: UInt8 = 0
        while read(Interruption.state.reading, &byte, 1) == 1 || errno == EINTR {
          guard let request = Interruption.state.request.withLock({ $0 }) else { continue }
          request.cancellation.cancel()
          Output.endLine()
          Output.error(request.words)
        }
        return nil
      }, nil) == 0
  }()

  /// Makes a request to stop of the first signal.
  init(
    _ cancellation: Cancellation,
    saying words: String = "stopping after the tracks at work; once more to stop at once"
  ) {
    Self.state.request.withLock { $0 = (cancellation, words) }
    Self.state.isGentle.store(Self.isWatched, ordering: .relaxed)
  }

  /// Lets the next signal end the process.
  func end() {
    Self.state.isGentle.store(false, ordering: .relaxed)
    Self.state.request.withLock { $0 = nil }
  }
}
