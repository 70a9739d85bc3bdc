/// A small room: four comb filters in parallel and two all-passes in series (Schroeder 1962,
/// "Natural sounding artificial reverberation"), with a low-pass in each comb's feedback.
struct Reverb {
  /// Delays in seconds; mutually prime in samples at the usual rates.
  private static let combs = [0.0297, 0.0371, 0.0411, 0.0437]
  private static let allpasses = [0.0050, 0.0017]

  let sampleRate: Double
  /// The time in seconds in which an echo falls by 60 dB.
  let seconds: Double
  /// The delays are multiplied by it.
  let size: Double

  /// Adds the reverberation of `send` to `output`; both have the same count.
  func add(_ send: [Float], to output: inout [Float]) {
    var wet = [Float](repeating: 0, count: send.count)
    for delay in Self.combs {
      let time = delay * size
      comb(send, into: &wet, length: samples(time), feedback: feedback(time))
    }
    for delay in Self.allpasses { allpass(&wet, length: samples(delay)) }
    output.withUnsafeMutableBufferPointer { destination in
      wet.withUnsafeBufferPointer { source in
        var index = 0
        while index < source.count {
          destination[index] += 0.25 * source[index]
          index += 1
        }
      }
    }
  }

  private func samples(_ time: Double) -> Int { max(Int(time * sampleRate), 1) }

  private func feedback(_ time: Double) -> Float {
    Float(ExactMath.exponential(-6.907755 * time / seconds))
  }

  private func comb(_ input: [Float], into sum: inout [Float], length: Int, feedback: Float) {
    var line = [Float](repeating: 0, count: length)
    var damping = OnePole(cutoff: 4_500, sampleRate: sampleRate)
    line.withUnsafeMutableBufferPointer { delayed in
      sum.withUnsafeMutableBufferPointer { output in
        input.withUnsafeBufferPointer { source in
          guard let delayed = delayed.baseAddress, let output = output.baseAddress,
            let values = source.baseAddress
          else { return }
          var position = 0
          var index = 0
          while index < source.count {
            let echo = delayed[position]
            output[index] += echo
            delayed[position] = values[index] + feedback * damping.lowpass(echo)
            position += 1
            if position == length { position = 0 }
            index += 1
          }
        }
      }
    }
  }

  private func allpass(_ samples: inout [Float], length: Int) {
    var line = [Float](repeating: 0, count: length)
    line.withUnsafeMutableBufferPointer { delayed in
      samples.withUnsafeMutableBufferPointer { buffer in
        guard let delayed = delayed.baseAddress, let values = buffer.baseAddress else { return }
        var position = 0
        var index = 0
        while index < buffer.count {
          let echo = delayed[position]
          let fed = values[index] + 0.6 * echo
          delayed[position] = fed
          values[index] = echo - 0.6 * fed
          position += 1
          if position == length { position = 0 }
          index += 1
        }
      }
    }
  }
}
