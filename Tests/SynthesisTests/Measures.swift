/// Simple measures of a track, by their definitions.
enum Measures {
  static func rootMeanSquare(_ samples: [Int16]) -> Double {
    var power = 0.0
    for sample in samples { power += Double(sample) * Double(sample) }
    return (power / Double(samples.count)).squareRoot() / 32_768
  }

  static func mean(_ samples: [Int16]) -> Double {
    var sum = 0
    for sample in samples { sum += Int(sample) }
    return Double(sum) / Double(samples.count) / 32_768
  }

  static func peak(_ samples: [Int16]) -> Int {
    var peak = 0
    for sample in samples { peak = max(peak, abs(Int(sample))) }
    return peak
  }

  /// Sign changes per sample.
  static func zeroCrossingRate(_ samples: [Int16]) -> Double {
    var crossings = 0
    var previous = samples[0] >= 0
    for sample in samples {
      let sign = sample >= 0
      if sign != previous { crossings += 1 }
      previous = sign
    }
    return Double(crossings) / Double(samples.count)
  }

  /// The power of the differences over the power: 0 for the lowest tones, 4 at the Nyquist
  /// frequency.
  static func spectralTilt(_ samples: [Int16]) -> Double {
    var power = 0.0
    var steep = 0.0
    for index in 1..<samples.count {
      let value = Double(samples[index])
      let difference = value - Double(samples[index - 1])
      power += value * value
      steep += difference * difference
    }
    return steep / power
  }

  /// Rises of the differenced signal's energy to more than 1.6 times that of the 0.1 s before, in
  /// frames of 10 ms, a second.
  static func onsetRate(_ samples: [Int16], sampleRate: Int) -> Double {
    let frame = sampleRate / 100
    var energies: [Double] = []
    var start = 1
    while start + frame <= samples.count {
      var energy = 1.0
      for index in start..<start + frame {
        let difference = Double(samples[index]) - Double(samples[index - 1])
        energy += difference * difference
      }
      energies.append(energy)
      start += frame
    }
    var onsets = 0
    var last = -10
    for index in 10..<energies.count where index - last > 6 {
      var before = 0.0
      for earlier in index - 10..<index { before += energies[earlier] }
      if energies[index] > 1.6 * before / 10 {
        onsets += 1
        last = index
      }
    }
    return Double(onsets) * Double(sampleRate) / Double(samples.count)
  }

  /// FNV-1a over the little-endian bytes.
  static func checksum(_ samples: [Int16]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for sample in samples {
      let bits = UInt16(bitPattern: sample)
      hash = (hash ^ UInt64(bits & 0xFF)) &* 0x100_0000_01B3
      hash = (hash ^ UInt64(bits >> 8)) &* 0x100_0000_01B3
    }
    return hash
  }
}
