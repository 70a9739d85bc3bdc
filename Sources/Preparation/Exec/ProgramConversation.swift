internal import Corpus
internal import Glibc
internal import Programs

/// What is said to a program, and what is made of its answers.
protocol ProgramTalk: ~Copyable {
  /// Whether an answer is still to come.
  var isDue: Bool { get }
  /// The most bytes that the next answer may have.
  var longestAnswer: Int { get }
  /// The next frame, when it can be written; nil where there is none now.
  mutating func nextFrame() throws(ProgramConversation.End) -> [UInt8]?
  /// Takes the next answer.
  ///
  /// - Parameter lastWords: what the program has written to its standard error by then.
  mutating func take(_ answer: [UInt8], _ lastWords: LastWords) throws(ProgramConversation.End)
}

/// A running program that answers each frame with one. Used by one thread.
///
/// Frames are written and answers read at the same time, so that the next frame waits for the
/// program and not the program for it.
struct ProgramConversation: ~Copyable {
  /// Why it is over.
  enum End: Error {
    /// The run was cancelled.
    case cancelled
    /// The program broke it off, or what it wrote is no frame.
    case broken(String)
  }

  /// How long the pipes are waited for before the clock, the cancellation and the next frame are
  /// looked at, in milliseconds.
  private static let patience: Int32 = 10
  /// How long a program may take to end after its input has, or to be seen to have ended.
  private static let grace = Duration.seconds(3)

  private let child: ChildProcess
  private let silence: Duration
  private let cancellation: Cancellation
  private let clock = ContinuousClock()
  private var answer: FrameReader
  private var lastSign: ContinuousClock.Instant
  /// What it last wrote to its standard error.
  private(set) var lastWords = LastWords()

  /// Starts a program.
  init(
    _ command: [String], environment: [String: String], silence: Duration,
    _ cancellation: Cancellation
  ) throws(ProgramError) {
    child = try ChildProcess(
      command, environment: environment, wantsInput: true, endsWithThread: true)
    self.silence = silence
    self.cancellation = cancellation
    answer = FrameReader()
    lastSign = clock.now
  }

  deinit { child.end() }

  /// Writes frames and takes answers until none is due.
  ///
  /// - Throws: ``End``; then it is over.
  mutating func exchange(_ talk: inout some (ProgramTalk & ~Copyable)) throws(End) {
    let pipeSignal = BlockedPipeSignal()
    defer { pipeSignal.end() }
    var written = 0
    var bytes: [UInt8] = []
    lastSign = clock.now
    if case .ready = try read(longest: talk.longestAnswer) {
      throw .broken("wrote without being asked")
    }
    while talk.isDue {
      if cancellation.isCancelled { throw .cancelled }
      var isBusy = false
      if written == bytes.count, let frame = try talk.nextFrame() { (bytes, written) = (frame, 0) }
      if written < bytes.count { isBusy = try write(bytes, &written) }
      if case .ready(let whole) = try read(longest: talk.longestAnswer) {
        try talk.take(whole, lastWords)
        isBusy = true
      }
      readErrors()
      if clock.now - lastSign > silence {
        throw .broken("has neither read nor written anything for \(silence)")
      }
      if !isBusy, talk.isDue { wait(writes: written < bytes.count) }
    }
  }

  /// Ends its input, and waits a little for it to end by itself.
  consuming func finish() {
    child.input?.close()
    let deadline = clock.now + Self.grace
    while !cancellation.isCancelled, child.look() == nil, clock.now < deadline {
      readErrors()
      usleep(5_000)
    }
  }

  private func wait(writes: Bool) {
    var polled = [
      pollfd(fd: child.output.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.errors.number, events: Int16(POLLIN), revents: 0),
    ]
    if writes, let input = child.input {
      polled.append(pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0))
    }
    poll(&polled, nfds_t(polled.count), Self.patience)
  }

  /// - Returns: whether something was written.
  private mutating func write(_ bytes: [UInt8], _ written: inout Int) throws(End) -> Bool {
    guard let input = child.input else { return false }
    let count = bytes.withUnsafeBytes { buffer in
      Glibc.write(input.number, buffer.baseAddress.map { $0 + written }, buffer.count - written)
    }
    if count < 0 {
      if errno == EINTR || errno == EAGAIN { return false }
      throw .broken(ending() ?? "closed its standard input")
    }
    written += count
    lastSign = clock.now
    return count > 0
  }

  private mutating func read(longest: Int) throws(End) -> FrameReader.State {
    let state = answer.read(child.output.number, longest: longest)
    switch state {
    case .ready, .more: lastSign = clock.now
    case .nothing: break
    case .ended: throw .broken(ending() ?? "closed its standard output")
    case .noFrame(let why): throw .broken(why)
    }
    return state
  }

  private mutating func readErrors() {
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    while true {
      let count = Glibc.read(child.errors.number, &bytes, bytes.count)
      if count <= 0 { return }
      lastSign = clock.now
      _ = lastWords.take(Array(bytes[..<count]))
    }
  }

  /// How it ended, once it has closed a pipe; nil where it goes on.
  private mutating func ending() -> String? {
    let deadline = clock.now + Self.grace
    while child.look() == nil, clock.now < deadline, !cancellation.isCancelled {
      readErrors()
      usleep(2_000)
    }
    readErrors()
    _ = lastWords.end()
    return child.exit?.words
  }
}
