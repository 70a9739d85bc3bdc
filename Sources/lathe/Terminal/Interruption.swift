import Corpus
import Dispatch
import Glibc
import Preparation
import Synchronization

/// SIGINT and SIGTERM from the first moment of the program to its last.
///
/// While a run can be stopped gently, the first one is a request to stop, so that the tracks at work are
/// finished and stored, and a second one ends the process at once, which loses nothing that was stored either.
/// At any other time the first one ends it. The exit code is ``Exit/interrupted`` in each case.
struct Interruption {
  private final class State: Sendable {
    let asked = Atomic<Int>(0)
    let isGentle = Atomic<Bool>(false)
    /// What the handler writes to, since it may do hardly anything else.
    let reading: Int32
    let writing: Int32

    init() {
      var ends: [Int32] = [-1, -1]
      _ = pipe(&ends)
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
      (reading, writing) = (ends[0], ends[1])
    }
  }

  private static let state = State()

  /// Whether a signal has come.
  static var wasAsked: Bool { state.asked.load(ordering: .relaxed) > 0 }

  /// Takes the signals. The first thing that the program does.
  static func install() {
    _ = state
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

  private let source: any DispatchSourceRead

  /// Makes a request to stop of the first signal.
  init(
    _ cancellation: Cancellation,
    saying words: String = "stopping after the tracks at work; once more to stop at once"
  ) {
    let reading = Self.state.reading
    source = DispatchSource.makeReadSource(
      fileDescriptor: reading, queue: .global(qos: .userInitiated))
    source.setEventHandler {
      var byte: UInt8 = 0
      guard read(reading, &byte, 1) == 1 else { return }
      cancellation.cancel()
      Output.endLine()
      Output.error(words)
    }
    source.resume()
    Self.state.isGentle.store(true, ordering: .relaxed)
  }

  /// Lets the next signal end the process.
  func end() {
    Self.state.isGentle.store(false, ordering: .relaxed)
    source.cancel()
  }
}
