/// Tracks that must stay together: the connected components of "same recording group", "same
/// artist" and "near-duplicate of".
///
/// The relations join up: a cover in an artist's group ties that artist to the other one's
/// recordings, so that one component may span artists, groups and labels.
public struct TrackGroups: Sendable, Hashable {
  /// The ids of each component in byte order; the components in byte order of their first ids.
  public let components: [[String]]

  /// Finds the components.
  /// - Parameters:
  ///   - tracks: the tracks, in any order; those with no group and no artist stand alone.
  ///   - links: further pairs of ids that belong together; pairs with an unknown id do nothing.
  /// - Complexity: O(n log n) for n tracks and links.
  public init(tracks: [SplitTrack], links: [(String, String)] = []) {
    let tracks = tracks.sorted { ByteOrder.precedes($0.id, $1.id) }
    components = Self.indices(of: tracks, links: links).map { $0.map { tracks[$0].id } }
  }

  /// The same as positions in `tracks`, which are in byte order of their ids.
  static func indices(of tracks: [SplitTrack], links: [(String, String)]) -> [[Int]] {
    var forest = Forest(count: tracks.count)
    var ofGroup: [String: Int] = [:]
    var ofArtist: [String: Int] = [:]
    var ofID: [String: Int] = [:]
    for (index, track) in tracks.enumerated() {
      if !links.isEmpty { ofID[track.id] = index }
      if let group = track.groupKey {
        forest.join(index, ofGroup[group, default: index])
        ofGroup[group] = index
      }
      if let artist = track.artistKey {
        forest.join(index, ofArtist[artist, default: index])
        ofArtist[artist] = index
      }
    }
    for (first, second) in links {
      if let one = ofID[first], let other = ofID[second] { forest.join(one, other) }
    }
    var components: [[Int]] = []
    var componentOfRoot: [Int: Int] = [:]
    for index in tracks.indices {
      let root = forest.root(of: index)
      if let component = componentOfRoot[root] {
        components[component].append(index)
      } else {
        componentOfRoot[root] = components.count
        components.append([index])
      }
    }
    return components
  }
}

/// Disjoint sets with union by size and path halving.
private struct Forest {
  private var parents: [Int]
  private var sizes: [Int]

  init(count: Int) {
    parents = Array(0..<count)
    sizes = Array(repeating: 1, count: count)
  }

  mutating func root(of element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  mutating func join(_ first: Int, _ second: Int) {
    var larger = root(of: first)
    var smaller = root(of: second)
    if larger == smaller { return }
    if sizes[larger] < sizes[smaller] { swap(&larger, &smaller) }
    parents[smaller] = larger
    sizes[larger] += sizes[smaller]
  }
}
