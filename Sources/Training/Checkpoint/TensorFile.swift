public import Safetensors

/// The tensors of a safetensors file, by name.
public struct TensorFile: Sendable {
  /// The file, for messages.
  public let path: String
  /// The facts of its header.
  public let metadata: [String: String]
  private let tensors: [String: Tensor]

  /// Checkpoints are smaller; the networks here have up to 50 MB, their optimisers twice that.
  private static let largestFile = 8 << 30

  /// Reads a file whole and checks it: header, shapes and, where it has one, its checksum.
  ///
  /// - Throws: ``TrainingError/Kind/checkpoint`` where it is missing, cut short or no safetensors.
  public init(reading path: String) throws(TrainingError) {
    func refused(_ detail: String, _ hint: String) -> TrainingError {
      TrainingError(kind: .checkpoint, subject: path, detail: detail, hint: hint)
    }
    let content: [UInt8]?
    do throws(TrainingError) {
      content = try RunFiles.read(path, limit: Self.largestFile)
    } catch {
      throw refused(error.detail, "give a checkpoint, and check its permissions")
    }
    guard let bytes = content else { throw refused("it is not there", "give a run that has it") }
    do {
      let value = bytes.span.bytes
      let header = try SafetensorsHeader(of: value)
      if header.metadata["xxh3"] != nil, !header.hasValidChecksum(value) {
        throw refused("its checksum is wrong", "take another checkpoint, or train again")
      }
      var tensors: [String: Tensor] = [:]
      for entry in header.entries { tensors[entry.name] = entry.tensor(in: value) }
      self.init(path: path, metadata: header.metadata, tensors: tensors)
    } catch let error as TrainingError {
      throw error
    } catch {
      // What it advises is for values of a cache.
      let detail = (error as? TensorError)?.detail ?? "\(error)"
      throw refused(
        "it is no whole safetensors file (\(detail))", "take another checkpoint, or train again")
    }
  }

  /// Tensors that are in memory already.
  public init(_ tensors: [Tensor], path: String = "memory", metadata: [String: String] = [:]) {
    self.init(
      path: path, metadata: metadata,
      tensors: Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  private init(path: String, metadata: [String: String], tensors: [String: Tensor]) {
    self.path = path
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The names of all tensors, in byte order.
  public var names: [String] { tensors.keys.sorted() }

  /// The tensor of a name.
  public subscript(name: String) -> Tensor? { tensors[name] }

  /// The floats of a tensor.
  /// - Throws: ``TrainingError/Kind/checkpoint`` that names the tensor where it is missing or has
  ///   another shape or type.
  public func floats(_ name: String, shape: [Int]) throws(TrainingError) -> [Float] {
    guard let tensor = tensors[name] else {
      throw mismatch(name, "is missing")
    }
    guard tensor.shape == shape, let floats = tensor.floats else {
      throw mismatch(
        name, "is \(tensor.dataType.rawValue) \(tensor.shape), where the network has F32 \(shape)")
    }
    return floats
  }

  /// The rows of a tensor that ``Safetensors/Tensor/init(_:rows:)`` made.
  /// - Parameter rows: has as many rows, all as long as its first one.
  /// - Throws: as ``floats(_:shape:)``.
  public func rows(_ name: String, like rows: [[Float]]) throws(TrainingError) -> [[Float]] {
    let count = rows.first?.count ?? 0
    let all = try floats(name, shape: [rows.count, count])
    return rows.indices.map { Array(all[$0 * count..<($0 + 1) * count]) }
  }

  /// That a tensor does not fit.
  public func mismatch(_ name: String, _ detail: String) -> TrainingError {
    TrainingError(
      kind: .checkpoint, subject: path, detail: "tensor '\(name)' \(detail)",
      hint: "give a checkpoint of this very network, with the same options and labels")
  }

  /// The tensors whose names begin with a prefix, under what follows it.
  public func tensors(under prefix: String) -> [Tensor] {
    names.compactMap { name in
      guard name.hasPrefix(prefix), let tensor = tensors[name] else { return nil }
      return tensor.renamed(String(name.dropFirst(prefix.count)))
    }
  }
}
