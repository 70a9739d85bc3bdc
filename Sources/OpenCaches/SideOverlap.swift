package import Corpus
internal import DatasetCache

/// What two sides are asked to be compared by.
package struct SideOverlap {
  package let view: String
  package let learnt: SideChoice
  package let measured: SideChoice

  /// The whole text.
  package static var form: JSONForm<SideOverlap> {
    .object(named: "configuration") { fields throws(JSONFieldError) in
      let view = try fields.required("view", LoaderOptions.view)
      let split = try fields.required("split", .text)
      let learnt = try SideChoice(fields)
      return SideOverlap(
        view: view, learnt: learnt,
        measured: SideChoice(split: split, side: try fields.required("measured", .text)))
    }
  }
}

extension OpenCache {
  /// What the measured side shares with what is learnt from.
  /// - Throws: `.notFound`, `.source`, `.damaged`, `.system`.
  package func overlap(_ asked: SideOverlap) throws(InterfaceError) -> JSONValue {
    let learnt = try samples(view: asked.view, of: asked.learnt).trackIDs
    let measured = try samples(view: asked.view, of: asked.measured).trackIDs
    do throws(CacheError) {
      let records = try cache.trackRecords()
      let overlap = TrackOverlap(
        of: measured, with: learnt, among: records.map(SplitTrack.init),
        links: try cache.keptNeighbours(among: records)?.links ?? [])
      func number(_ number: Int) -> JSONValue { .integer(Int64(number)) }
      return .object([
        "tracks": number(measured.count),
        "learnt_tracks": number(measured.intersection(learnt).count),
        "recordings": number(overlap.recordings), "artists": number(overlap.artists),
        "shared_artists": number(overlap.sharedArtists),
        "unknown_artists": number(overlap.unknownArtists),
      ])
    } catch {
      throw InterfaceError(error)
    }
  }
}
