import Corpus
import DatasetCache

/// The numbers of samples as bytes, least significant first, in one type for all samples of an
/// export.
struct SampleNumbers {
  /// The type.
  let type: SampleType

  /// The type that all samples have; 32-bit floats where they differ, as 16-bit and other audio in
  /// one collection.
  init(of content: ExportContent) throws(ExportError) {
    var types = Set<SampleType>()
    for side in content.sides {
      for entry in side.tracks {
        try Self.read(entry.samples.lowerBound, of: side.samples) { _, window in
          types.insert(window.type)
        }
      }
    }
    type = types.count == 1 ? types.first ?? .float32 : .float32
  }

  init(_ type: SampleType) { self.type = type }

  /// numpy's name of the type.
  var numpyName: String {
    switch type {
    case .int16: "<i2"
    case .float32: "<f4"
    case .float16: "<f2"
    }
  }

  /// Adds a sample's numbers.
  func append(
    _ sample: Int, of samples: CacheSamples, to bytes: inout [UInt8]
  ) throws(ExportError) {
    try Self.read(sample, of: samples) { span, window in
      append(window.elements, of: span, window.type, to: &bytes)
    }
  }

  /// Adds all numbers of the track that a sample is cut from, also those that no sample holds.
  func appendTrack(
    of sample: Int, in samples: CacheSamples, to bytes: inout [UInt8]
  ) throws(ExportError) {
    do throws(SampleError) {
      try samples.read(sample, reaching: { 0..<$0.trackElements }) { span, window in
        append(0..<window.trackElements, of: span, window.type, to: &bytes)
      }
    } catch {
      throw .sample(error)
    }
  }

  private static func read(
    _ sample: Int, of samples: CacheSamples, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(ExportError) {
    do throws(SampleError) { try samples.read(sample, body) } catch { throw .sample(error) }
  }

  /// Every machine that Lathe runs on has the least significant byte first.
  private func append(
    _ elements: Range<Int>, of span: RawSpan, _ stored: SampleType, to bytes: inout [UInt8]
  ) {
    let size = stored.size
    let numbers = span.extracting(elements.lowerBound * size..<elements.upperBound * size)
    if stored == type {
      numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
      return
    }
    for index in 0..<elements.count {
      let number = Self.float(numbers, index, stored)
      withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// A number as a loader gives it: 32,768 of a 16-bit integer are 1.
  private static func float(_ numbers: RawSpan, _ index: Int, _ type: SampleType) -> Float {
    let offset = index * type.size
    return switch type {
    case .int16: Float(numbers.unsafeLoadUnaligned(fromByteOffset: offset, as: Int16.self)) / 32_768
    case .float16: Float(numbers.unsafeLoadUnaligned(fromByteOffset: offset, as: Float16.self))
    case .float32: numbers.unsafeLoadUnaligned(fromByteOffset: offset, as: Float.self)
    }
  }
}
