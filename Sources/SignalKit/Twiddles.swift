internal import Foundation

/// The angles 2 pi k / length for k = 0 ... length / 2, as cosine and sine: what turns the complex
/// transform of sample pairs into the spectrum of the samples.
struct Twiddles<Value: BinaryFloatingPoint & BitwiseCopyable>: ~Copyable {
  let cosine: AlignedBuffer<Value>
  let sine: AlignedBuffer<Value>

  var byteCount: Int { cosine.byteCount + sine.byteCount }

  init(length: Int) {
    cosine = AlignedBuffer(count: length / 2 + 1)
    sine = AlignedBuffer(count: length / 2 + 1)
    for k in 0...length / 2 {
      let angle = 2 * Double.pi * Double(k) / Double(length)
      cosine.base[k] = Value(cos(angle))
      sine.base[k] = Value(sin(angle))
    }
  }
}
