public import Corpus
internal import DatasetCache
internal import Synchronization

/// A run as the computers of views know it: what ends it, and the programs that those of several
/// threads share.
public final class ViewRun: Sendable {
  private struct Shared {
    weak var program: ExecProgram?
  }

  /// What ends it.
  public let cancellation: Cancellation
  private let programs = Mutex<[View: Shared]>([:])

  /// A run that ends when it is cancelled.
  public init(_ cancellation: Cancellation = Cancellation()) { self.cancellation = cancellation }

  /// The program of a view: one for all who ask as long as somebody holds it.
  func program(of view: View, _ make: () -> ExecProgram) -> ExecProgram {
    programs.withLock { programs in
      if let program = programs[view]?.program { return program }
      let program = make()
      programs[view] = Shared(program: program)
      return program
    }
  }
}
