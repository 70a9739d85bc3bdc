import HTTPTypes
import Synchronization

/// How many streams are open and how much memory they take, kept below a limit; streams whose clients
/// take nothing make way for others (``StreamRooms``).
final class StreamBudget: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// What is known of a stream's client, and done to it.
  struct Client: Sendable {
    /// How far it is; nil where the system does not say.
    let progress: @Sendable () -> StreamRooms.Progress?
    /// Breaks the connection.
    let end: @Sendable () -> Void
  }

  private typealias Asker = CheckedContinuation<String?, Never>

  private struct State {
    var rooms: StreamRooms
    var count = 0
    var clients: [Int: Client] = [:]
    /// Those who wait are answered with why they are refused, or nil.
    var askers: [Int: Asker] = [:]

    mutating func look(at now: Instant) {
      for (number, client) in clients {
        if let progress = client.progress() { rooms.look(number, progress, at: now) }
      }
    }

    mutating func clients(_ numbers: [Int]) -> [Client] { numbers.compactMap { clients[$0] } }

    mutating func askers(_ numbers: [Int]) -> [Asker] {
      numbers.compactMap { askers.removeValue(forKey: $0) }
    }
  }

  private let state: Mutex<State>
  private let metrics: ServiceMetrics

  init(_ limits: ServiceLimits, _ metrics: ServiceMetrics) {
    state = Mutex(State(rooms: StreamRooms(limits)))
    self.metrics = metrics
  }

  /// Room for a stream, given back when it is let go.
  final class Room: Sendable {
    private let budget: StreamBudget
    private let number: Int
    private let bytes: Int

    fileprivate init(_ budget: StreamBudget, _ number: Int, bytes: Int) {
      self.budget = budget
      self.number = number
      self.bytes = bytes
    }

    deinit { budget.give(number, bytes) }

    /// Has the stream's client looked at from time to time; nil for no longer.
    func watch(_ client: Client?) { budget.state.withLock { $0.clients[number] = client } }
  }

  /// Takes room, waited for where stalled streams are ended for it.
  /// - Throws: ``Problem`` 503 where there is none.
  func take(bytes: Int, at now: Instant = .now) async throws(Problem) -> Room {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    let refusal = await withCheckedContinuation { (asker: Asker) in
      let (answer, ending) = state.withLock { state in
        state.look(at: now)
        let asked = state.rooms.ask(number, bytes: bytes, at: now)
        if asked.answer == .waits { state.askers[number] = asker }
        return (asked.answer, state.clients(asked.ending))
      }
      end(ending, forRoom: true)
      switch answer {
      case .granted: asker.resume(returning: nil)
      case .refused(let detail): asker.resume(returning: detail)
      case .waits: break
      }
    }
    if let refusal {
      metrics.streamRefused()
      throw Problem(
        .serviceUnavailable, "stopped", refusal, hint: "try again later, or with smaller batches",
        headers: [.retryAfter: "5"])
    }
    metrics.streamBegan(memory: bytes)
    return Room(self, number, bytes: bytes)
  }

  private func give(_ number: Int, _ bytes: Int) {
    metrics.streamEnded(memory: bytes)
    let granted = state.withLock { state in
      state.clients[number] = nil
      return state.askers(state.rooms.remove(number, at: .now))
    }
    for asker in granted { asker.resume(returning: nil) }
  }

  /// Ends the streams that have been stalled for too long; to be called from time to time.
  func look(at now: Instant = .now) {
    let (ending, refused, granted) = state.withLock { state in
      state.look(at: now)
      let overdue = state.rooms.overdue(at: now)
      return (
        state.clients(overdue.ending), state.askers(overdue.refused), state.askers(overdue.granted)
      )
    }
    end(ending, forRoom: false)
    for asker in granted { asker.resume(returning: nil) }
    for asker in refused { asker.resume(returning: "the streams that are ended keep their room") }
  }

  private func end(_ clients: [Client], forRoom: Bool) {
    for client in clients {
      client.end()
      metrics.streamStalled(forRoom: forRoom)
    }
  }

  /// Lets no new stream begin, and the open ones end after the batch that they are sending.
  func end() {
    let refused = state.withLock { state in state.askers(state.rooms.close()) }
    for asker in refused { asker.resume(returning: "the server is shutting down") }
  }

  /// Breaks off all streams.
  func breakOff() {
    end()
    for client in state.withLock({ Array($0.clients.values) }) { client.end() }
  }

  /// Why a stream ends that has sent so many batches; nil where it goes on.
  func end(after sent: Int, of count: Int?) -> BatchFrame.End? {
    if isEnding { return .shutdown }
    return count.map { sent >= $0 } == true ? .count : nil
  }

  /// Whether streams must end.
  var isEnding: Bool { state.withLock { $0.rooms.isEnding } }
}
