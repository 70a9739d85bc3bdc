package import Corpus
package import DatasetCache

extension OpenCache {
  /// What is known of each track, in the order of the ids' bytes.
  /// - Throws: `.damaged`, `.system`.
  package func tracks() throws(InterfaceError) -> JSONValue {
    do throws(CacheError) {
      let limits = try cache.description().map(Self.limits) ?? VerdictLimits()
      return .array(try cache.trackRecords().map { Self.json($0, limits) })
    } catch {
      throw InterfaceError(error)
    }
  }

  /// What is known of one track.
  package static func json(_ record: TrackRecord, _ limits: VerdictLimits) -> JSONValue {
    func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    return .object([
      "id": .string(record.id), "label": .string(record.label),
      "labels": .array(record.labelNames.map(JSONValue.string)), "path": .string(record.path),
      "md5": text(record.md5), "xxh3": text(record.xxh3), "artist": text(record.artist),
      "title": text(record.title),
      "group": text(record.group), "frames": .integer(Int64(record.frames)),
      "sample_rate": .integer(Int64(record.sampleRate)),
      "verdicts": .array(verdicts(record, limits).map(JSONValue.string)),
      "faults": .array((record.faults ?? []).map { .string($0.kind.rawValue) }),
      "views": .array(record.views.keys.map(\.rawValue).sorted().map(JSONValue.string)),
    ])
  }

  /// What is found wrong with a track by its figures.
  package static func verdicts(_ record: TrackRecord, _ limits: VerdictLimits) -> [String] {
    record.figures?.verdicts(
      limits, isResampled: record.source.sampleRate != record.sampleRate,
      channels: record.source.channels
    ).map(\.rawValue) ?? []
  }

  /// From where on a figure is a fault, by the recipe that the cache was prepared with.
  package static func limits(_ about: CacheDescription) throws(CacheError) -> VerdictLimits {
    guard case .object(let members) = try recipe(about), let limits = members["verdicts"] else {
      return VerdictLimits()
    }
    let form = JSONForm<VerdictLimits>.decodable("the limits of verdicts")
    do throws(JSONFieldError) { return try form.read(limits, at: "verdicts") } catch {
      throw damagedRecipe(error)
    }
  }
}
