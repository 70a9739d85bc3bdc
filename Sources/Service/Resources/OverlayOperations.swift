import Corpus
import DatasetCache
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension ServiceOperations {
  private static let path = "/v1/caches/{cache}/overlay"

  static let corrections: [Operation] = [
    Operation(
      id: "overlay", path: path,
      summary: "What people have corrected, with the name of the file that preparation reads.",
      parameters: [
        .init("format", .choice(["json", "csv"]), "the file itself, in a form that prepare reads"),
        .init("offset", .integer(0...1 << 40), "how many to pass over; 0 where left out"),
        .init("limit", .integer(0...1 << 40), "how many to give at most; all where left out"),
      ],
      answers: [.json("Overlay"), .bytes("text/csv")]
    ) { call in
      try await call.service.work {
        let cache = try call.cache()
        let overlay = try call.service.overlays.overlay(of: cache.name)
        switch call["format"] {
        case "csv": return .bytes(Array(overlay.csv.utf8), "text/csv; charset=utf-8")
        case "json": return .bytes(overlay.canonicalJSON(), "application/json")
        default:
          let all = overlay.corrections
          let offset = min(call.integer("offset") ?? 0, all.count)
          return .json(
            .object([
              "file": .text(call.service.overlays.name(of: cache.name)),
              "total": .count(all.count), "offset": .count(offset),
              "corrections": .array(
                all[offset...].prefix(call.integer("limit") ?? .max).map(\.json)),
            ]))
        }
      }
    },
    Operation(
      id: "correct", method: .post, path: path,
      summary: "Adds a correction of a track: labels, group, flag, exclude, with author.",
      body: "Correction", answers: [.json("KeptCorrection")]
    ) { call in
      let body = try await call.body()
      return try await call.service.work {
        let cache = try call.cache()
        var correction = try OverlayFiles.correction(body)
        guard try cache.cache.trackRecord(correction.track) != nil else {
          throw Problem(
            .unprocessableContent, "request",
            "there is no track '\(correction.track)' in \(cache.name)",
            hint: "list them: /v1/caches/…/tracks")
        }
        correction.time = Date().formatted(.iso8601)
        let kept = correction
        let index = try call.service.overlays.change(of: cache.name) { overlay in
          overlay.corrections.append(kept)
          return overlay.corrections.count - 1
        }
        var response = Response.json(
          .object(["place": .count(index), "correction": kept.json]))
        response.status = .created
        return response
      }
    },
    Operation(
      id: "take-back", method: .delete, path: path + "/{place}",
      summary: "Takes a correction back, by its place in the list.", answers: []
    ) { call in
      try await call.service.work {
        let cache = try call.cache()
        let given = try call.required("place")
        try call.service.overlays.change(of: cache.name) { overlay in
          guard let index = Int(given), overlay.corrections.indices.contains(index) else {
            throw Problem.missing("there is no correction \(given)")
          }
          overlay.corrections.remove(at: index)
        }
        return Response(status: .noContent)
      }
    },
  ]
}
