/// Plays phase modulation: a sine whose phase another sine moves (Chowning 1973, "The synthesis of
/// complex audio spectra by means of frequency modulation").
struct ModulatedVoice {
  let patch: ModulatedPatch
  let sampleRate: Double

  func add(_ note: Note, to bus: inout [Float]) {
    let room = bus.count - note.start
    guard room > 0, note.length > 0 else { return }
    let frequency = ExactMath.frequency(pitch: Double(note.pitch))
    let carrierStep = Wavetable.increment(frequency: frequency, sampleRate: sampleRate)
    let modulatorStep = Wavetable.increment(
      frequency: frequency * patch.ratio, sampleRate: sampleRate)
    var envelope = patch.envelope.run(sampleRate: sampleRate, heldSamples: note.length)
    let fading = ExactMath.decay(seconds: patch.fading, sampleRate: sampleRate)
    let floor = Float(patch.floor * patch.index)
    let count = min(note.length + patch.envelope.tail(sampleRate: sampleRate), room)
    let level = note.velocity * 0.8
    let turn: Float = 4_294_967_296

    Wavetable.sine.values.withUnsafeBufferPointer { sine in
      bus.withUnsafeMutableBufferPointer { output in
        guard let sine = sine.baseAddress, let output = output.baseAddress else { return }
        var carrier: UInt32 = 0
        var modulator: UInt32 = 0
        // Soft touches modulate less, as a struck tine does.
        var deviation = Float(patch.index) * (0.5 + 0.5 * note.velocity)
        var amplitude: Float = 0
        var time = note.start
        let end = note.start + count
        while time < end {
          let blockEnd = min(time + Envelope.block, end)
          let slope = (level * envelope.next() - amplitude) / Float(Envelope.block)
          while time < blockEnd {
            let shift = Int64(deviation * Wavetable.read(sine, modulator) * turn)
            let value = Wavetable.read(sine, carrier &+ UInt32(truncatingIfNeeded: shift))
            carrier &+= carrierStep
            modulator &+= modulatorStep
            deviation = floor + (deviation - floor) * fading
            amplitude += slope
            output[time] += amplitude * value
            time += 1
          }
        }
      }
    }
  }
}
