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
      summary:
        "The numbers of a track in a view: all, those of one slice, or the mean of the slices.",
      parameters: [
        .init("view", .text(), "the name of a view", isRequired: true),
        .init("slice", .integer(0...1 << 40), "the number of a slice; all where left out"),
        .init(
          "statistic", .choice(["mean"]),
          "mean: one sample, the mean of all slices, however long the track is"),
        .init(
          "format", .choice(["json", "npy", "safetensors"]),
          "the form of the answer; json where left out"),
      ],
      answers: [
        .json("Values"), .bytes("application/octet-stream"), .bytes("application/safetensors"),
      ], hasRanges: true
    ) { call in
      let (cache, record, view) = try await call.service.work {
        let cache = try call.cache()
        return (cache, try call.track(of: cache), try call.view(of: cache))
      }
      if call["statistic"] != nil, call["slice"] != nil {
        throw Problem.parameter(
          "statistic", "is given beside slice", hint: "give one of them")
      }
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
          call["statistic"] ?? "",
        ], hasRanges: true
      ) {
        let value = try TrackValue(cache, view, of: record)
        let tensor =
          call["statistic"] == nil
          ? try call.integer("slice").map(value.slice) ?? value.tensor : try value.meanSlice()
        switch format {
        case "npy": return try numpy(tensor)
        case "safetensors":
          return call["slice"] == nil && call["statistic"] == nil
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
    // Written as it goes: a value of its own for each of a million numbers takes ten times as long.
    var bytes = Array(
      #"{"dtype":"\#(tensor.dataType.rawValue)","shape":\#(tensor.shape),"values":["#.utf8)
    bytes.reserveCapacity(bytes.count + 12 * floats.count)
    for (index, number) in floats.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      // The shortest decimal that reads back to the same float.
      bytes += number.isFinite ? number.description.utf8 : "null".utf8
    }
    bytes += "]}".utf8
    return bytes
  }
}
