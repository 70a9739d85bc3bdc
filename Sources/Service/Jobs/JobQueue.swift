import Corpus
import Files
import Foundation
import Glibc
import HTTPTypes
import Programs
import Synchronization

/// Runs jobs one after the other, each as a process of its own that cannot outlive this one.
final class JobQueue: Sendable {
  private struct Content {
    /// Those that are not over, and others for as long as the store has not taken how they ended: a
    /// service takes jobs on for months, and what is over costs it a number.
    var held: [Int: Job] = [:]
    /// The numbers of all that are kept, in their order.
    var numbers: [Int] = []
    var progress: [Int: (done: Int, total: Int)] = [:]
    /// The running job that somebody wants ended.
    var cancelled: Set<Int> = []
    var isStarted = false
    var isEnding = false
    var last = 0
    var endedJobs = 0
  }

  private let store: JobStore
  private let program: String
  private let content = Mutex(Content())
  private let changes = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Jobs that are kept once they are over; the oldest go first, with what they said.
  private let mostKept: Int
  /// Most bytes of a job's output that are kept.
  private static let mostOutput = 64 << 20
  /// How often a job is begun again that the service was ended under.
  private static let mostStarts = 3
  /// Seconds that a job has to end when it is told to.
  private static let patience = 20.0

  /// Takes up what an earlier service left: a job that was running is begun again where nothing
  /// counts twice, and called interrupted elsewhere.
  init(store: JobStore, program: String, mostKept: Int = 10_000) throws {
    self.store = store
    self.program = program
    self.mostKept = mostKept
    for number in try store.numbers() {
      guard var job = try store.job(number) else { continue }
      if job.state == .running {
        let kind = JobKind.all.first { $0.name == job.kind }
        job.state =
          kind?.isRepeatable == true && job.starts < Self.mostStarts ? .queued : .interrupted
        job.detail = "the service ended while it ran"
        try store.keep(job)
      }
      let kept = job
      content.withLock { content in
        if !kept.isOver { content.held[number] = kept }
        content.numbers.append(number)
        content.last = number
      }
    }
  }

  /// Begins to run jobs, on a thread of its own: what it starts is killed when that thread ends.
  func start() {
    let isFirst = content.withLock { content in
      defer { content.isStarted = true }
      return !content.isStarted
    }
    guard isFirst else { return }
    let thread = Thread { [self] in serve() }
    thread.name = "jobs"
    thread.start()
    changes.signal()
  }

  /// The numbers of the jobs, the newest first.
  var numbers: [Int] { content.withLock { $0.numbers.reversed() } }

  /// A job with its progress; nil where there is none of that number.
  /// - Throws: `StoreError`, `JSONFieldError` where what was kept cannot be read.
  func job(_ id: Int) throws -> (job: Job, progress: (done: Int, total: Int)?)? {
    let held = content.withLock { content in
      content.held[id].map { ($0, content.progress[id]) }
    }
    // What ends meanwhile is in the store before it is let go.
    return try held ?? store.job(id).map { ($0, nil) }
  }

  /// Where a job's output is written.
  func log(of id: Int) -> String { store.log(of: id) }

  /// How many wait or run.
  var open: Int { content.withLock { $0.held.values.filter { !$0.isOver }.count } }

  /// How many this process has brought to an end: each may have changed what lies under the root.
  var endedJobs: Int { content.withLock { $0.endedJobs } }

  /// Takes a job on.
  /// - Throws: ``Problem`` 429 where too many wait.
  func add(_ kind: JobKind, _ fields: [String: String], _ arguments: [String]) throws -> Job {
    let job = try content.withLock { content throws(Problem) in
      if content.held.values.filter({ !$0.isOver }).count >= 100 {
        throw Problem(.tooManyRequests, "limit", "a hundred jobs wait", hint: "cancel some")
      }
      content.last += 1
      return Job(
        id: content.last, kind: kind.name, fields: fields, arguments: arguments, asked: Self.now)
    }
    // Before it can be begun: what is kept of its end must not be written over.
    try store.keep(job)
    content.withLock { content in
      content.held[job.id] = job
      // Another one may have been taken on meanwhile.
      let index = content.numbers.lastIndex { $0 < job.id }.map { $0 + 1 } ?? 0
      content.numbers.insert(job.id, at: index)
    }
    changes.signal()
    try forgetOldest()
    return job
  }

  private func forgetOldest() throws {
    let forgotten = content.withLock { content -> [Int] in
      let surplus = content.numbers.count - mostKept
      guard surplus > 0 else { return [] }
      let oldest = content.numbers.filter { content.held[$0]?.isOver ?? true }.prefix(surplus)
      for id in oldest { content.held[id] = nil }
      content.numbers.removeAll { $0 <= (oldest.last ?? 0) && oldest.contains($0) }
      return Array(oldest)
    }
    for id in forgotten { try store.remove(id) }
  }

  /// Ends a job, or takes it out of the queue; what is over stays as it is.
  func cancel(_ id: Int) throws {
    let taken = content.withLock { content -> Job? in
      guard var job = content.held[id] else { return nil }
      if job.state == .running { content.cancelled.insert(id) }
      guard job.state == .queued else { return nil }
      job.state = .cancelled
      job.ended = Self.now
      content.held[id] = job
      return job
    }
    if let taken { try letGo(taken) }
  }

  /// Leaves a job that is over to the store.
  private func letGo(_ job: Job) throws {
    try store.keep(job)
    content.withLock { $0.held[job.id] = nil }
  }

  /// Tells the running job to end and waits for it; it is begun again by the next service where
  /// nothing counts twice.
  func end() {
    let isRunning = content.withLock { content in
      defer { content.isEnding = true }
      return content.isStarted && !content.isEnding
    }
    if isRunning {
      changes.signal()
      ended.wait()
    }
    store.close()
  }

  private static var now: String { Date().formatted(.iso8601) }

  private func serve() {
    while true {
      changes.wait()
      while let job = next() { run(job) }
      if content.withLock({ $0.isEnding }) {
        ended.signal()
        return
      }
    }
  }

  private func next() -> Job? {
    let job = content.withLock { content -> Job? in
      if content.isEnding { return nil }
      guard var job = content.held.values.filter({ $0.state == .queued }).min(by: { $0.id < $1.id })
      else { return nil }
      job.state = .running
      job.starts += 1
      job.began = Self.now
      job.detail = nil
      content.held[job.id] = job
      return job
    }
    if let job { try? store.keep(job) }
    return job
  }

  private func run(_ job: Job) {
    var job = job
    do {
      let exit = try follow(job)
      switch exit {
      case .status(let code):
        job.exitCode = Int(code)
        job.state = code == 0 || code == 3 ? .done : .failed
      case .signal:
        job.state = .failed
        job.detail = "it \(exit.words)"
      }
    } catch {
      job.state = .failed
      job.detail = "\(error)"
    }
    let (wasCancelled, isEnding) = content.withLock {
      ($0.cancelled.remove(job.id) != nil, $0.isEnding)
    }
    if wasCancelled {
      job.state = .cancelled
    } else if isEnding, job.state == .failed {
      // The next service takes it up as one that was running.
      job.state = .running
    }
    job.ended = job.state == .running ? nil : Self.now
    let kept = job
    content.withLock { content in
      content.held[kept.id] = kept
      content.progress[kept.id] = nil
      content.endedJobs += 1
    }
    // Where the store takes nothing, as of a full disk, this service knows still how it ended.
    if kept.isOver { try? letGo(kept) } else { try? store.keep(kept) }
  }

  /// Runs the program to its end, with its output in the job's log.
  private func follow(_ job: Job) throws -> ChildProcess.Exit {
    let process = try ChildProcess(
      [program] + job.arguments, environment: ProcessInfo.processInfo.environment,
      wantsInput: false, endsWithThread: true)
    let log = Glibc.open(store.log(of: job.id), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    defer { if log >= 0 { close(log) } }
    var written = 0
    var splitter = LineSplitter(limit: 1 << 16, excess: .divide)
    var interrupted: Date?
    while true {
      var isOpen = false
      for pipe in [process.output, process.errors] where pipe.number >= 0 {
        isOpen = true
        let bytes = Self.read(pipe)
        if bytes.isEmpty { continue }
        if written < Self.mostOutput, log >= 0 {
          try? Files.write(bytes, to: log, store.log(of: job.id))
          written += bytes.count
        }
        for line in splitter.lines(bytes) { note(line, of: job.id) }
      }
      let exit = process.look()
      if exit != nil, !isOpen { break }
      let isUnwanted = content.withLock { $0.isEnding || $0.cancelled.contains(job.id) }
      if isUnwanted, exit == nil {
        if interrupted == nil {
          process.signal(SIGINT)
          interrupted = Date()
        } else if let interrupted, Date().timeIntervalSince(interrupted) > Self.patience {
          process.end()
        }
      }
      if exit != nil, isOpen {
        // What it started may hold its pipes.
        process.signal(SIGKILL)
      }
      Self.wait(for: [process.output, process.errors])
    }
    process.end()
    return process.exit ?? .status(-1)
  }

  /// What a pipe holds; closes it at its end.
  private static func read(_ pipe: Descriptor) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(pipe.number, &bytes, bytes.count)
    if count > 0 { return Array(bytes[..<count]) }
    if count == 0 || (errno != EAGAIN && errno != EINTR) { pipe.close() }
    return []
  }

  private static func wait(for pipes: [Descriptor]) {
    var waiting = pipes.filter { $0.number >= 0 }
      .map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
    poll(&waiting, nfds_t(waiting.count), 200)
  }

  /// Takes what a line of progress says: `45/100 tracks, …`.
  private func note(_ line: [UInt8], of id: Int) {
    let text = String(decoding: line.prefix(64), as: UTF8.self)
    let sides = text.prefix { $0 != " " }.split(separator: "/")
    guard sides.count == 2, let done = Int(sides[0].filter { $0 != "," }),
      let total = Int(sides[1].filter { $0 != "," })
    else { return }
    content.withLock { $0.progress[id] = (done, total) }
  }
}
