import Corpus

/// Collections with random groups and artists, and the published facts of GTZAN where they are at
/// hand.
enum RandomTracks {
  /// A collection of its own for each seed: a few labels, artists of very different sizes,
  /// recording groups that may tie artists and labels together, and tracks of which nothing is
  /// known.
  static func make(seed: UInt64, labels: Int? = nil) -> [SplitTrack] {
    var random = CounterGenerator(seed: seed, stream: "random tracks")
    let labels = labels ?? Int(random.next(below: 5)) + 1
    var tracks: [SplitTrack] = []
    for label in 0..<labels {
      let size = 10 + Int(random.next(below: 50))
      let artists = 2 + random.next(below: 20)
      for number in 0..<size {
        // The smaller of two draws: some artists have many tracks, most have few.
        let artist = min(random.next(below: artists), random.next(below: artists))
        let isKnown = random.next(below: 5) > 0
        let isGrouped = random.next(below: 8) == 0
        tracks.append(
          SplitTrack(
            id: "l\(label).\(number)", label: "l\(label)",
            group: isGrouped ? "g\(random.next(below: 200))" : nil,
            artist: isKnown ? "Artist \(label) \(artist)" : nil,
            title: isKnown ? "Title \(random.next(below: 30))" : nil))
      }
    }
    return tracks
  }

  /// A collection whose tracks have several labels: a few that are common and many that are rare, some of which go
  /// together, of artists who mostly keep to theirs.
  static func tagged(seed: UInt64, tracks count: Int = 600, labels: Int = 30) -> [SplitTrack] {
    var random = CounterGenerator(seed: seed, stream: "tagged tracks")
    let chances = (0..<labels).map { 0.6 / Double($0 + 1) }
    func draw() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
    let artists = count / 6
    let tastes = (0..<artists).map { _ in
      (0..<labels).filter { draw() < chances[$0] * 0.7 }
    }
    return (0..<count).map { number in
      let artist = min(
        Int(random.next(below: UInt64(artists))), Int(random.next(below: UInt64(artists))))
      let drawn = (0..<labels).filter { draw() < chances[$0] * 0.5 }
      let own = tastes[artist].filter { _ in draw() < 0.6 }
      let names = Set(drawn + own + [Int(random.next(below: 3))]).map { "tag\($0)" }
      return SplitTrack(
        id: "t\(number)", label: "", tags: TrackTags(names), artist: "Artist \(artist)")
    }
  }

  /// A label of artists with so many tracks each.
  static func label(_ label: String, artists: [Int]) -> [SplitTrack] {
    artists.enumerated().flatMap { artist, count in
      (0..<count).map {
        SplitTrack(id: "\(label).\(artist).\($0)", label: label, artist: "\(label) \(artist)")
      }
    }
  }
}

extension [SplitTrack] {
  var labelled: [(id: String, label: String)] { map { ($0.id, $0.label) } }
}
