/// A program that is started for a run, and the limits that it must keep to.
struct ExternalProgram: Sendable {
  /// The command, as the shell takes it.
  let command: String
  /// The limits that it must keep to.
  let limits: ExternalTraining.Limits
  /// Takes the lines of its standard error.
  let output: @Sendable (String) -> Void

  /// The command in one line, for messages.
  var name: String { "exec:" + ExternalEvent.shown(command) }
}

/// Receives the events of a program, and makes a result of them.
protocol ExternalListener {
  /// The result.
  associatedtype Outcome
  /// Whether everything that was asked for has come.
  var isComplete: Bool { get }
  /// Whether it has gone on for longer than the limits allow.
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
  /// The result, once the process has ended as it should.
  func conclude() throws(TrainingError) -> Outcome
  /// The result where it was stopped before.
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
