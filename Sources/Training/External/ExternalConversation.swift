import Corpus
import Glibc
import Programs

/// Reads what a trainer writes, and writes what it reads, until it has ended.
///
/// One thread polls all pipes, so that none of them can fill up and stop the others.
struct ExternalConversation {
  private static let pieces = 1 << 16
  /// The bytes that are taken from a pipe before the others have their turn.
  private static let turn = 1 << 20
  /// How long to wait for the pipes before the process and the clock are checked.
  private static let patience: Int32 = 50

  private let program: ExternalProgram
  private let child: ChildProcess
  private let clock = ContinuousClock()
  private var output: LineSplitter
  private var lastWords = LastWords()
  private var outputBytes = 0
  private var hasOutput = true
  private var hasErrors = true
  private var stream: (any FrameSource)?
  private var frame: [UInt8] = []
  private var written = 0
  private var lastSign: ContinuousClock.Instant

  /// - Parameter stream: what is written to its standard input; nil for nothing.
  init(
    _ program: ExternalProgram, environment: [String: String], stream: (any FrameSource)?
  ) throws(TrainingError) {
    self.program = program
    do throws(ProgramError) {
      child = try ChildProcess(
        ["/bin/sh", "-c", program.command], environment: environment, wantsInput: stream != nil)
    } catch {
      throw TrainingError(
        kind: .system, subject: program.name, detail: "\(error.subject): \(error.detail)",
        hint: error.hint)
    }
    output = LineSplitter(limit: program.limits.line, excess: .refuse)
    self.stream = stream
    lastSign = clock.now
  }

  /// Runs to the end of the process.
  mutating func run<Records: ExternalListener>(
    _ records: inout Records, _ progress: any TrainingProgress, _ cancellation: Cancellation
  ) throws(TrainingError) -> Records.Outcome {
    defer { child.end() }
    let pipeSignal = BlockedPipeSignal()
    defer { pipeSignal.end() }
    var deadline: ContinuousClock.Instant?
    while true {
      // The process is checked first, so that what it wrote before its end is read after the end
      // is known.
      let hasEnded = child.look() != nil
      if !hasEnded { wait() }
      try readOutput(&records, progress)
      readErrors()
      if hasEnded, deadline == nil || !child.hasGroup { break }
      try writeInput()
      if let deadline {
        if clock.now >= deadline { break }
      } else if cancellation.isCancelled || (records.isLate && !records.isComplete) {
        child.signal(SIGTERM)
        deadline = clock.now + program.limits.grace
      } else if let silence = program.limits.silence, clock.now - lastSign > silence {
        throw failure(
          "it has neither written nor read anything for \(silence)", withLastWords: true)
      }
      if hasEnded { wait() }
    }
    child.end()
    return try conclude(&records, wasCancelled: deadline != nil, progress)
  }

  /// The result of the run after the process has ended.
  private mutating func conclude<Records: ExternalListener>(
    _ records: inout Records, wasCancelled: Bool, _ progress: any TrainingProgress
  ) throws(TrainingError) -> Records.Outcome {
    if let last = lastWords.end() { program.output(last) }
    if wasCancelled, records.isComplete { return try records.conclude() }
    if wasCancelled {
      if records.isLate { return try records.stopped(.stoppedEarly, message: nil) }
      return try records.stopped(.interrupted, message: "it was asked to stop")
    }
    if let exit = child.exit, exit != .status(0) {
      // The program may have reported its failure itself.
      var isReported = false
      if case .status = exit, let end = records.end { isReported = end.status != .finished }
      if !isReported { throw failure("it \(exit.words) \(records.extent)", withLastWords: true) }
    }
    if let last = output.remainder() {
      try take(last, number: output.count, &records, progress)
    }
    return try records.conclude()
  }

  // MARK: Pipes

  private func wait() {
    var polled: [pollfd] = []
    if hasOutput {
      polled.append(pollfd(fd: child.output.number, events: Int16(POLLIN), revents: 0))
    }
    if hasErrors {
      polled.append(pollfd(fd: child.errors.number, events: Int16(POLLIN), revents: 0))
    }
    if stream != nil, let input = child.input {
      polled.append(pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0))
    }
    poll(&polled, nfds_t(polled.count), Self.patience)
  }

  /// What can be read now; false where there will be no more.
  private mutating func read(
    _ descriptor: Descriptor, _ take: (ArraySlice<UInt8>) throws(TrainingError) -> Void
  ) throws(TrainingError) -> Bool {
    var bytes = [UInt8](repeating: 0, count: Self.pieces)
    var done = 0
    while done < Self.turn {
      let count = Glibc.read(descriptor.number, &bytes, bytes.count)
      if count == 0 { return false }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      done += count
      try take(bytes[..<count])
    }
    return true
  }

  private mutating func readOutput<Records: ExternalListener>(
    _ records: inout Records, _ progress: any TrainingProgress
  ) throws(TrainingError) {
    guard hasOutput else { return }
    var pieces: [[UInt8]] = []
    hasOutput = try read(child.output) { (bytes) throws(TrainingError) in
      pieces.append(Array(bytes))
    }
    for piece in pieces {
      lastSign = clock.now
      outputBytes += piece.count
      let first = output.count + 1
      for (index, line) in output.lines(piece).enumerated() {
        try take(line, number: first + index, &records, progress)
      }
      if output.isTooLong {
        throw failure("line \(output.count) of its output is longer than \(output.limit) bytes")
      }
      if outputBytes > program.limits.output {
        throw failure("it wrote more than \(program.limits.output) bytes to standard output")
      }
    }
  }

  private mutating func readErrors() {
    guard hasErrors else { return }
    var pieces: [[UInt8]] = []
    hasErrors =
      (try? read(child.errors) { (bytes) throws(TrainingError) in pieces.append(Array(bytes)) })
      ?? false
    for piece in pieces {
      lastSign = clock.now
      for line in lastWords.take(piece) { program.output(line) }
    }
  }

  private mutating func writeInput() throws(TrainingError) {
    guard let input = child.input, stream != nil else { return }
    var done = 0
    while done < Self.turn {
      if written == frame.count {
        guard let next = try stream?.next() else { return closeInput() }
        (frame, written) = (next, 0)
      }
      let count = frame.withUnsafeBytes { bytes in
        Glibc.write(
          input.number, bytes.baseAddress.map { $0 + written },
          min(bytes.count - written, Self.turn))
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return }
        // It reads no more, which it may.
        return closeInput()
      }
      lastSign = clock.now
      written += count
      done += count
    }
  }

  private mutating func closeInput() {
    child.input?.close()
    stream = nil
    frame = []
  }

  // MARK: Lines

  private mutating func take<Records: ExternalListener>(
    _ line: [UInt8], number: Int, _ records: inout Records,
    _ progress: any TrainingProgress
  ) throws(TrainingError) {
    let subject = "\(program.name), line \(number) of its output"
    let event = try ExternalEvent(line, subject: subject)
    if let known = try records.take(event, subject: subject) { progress.report(known) }
  }

  private func failure(_ detail: String, withLastWords: Bool = false) -> TrainingError {
    TrainingError(
      kind: .plugin, subject: program.name,
      detail: withLastWords ? lastWords.following(detail) : detail,
      hint: "see what a trainer must do in Sources/Python/README.md")
  }
}
