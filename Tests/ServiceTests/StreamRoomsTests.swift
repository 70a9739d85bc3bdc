import Testing

@testable import Service

/// Who has room for a stream, at moments that the test sets.
@Suite struct StreamRoomsTests {
  private static let start = ContinuousClock.now

  private func rooms(streams: Int = 256, bytes: Int = 300) -> StreamRooms {
    var limits = ServiceLimits()
    limits.streams = streams
    limits.streamBytes = bytes
    return StreamRooms(limits)
  }

  private func after(_ seconds: Double) -> ContinuousClock.Instant {
    Self.start + .seconds(seconds)
  }

  /// Three streams that fill the room, of which the second and the third take nothing from 2 s and
  /// from 1 s on.
  private func full() -> StreamRooms {
    var rooms = rooms()
    for number in 1...3 {
      #expect(rooms.ask(number, bytes: 100, at: after(0)) == .init(answer: .granted))
    }
    rooms.look(1, .init(taken: 0, waiting: 50), at: after(0))
    rooms.look(3, .init(taken: 70, waiting: 50), at: after(1))
    rooms.look(2, .init(taken: 90, waiting: 50), at: after(2))
    return rooms
  }

  @Test func theLongestStalledMakesWay() {
    var rooms = full()
    // The first has taken something within the last five seconds.
    rooms.look(1, .init(taken: 10, waiting: 50), at: after(6))
    rooms.look(3, .init(taken: 70, waiting: 80), at: after(6))
    #expect(rooms.ask(4, bytes: 100, at: after(6)) == .init(answer: .waits, ending: [3]))
    // Nobody else gets what it lets go, and the second has not been stalled for five seconds.
    #expect(rooms.ask(5, bytes: 1, at: after(6.5)).ending == [])
    #expect(rooms.remove(3, at: after(6.6)) == [4])
    #expect(rooms.ask(6, bytes: 100, at: after(7)) == .init(answer: .waits, ending: [2]))
    #expect(rooms.remove(2, at: after(7)) == [6])
  }

  @Test func whoMakesProgressStays() {
    var rooms = full()
    for second in 3...20 {
      for number in 1...3 {
        rooms.look(number, .init(taken: 100 + second, waiting: 50), at: after(Double(second)))
      }
    }
    // Neither does one that has taken everything, and waits for the server, make way.
    rooms.look(3, .init(taken: 500, waiting: 0), at: after(21))
    rooms.look(3, .init(taken: 500, waiting: 0), at: after(60))
    rooms.look(1, .init(taken: 300, waiting: 50), at: after(60))
    rooms.look(2, .init(taken: 300, waiting: 50), at: after(60))
    #expect(
      rooms.ask(4, bytes: 100, at: after(61))
        == .init(answer: .refused("a stream of 100 bytes does not fit beside 300 of 300")))
    // Its time begins when something is sent to it again.
    rooms.look(3, .init(taken: 500, waiting: 10), at: after(62))
    #expect(rooms.ask(5, bytes: 100, at: after(64.9)).ending == [])
    #expect(rooms.ask(6, bytes: 300, at: after(65)).ending == [])
  }

  @Test func asManyMakeWayAsItTakes() {
    var rooms = full()
    #expect(rooms.ask(4, bytes: 150, at: after(8)) == .init(answer: .waits, ending: [1, 3]))
    #expect(rooms.remove(1, at: after(8)) == [])
    #expect(rooms.remove(3, at: after(8)) == [4])
    // What is left over is there for others.
    #expect(rooms.ask(5, bytes: 50, at: after(8)) == .init(answer: .granted))
    // Nobody is ended in vain.
    #expect(rooms.ask(6, bytes: 151, at: after(20)).ending == [])
    #expect(rooms.ask(7, bytes: 100, at: after(20)) == .init(answer: .waits, ending: [2]))
  }

  @Test func theNumberOfStreamsIsLimitedAlike() {
    var rooms = rooms(streams: 1)
    #expect(rooms.ask(1, bytes: 1, at: after(0)) == .init(answer: .granted))
    #expect(
      rooms.ask(2, bytes: 1, at: after(9)) == .init(answer: .refused("1 of 1 streams are open")))
    rooms.look(1, .init(taken: 1, waiting: 1), at: after(10))
    #expect(
      rooms.ask(3, bytes: 1, at: after(14.9)) == .init(answer: .refused("1 of 1 streams are open")))
    #expect(rooms.ask(4, bytes: 1, at: after(15)) == .init(answer: .waits, ending: [1]))
    #expect(
      rooms.ask(5, bytes: 1, at: after(15)) == .init(answer: .refused("1 of 1 streams are open")))
    #expect(rooms.remove(1, at: after(16)) == [4])
  }

  @Test func nobodyWaitsForLong() {
    var rooms = full()
    #expect(rooms.ask(4, bytes: 200, at: after(10)) == .init(answer: .waits, ending: [1, 3]))
    #expect(rooms.ask(5, bytes: 100, at: after(11)) == .init(answer: .waits, ending: [2]))
    #expect(rooms.remove(2, at: after(11)) == [])
    #expect(rooms.overdue(at: after(14.9)) == .init())
    // The first has kept its room for longer than it may; whoever is next has its own.
    #expect(rooms.overdue(at: after(15)) == .init(refused: [4], granted: [5]))
    var closed = full()
    #expect(closed.ask(4, bytes: 100, at: after(10)) == .init(answer: .waits, ending: [1]))
    #expect(closed.close() == [4])
    #expect(
      closed.ask(5, bytes: 1, at: after(10))
        == .init(answer: .refused("the server is shutting down")))
  }

  @Test func whoTakesNothingForMinutesIsEnded() {
    var rooms = full()
    #expect(rooms.overdue(at: after(299.9)) == .init())
    #expect(rooms.overdue(at: after(301)) == .init(ending: [1, 3]))
    // Once.
    #expect(rooms.overdue(at: after(301.5)) == .init())
    var closed = full()
    #expect(closed.close() == [])
    #expect(closed.overdue(at: after(19.9)) == .init())
    #expect(closed.overdue(at: after(21)) == .init(ending: [1, 3]))
  }
}
