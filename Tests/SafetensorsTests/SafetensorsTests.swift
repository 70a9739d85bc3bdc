import Safetensors
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private let tensors = [
    Tensor("b", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float]),
    Tensor("a", shape: [3], [-1, 0, 32_767] as [Int16]),
    Tensor("c", shape: [], [2.5] as [Double]),
    Tensor("d", shape: [0, 4], [] as [Int32]),
    Tensor("e", shape: [1], [1 << 40] as [Int64]),
    Tensor("f", shape: [5], [1, 2, 3, 4, 5] as [UInt8]),
    Tensor("h", shape: [2, 2], [-0.5, 65_504, 0x1p-24, 3] as [Float16]),
  ]

  @Test func everyTypeComesBack() throws {
    let writer = try SafetensorsWriter(tensors: tensors, metadata: ["track": "é \"x\"\\\n\u{1}"])
    let bytes = writer.bytes()
    #expect(bytes.count == writer.byteCount)
    let value = unsafe bytes.span.bytes
    let header = try SafetensorsHeader(of: value)
    #expect(header.dataOffset % 64 == 0)
    #expect(header.metadata["track"] == "é \"x\"\\\n\u{1}")
    #expect(header.metadata["xxh3"]?.utf8.count == 16)
    let isIntact = header.hasValidChecksum(value)
    #expect(isIntact)
    // Wider numbers first, so each tensor is aligned for its type.
    #expect(header.entries.map(\.name) == ["c", "e", "b", "d", "a", "h", "f"])
    #expect(header["b"]?.shape == [2, 3])
    #expect(header["b"]?.floats(in: value) == [1, 2, 3, 4, 5, 6])
    #expect(header["a"]?.int16s(in: value) == [-1, 0, 32_767])
    #expect(header["a"]?.floats(in: value) == [-1, 0, 32_767])
    #expect(header["b"]?.int16s(in: value) == nil)
    #expect(header["c"]?.shape == [] && header["c"]?.floats(in: value) == [2.5])
    #expect(header["d"]?.bytes.isEmpty == true)
    #expect(header["e"]?.floats(in: value) == [Float(1 << 40)])
    #expect(header["e"]?.int64s(in: value) == [1 << 40] && header["b"]?.int64s(in: value) == nil)
    #expect(header["f"]?.floats(in: value) == [1, 2, 3, 4, 5])
    #expect(header["h"]?.dataType == .float16 && header["h"]?.bytes.count == 8)
    #expect(header["h"]?.floats(in: value) == [-0.5, 65_504, 0x1p-24, 3])
    #expect(header["g"] == nil)
  }

  @Test func tensorsComeBackWhole() throws {
    let bytes = try SafetensorsWriter(tensors: tensors).bytes()
    let value = unsafe bytes.span.bytes
    let header = try SafetensorsHeader(of: value)
    for tensor in tensors {
      let entry = try #require(header[tensor.name])
      let read = entry.tensor(in: value)
      #expect(read == tensor)
    }
    #expect(tensors[0].floats == [1, 2, 3, 4, 5, 6] && tensors[0].int64s == nil)
    #expect(tensors[2].doubles == [2.5] && tensors[2].floats == nil)
    #expect(tensors[1].int16s == [-1, 0, 32_767] && tensors[1].halves == nil)
    #expect(tensors[6].halves == [-0.5, 65_504, 0x1p-24, 3] && tensors[6].floats == nil)
    #expect(tensors[4].int64s == [1 << 40] && tensors[4].doubles == nil)
  }

  /// A checkpoint of a large network: its header stays far below the longest one that is read.
  @Test func aThousandTensorsAreReadBack() throws {
    let many = (0..<1_000).map { number in
      Tensor("layer\(number % 9).\(number).normalisation.running_mean", shape: [1], [Float(number)])
    }
    let bytes = try SafetensorsWriter(tensors: many).bytes()
    let value = unsafe bytes.span.bytes
    let header = try SafetensorsHeader(of: value)
    #expect(
      header.entries.count == 1_000 && header.dataOffset < SafetensorsHeader.longestHeader / 4)
    #expect(header[many[999].name]?.floats(in: value) == [999])
  }

  /// What could not be read again is not written.
  @Test func aHeaderLongerThanOneThatIsReadIsRefused() throws {
    let empty = try SafetensorsWriter(tensors: []).byteCount
    let room = SafetensorsHeader.longestHeader + 8 - empty
    func writer(_ count: Int) throws -> SafetensorsWriter {
      // `"a":"…",` has seven bytes more than the text.
      try SafetensorsWriter(
        tensors: [], metadata: ["a": String(repeating: "x", count: count)])
    }
    let bytes = try writer(room - 64).bytes()
    let header = try SafetensorsHeader(of: unsafe bytes.span.bytes)
    #expect(header.metadata["a"]?.utf8.count == room - 64)
    let error = #expect(throws: TensorError.self) { try writer(room + 64) }
    #expect(error?.subject == "the header" && error?.operation == "encode")
  }

  @Test func theBytesDoNotDependOnTheOrderOfTheTensors() throws {
    let forward = try SafetensorsWriter(tensors: tensors).bytes()
    let backward = try SafetensorsWriter(tensors: tensors.reversed()).bytes()
    #expect(forward == backward)
  }

  /// XXH3-64 of nothing with seed 0, from the library's own test vectors.
  @Test func theChecksumIsXXH3() throws {
    let bytes = try SafetensorsWriter(tensors: []).bytes()
    let header = try SafetensorsHeader(of: unsafe bytes.span.bytes)
    #expect(header.metadata["xxh3"] == "2d06800538d394c2")
  }

  @Test func impossibleTensorsAreRefused() {
    let floats: [Float] = [1, 2, 3]
    for tensors in [
      [Tensor("a", shape: [2], floats)], [Tensor("a", shape: [-3, -1], floats)],
      [Tensor("a", shape: [Int.max, 2], floats)],
      [Tensor("a", shape: [3], floats), Tensor("a", shape: [3], floats)],
      [Tensor("__metadata__", shape: [3], floats)],
    ] {
      let error = #expect(throws: TensorError.self) {
        try SafetensorsWriter(tensors: tensors)
      }
      #expect(error?.description.hasPrefix("cannot encode tensor '\(tensors[0].name)': ") == true)
    }
  }

  private func value(_ header: String, data: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> ($0 * 8)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: [
    ("", 0), ("[]", 0), ("{", 0), ("{}x", 0), ("{} ", 1), ("{\"a\":1}", 0), (" {}", 0),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}", 4),
    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0),
    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}", 0),
    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,0]}}", 0),
    (
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
        + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3
    ),
    (
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
        + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2
    ),
    ("{\"__metadata__\":{\"a\":1}}", 0), ("{\"\\ud800\":{}}", 0), ("{\"\\u12\":{}}", 0),
    ("{\"\\x\":{}}", 0), ("{\"a", 0), ("{\"a\\", 0), ("{\"\u{1}\":{}}", 0),
    (String(repeating: "{\"a\":", count: 100_000), 0),
  ])
  func hostileHeadersAreRefused(_ header: String, _ data: Int) {
    let bytes = value(header, data: data)
    let error = #expect(throws: TensorError.self) {
      try SafetensorsHeader(of: unsafe bytes.span.bytes)
    }
    #expect(error?.description.hasPrefix("cannot read a safetensors header: ") == true)
  }

  @Test func absurdHeaderLengthsAreRefused() {
    for length: [UInt8] in [
      [], [1], [255, 255, 255, 255, 255, 255, 255, 255], [0, 0, 0, 0, 0, 0, 0, 128],
      [255, 255, 255, 255, 255, 255, 255, 127], [3, 0, 0, 0, 0, 0, 0, 0, 123, 125],
    ] {
      #expect(throws: TensorError.self) {
        try SafetensorsHeader(of: unsafe length.span.bytes)
      }
    }
  }

  /// Whatever is changed in a value, reading it ends in a header or an error: never in a trap,
  /// and never with a tensor outside the value.
  @Test func mutatedValuesNeverCrash() throws {
    let original = try SafetensorsWriter(
      tensors: tensors, metadata: ["track": "rock.00001 \\ é"]
    ).bytes()
    var generator = SeededGenerator(seed: 20_261_122)
    var accepted = 0
    for _ in 0..<6_000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<min(bytes.count, 600), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: index)
        case 3:
          bytes.insert(
            Array("0123456789{}[],:\"\\".utf8).randomElement(using: &generator) ?? 0, at: index)
        default: bytes.removeLast(Int.random(in: 0...min(200, bytes.count - 1), using: &generator))
        }
        if bytes.count < 2 { break }
      }
      let value = unsafe bytes.span.bytes
      guard let header = try? SafetensorsHeader(of: value) else { continue }
      accepted += 1
      for entry in header.entries {
        #expect(entry.bytes.lowerBound >= 8 && entry.bytes.upperBound <= bytes.count)
        _ = entry.floats(in: value)
      }
    }
    #expect(accepted > 0 && accepted < 3_000)
  }

  /// One number that is not finite, at any index of a tensor of several blocks, is found there; the
  /// largest finite ones and the smallest are not.
  @Test(arguments: [1, 15, 1_024, 1_025, 5_000])
  func theFirstNumberThatIsNotFinite(_ count: Int) {
    func check<Number: BinaryFloatingPoint>(_ tensor: ([Number]) -> Tensor) {
      let finite: [Number] = [
        0, -0.0, 1, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
        -.leastNormalMagnitude,
      ]
      let numbers = (0..<count).map { finite[$0 % finite.count] }
      #expect(tensor(numbers).firstNotFinite == nil)
      let indices = Set([0, count / 3, count - 2, count - 1, 1_023, 1_024, 2_047, 2_048])
      for index in indices where numbers.indices.contains(index) {
        for wrong in [Number.infinity, -.infinity, .nan, -.nan, .signalingNaN] {
          var numbers = numbers
          numbers[count - 1] = .nan
          numbers[index] = wrong
          #expect(tensor(numbers).firstNotFinite == [index], "\(wrong) at \(index)")
        }
      }
    }
    check { (numbers: [Float]) in Tensor("x", shape: [count], numbers) }
    check { (numbers: [Double]) in Tensor("x", shape: [count], numbers) }
    check { (numbers: [Float16]) in Tensor("x", shape: [count], numbers) }
    #expect(Tensor("x", shape: [2], [-1, .max] as [Int16]).firstNotFinite == nil)
  }
}
