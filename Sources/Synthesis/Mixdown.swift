/// Plays a plan: every part into its own bus, its amplifier, the room, and the finished samples.
struct Mixdown {
  let plan: TrackPlan
  let sampleRate: Double
  let count: Int
  /// The random stream of a purpose, and of a part where it has one.
  let stream: (RandomStream.Purpose, Int) -> RandomStream

  func samples() -> [Int16] {
    var mix = [Float](repeating: 0, count: count)
    var send = [Float](repeating: 0, count: count)
    addDrums(to: &mix, send: &send)
    for (index, played) in plan.parts.enumerated() {
      let bus = bus(played.part, patch: played.patch, index: index)
      Self.add(
        bus, to: &mix, gain: played.part.level, send: &send,
        sendGain: played.part.level * (played.part.send + plan.sheet.wetness))
    }
    Reverb(sampleRate: sampleRate, seconds: plan.room, size: 0.7 + 0.3 * plan.room)
      .add(send, to: &mix)
    return finish(&mix)
  }

  private func bus(_ part: Part, patch: Patch, index: Int) -> [Float] {
    let notes: [Note]
    let bars = plan.grid.bars(samples: count)
    switch part.line {
    case .patterns(let patterns):
      var random = stream(.parts, index)
      notes = PartArrangement(
        part: part, progression: plan.progression, key: plan.key, grid: plan.grid
      ).notes(patterns: patterns, bars: bars, random: &random)
    case .melody(let melody):
      var random = stream(.melody, index)
      notes = MelodyArrangement(
        melody: melody, part: part, progression: plan.progression, key: plan.key, grid: plan.grid
      ).notes(bars: bars, random: &random)
    }
    var bus = [Float](repeating: 0, count: count)
    var voice = PartVoice(patch: patch, sampleRate: sampleRate)
    var random = stream(.strings, index)
    voice.add(notes, to: &bus, random: &random)
    Shaping.amplifier(&bus, drive: part.drive, cutoff: part.cutoff, sampleRate: sampleRate)
    return bus
  }

  private func addDrums(to mix: inout [Float], send: inout [Float]) {
    guard let groove = plan.groove else { return }
    var random = stream(.drums, 0)
    let strokes = DrumArrangement(groove: groove, grid: plan.grid)
      .strokes(bars: plan.grid.bars(samples: count), random: &random)
    var kit = [[Float]](repeating: [], count: Drum.allCases.count)
    for stroke in strokes where stroke.start < count {
      if kit[stroke.drum.rawValue].isEmpty {
        var timbre = stream(.drumTimbre, stroke.drum.rawValue)
        kit[stroke.drum.rawValue] = DrumPatch.patch(of: stroke.drum).varied(&timbre)
          .render(sampleRate: sampleRate, random: &timbre)
      }
      let gain = stroke.velocity * plan.sheet.drumLevel
      Self.add(
        kit[stroke.drum.rawValue], to: &mix, gain: gain, send: &send,
        sendGain: gain * plan.sheet.wetness * 0.5, at: stroke.start)
    }
  }

  /// Adds what of `source`, shifted to `start`, lies within the mix, and its share to the room.
  private static func add(
    _ source: [Float], to mix: inout [Float], gain: Float, send: inout [Float], sendGain: Float,
    at start: Int = 0
  ) {
    let first = max(0, -start)
    let end = min(source.count, mix.count - start)
    guard first < end else { return }
    mix.withUnsafeMutableBufferPointer { mix in
      send.withUnsafeMutableBufferPointer { send in
        source.withUnsafeBufferPointer { source in
          guard let mix = mix.baseAddress, let send = send.baseAddress,
            let input = source.baseAddress
          else { return }
          var index = first
          while index < end {
            let value = input[index]
            mix[start + index] += gain * value
            send[start + index] += sendGain * value
            index += 1
          }
        }
      }
    }
  }

  /// Warmth, hiss, no offset, the drawn loudness, the limiter, sixteen bits.
  private func finish(_ mix: inout [Float]) -> [Int16] {
    var low = OnePole(cutoff: 900, sampleRate: sampleRate)
    var offset = OnePole(cutoff: 15, sampleRate: sampleRate)
    var power = 0.0
    mix.withUnsafeMutableBufferPointer { buffer in
      guard let values = buffer.baseAddress else { return }
      var index = 0
      while index < count {
        let value = offset.highpass(values[index] + plan.warmth * low.lowpass(values[index]))
        values[index] = value
        power += Double(value * value)
        index += 1
      }
    }
    let measured = (power / Double(max(count, 1))).squareRoot()
    let gain = measured > 0 ? Float(plan.rootMeanSquare / measured) : 0
    let hiss = plan.hiss * Float(plan.rootMeanSquare)
    var random = stream(.hiss, 0)
    return [Int16](unsafeUninitializedCapacity: count) { output, filled in
      mix.withUnsafeBufferPointer { values in
        guard let output = output.baseAddress, let values = values.baseAddress else { return }
        var index = 0
        while index < count {
          let value = Shaping.limit(values[index] * gain + hiss * random.noise())
          output[index] = Int16(value * 32_767 + (value < 0 ? -0.5 : 0.5))
          index += 1
        }
      }
      filled = count
    }
  }
}
