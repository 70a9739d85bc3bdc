import Corpus
import Safetensors

/// The numbers of one stored value, checked but for their checksum.
@safe struct StoredSamples {
  let subject: String
  let header: SafetensorsHeader
  let shape: [Int]
  let type: SampleType
  /// Where the numbers lie; they end with the value.
  let numbers: UnsafeRawPointer
  private let value: UnsafeRawBufferPointer

  static let hint = CacheError.repairHint

  /// Reads a value's header and checks what it says.
  ///
  /// - Throws: ``SampleError`` `.damaged`, which names database and key.
  init(
    _ value: UnsafeRawBufferPointer, track: String, fingerprint: Fingerprint, database: String
  ) throws(SampleError) {
    let subject = "'\(track)' in '\(database)'"

    func damage(_ detail: String) -> SampleError {
      SampleError(kind: .damaged, subject: subject, detail: detail, hint: Self.hint)
    }
    let span = unsafe RawSpan(_unsafeBytes: value)
    let header: SafetensorsHeader
    do throws(TensorError) { header = try SafetensorsHeader(of: span) } catch {
      throw damage(error.detail)
    }
    if let fault = header.fault(in: span, track: track, fingerprint, checked: false) {
      throw damage(fault)
    }
    guard let tensor = header.entries.first, header.entries.count == 1,
      let base = value.baseAddress
    else { throw damage("it has not one tensor") }
    switch tensor.dataType {
    case .float32: type = .float32
    case .float16: type = .float16
    case .int16: type = .int16
    default: throw damage("its numbers are \(tensor.dataType.rawValue)")
    }
    self.subject = subject
    self.header = header
    unsafe self.value = value
    shape = tensor.shape
    unsafe numbers = base + tensor.bytes.lowerBound
  }

  /// Checks all of the value against its checksum.
  ///
  /// - Throws: ``SampleError`` `.damaged`.
  /// - Complexity: O(n).
  func checkWhole() throws(SampleError) {
    if !header.hasValidChecksum(unsafe RawSpan(_unsafeBytes: value)) {
      throw damage("its data does not have its checksum")
    }
  }

  func damage(_ detail: String) -> SampleError {
    SampleError(kind: .damaged, subject: subject, detail: detail, hint: Self.hint)
  }
}
