import Corpus
import Dispatch
import Glibc
import Preparation

/// Turns the first SIGINT or SIGTERM into a request to stop, so that the tracks at work are finished and
/// stored; a second one ends the process at once, which loses nothing that was stored either.
struct Interruption {
  private let sources: [any DispatchSourceSignal]

  init(
    _ cancellation: Cancellation,
    saying words: String = "stopping after the tracks at work; once more to stop at once"
  ) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: .global(qos: .userInitiated))
      source.setEventHandler {
        if cancellation.isCancelled { _exit(Exit.interrupted) }
        cancellation.cancel()
        Output.error("\n\(words)")
      }
      source.resume()
      return source
    }
  }

  /// Gives the signals back their usual effect.
  func end() {
    for source in sources { source.cancel() }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
