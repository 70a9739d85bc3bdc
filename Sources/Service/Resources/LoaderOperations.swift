import Corpus
import DataLoading
import HTTPTypes
import Hummingbird
import OpenCaches

extension ServiceOperations {
  static let loaders: [Operation] = [
    Operation(
      id: "loader", path: "/v1/caches/{cache}/loader",
      summary: "What a stream with the same query delivers, without delivering it.",
      parameters: BatchRequest.parameters, answers: [.json("Loader")]
    ) { call in
      try await call.service.work {
        let (loader, parts) = try described(call)
        let description = LoaderParts.description(of: loader, normalisedBy: parts.statistics)
        guard case .object(var fields) = description else { return .json(description) }
        fields["state"] = try JSONValue(encoding: loader.state)
        fields["sample_bytes"] = .count(parts.sampleBytes)
        return .json(.object(fields), headers: [.eTag: tag(of: loader.state)])
      }
    },
    Operation(
      id: "loaderTrack", path: "/v1/caches/{cache}/loader/tracks/{number}",
      summary: "The id of the track that a batch calls by a number.",
      parameters: BatchRequest.parameters, answers: [.json("LoaderTrack")]
    ) { call in
      try await call.service.work {
        let (loader, _) = try described(call)
        let text = try call.required("number")
        guard let number = Int64(text), let id = loader.trackID(number) else {
          throw Problem.missing("no batch has a track '\(text)'")
        }
        return .json(.object(["number": .integer(number), "id": .text(id)]))
      }
    },
    Operation(
      id: "batches", path: "/v1/caches/{cache}/batches",
      summary: "Batches as a stream of frames: eight bytes of length and a safetensors value each.",
      parameters: BatchRequest.parameters + BatchRequest.streamParameters,
      answers: [.bytes("application/vnd.lathe.batches")]
    ) { call in
      let parts = try await call.service.work { try BatchRequest.parts(call) }
      let isCompressed = ContentCoding.zstd.isTaken(by: call.request.headers[.acceptEncoding])
      let isDirect = !isCompressed && call.service.configuration.tlsCertificate == nil
      let isInPieces = parts.canBeInPieces
      // Before the memory is: what is refused must not take any.
      let room = try await call.service.streams.take(
        bytes: (isInPieces ? parts.pieceBytes : BatchRequest.ringBytes(parts))
          + (isDirect ? 0 : FrameStream.copyBytes(isCompressed: isCompressed)))
      let (stream, identity) = try await call.service.work {
        let (batches, state) = try BatchRequest.batches(parts, call, inPieces: isInPieces)
        let identity = tag(of: state)
        if let known = call.request.headers[.ifMatch],
          !EntityTag.list(known, holds: identity)
        {
          throw Problem(
            .preconditionFailed, "state", "the samples are not those that If-Match names",
            hint: "begin anew: the cache was prepared again, or it is another one")
        }
        let stream = FrameStream(
          batches: batches, parts: parts, room: room, service: call.service,
          count: call.integer("count"), channel: call.context.channel, isDirect: isDirect,
          compressor: isCompressed ? try FrameCompressor() : nil)
        return (stream, identity)
      }
      var headers: HTTPFields = [
        .contentType: "application/vnd.lathe.batches", .cacheControl: "no-store",
        .eTag: identity, .vary: "Accept-Encoding",
      ]
      if stream.compressor != nil { headers[.contentEncoding] = ContentCoding.zstd.name }
      return Response(
        status: .ok, headers: headers,
        body: ResponseBody { writer in try await stream.write(to: &writer) })
    },
  ]

  /// A loader that only says what it would deliver.
  private static func described(_ call: Call) throws -> (Loader, LoaderParts) {
    var parts = try BatchRequest.parts(call)
    parts.configuration.threads = 0
    return (try BatchRequest.loader(parts, call), parts)
  }

  /// What two servers have in common whose streams are the same: samples, recipe of the view,
  /// checksums of the audio, split, order.
  private static func tag(of state: LoaderState) -> String {
    "\"\(EntityTag.text(of: [state.identity, state.order, "\(state.version)"]))\""
  }
}
