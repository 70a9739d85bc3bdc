import ArgumentParser
import Corpus
import FoundationEssentials

/// What splits and audits need from a manifest beyond its tracks: the splits that it publishes and the
/// known faults, `{"splits": {name: {"sides": {side: [id]}}}, "tracks": [{"id", "faults": [{"kind"}]}]}`.
struct ManifestFacts: Decodable {
  private struct Published: Decodable {
    var sides: [String: [String]]
  }

  private struct Faulty: Decodable {
    struct Fault: Decodable {
      var kind: String
    }

    var id: String
    var faults: [Fault]?
  }

  private var splits: [String: Published]?
  private var tracks: [Faulty]

  init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(ManifestFacts.self, from: Data(json))
  }

  /// The published splits, by name.
  var published: [NamedSides] {
    (splits ?? [:]).sorted { ByteOrder.precedes($0.key, $1.key) }.map { name, split in
      let names = split.sides.keys.sorted { Self.order($0) < Self.order($1) }
      return NamedSides(
        name: name, sides: names.map { .init(name: $0, ids: split.sides[$0] ?? []) })
    }
  }

  /// The kinds of fault of each track that has any.
  var faults: [String: [String]] {
    tracks.reduce(into: [:]) { faults, track in
      if let kinds = track.faults { faults[track.id] = kinds.map(\.kind) }
    }
  }

  /// train, validation, test, then the others; fold-2 before fold-10.
  private static func order(_ side: String) -> (Int, Int, String) {
    let place = ["train", "validation", "test"].firstIndex(of: side) ?? 3
    return (place, side.utf8.count, side)
  }
}
