/// A program that is started for a run, and what is borne with of it.
struct ExternalProgram: Sendable {
  /// The command, as the shell takes it.
  let command: String
  /// What is borne with.
  let limits: ExternalTraining.Limits
  /// Takes the lines of its standard error.
  let output: @Sendable (String) -> Void

  /// The command in one line, for messages.
  var name: String { "exec:" + ExternalEvent.shown(command) }
}

/// What takes the events of a program, and says what they come to.
protocol ExternalListener {
  /// What they come to.
  associatedtype Outcome
  /// Whether everything that was wanted has come.
  var isComplete: Bool { get }
  /// Whether it has gone on for longer than is borne with.
  var isLate: Bool { get }
  /// How far it has come, for messages.
  var extent: String { get }
  /// The event after which there are no more.
  var end: ExternalEvent.End? { get }
  /// Takes an event.
  /// - Parameter subject: the line that it was on.
  /// - Returns: what to report to the waiting caller.
  mutating func take(
    _ event: ExternalEvent, subject: String
  ) throws(TrainingError) -> TrainingEvent?
  /// What it comes to, once the process has ended as it should.
  func conclude() throws(TrainingError) -> Outcome
  /// What it comes to where it was stopped before.
  func stopped(
    _ status: ResultRecord.Status, message: String?
  ) throws(TrainingError) -> Outcome
}

/// What is written to a program's standard input, frame after frame.
protocol FrameSource {
  /// The next frame; nil after the last.
  /// - Throws: ``TrainingError`` `.data` where samples cannot be read.
  mutating func next() throws(TrainingError) -> [UInt8]?
}
