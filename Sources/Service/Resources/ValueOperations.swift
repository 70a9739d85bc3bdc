import Corpus
import DatasetCache
import Exporting
import Hummingbird
import Safetensors

extension ServiceOperations {
  private static let mostNumbersInJSON = 2_000_000

  static let values: [Operation] = [
    Operation(
      id: "values", path: "/v1/caches/{cache}/tracks/{track}/values",
      summary: "The numbers of a track in a view, all or those of one slice.",
      parameters: [
        .init("view", .text(), "the name of a view", isRequired: true),
        .init("slice", .integer(0...1 << 40), "the number of a slice; all where left out"),
        .init(
          "format", .choice(["json", "npy", "safetensors"]),
          "the form of the answer; json where left out"),
      ],
      answers: [
        .json("Values"), .bytes("application/octet-stream"), .bytes("application/safetensors"),
      ], hasRanges: true
    ) { call in
      let cache = try await call.service.work { try call.cache() }
      let record = try await call.service.work { try call.track(of: cache) }
      let view = try call.view(of: cache)
      let format = call["format"] ?? "json"
      let mediaType =
        switch format {
        case "npy": "application/octet-stream"
        case "safetensors": "application/safetensors"
        default: "application/json"
        }
      return try await call.tagged(
        mediaType,
        from: [
          record.views[view]?.hex ?? "", record.contentChecksum, format, call["slice"] ?? "",
        ], hasRanges: true
      ) {
        let value = try TrackValue(cache.cache, view, of: record)
        let tensor = try call.integer("slice").map(value.slice) ?? value.tensor
        switch format {
        case "npy": return try numpy(tensor)
        case "safetensors":
          return call["slice"] == nil
            ? value.stored
            : try SafetensorsWriter(tensors: [tensor], metadata: ["track": record.id]).bytes()
        default: return try json(tensor)
        }
      }
    }
  ]

  private static func numpy(_ tensor: Tensor) throws(Problem) -> [UInt8] {
    let type =
      switch tensor.dataType {
      case .float32: "<f4"
      case .float16: "<f2"
      case .float64: "<f8"
      case .int16: "<i2"
      case .int32: "<i4"
      case .int64: "<i8"
      case .uint8: "|u1"
      }
    return NumpyHeader.bytes(type, shape: tensor.shape) + tensor.littleEndianBytes
  }

  private static func json(_ tensor: Tensor) throws(Problem) -> [UInt8] {
    let floats = tensor.asFloats
    guard floats.count <= mostNumbersInJSON else {
      throw Problem(
        .unprocessableContent, "source", "\(floats.count) numbers are too many for JSON",
        hint: "ask for a slice, or for format=npy")
    }
    return JSONValue.object([
      "shape": .array(tensor.shape.map(JSONValue.count)),
      "dtype": .string(tensor.dataType.rawValue),
      // The shortest decimal of the float itself, not of the double it becomes.
      "values": .array(floats.map { Double("\($0)").map(JSONValue.number) ?? .null }),
    ]).canonicalBytes()
  }
}
