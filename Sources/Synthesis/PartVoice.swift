/// Plays the notes of one part with one patch, keeping the tables it has made.
struct PartVoice {
  private enum Voice {
    case additive(AdditiveVoice)
    case modulated(ModulatedVoice)
    case plucked(PluckedString)
  }

  private var voice: Voice

  init(patch: Patch, sampleRate: Double) {
    switch patch {
    case .additive(let additive):
      voice = .additive(AdditiveVoice(patch: additive, sampleRate: sampleRate))
    case .modulated(let modulated):
      voice = .modulated(ModulatedVoice(patch: modulated, sampleRate: sampleRate))
    case .plucked(let string):
      voice = .plucked(PluckedString(patch: string, sampleRate: sampleRate))
    }
  }

  /// Adds notes to the bus; what reaches beyond the end is dropped.
  mutating func add(_ notes: [Note], to bus: inout [Float], random: inout RandomStream) {
    switch voice {
    case .additive(var additive):
      for note in notes { additive.add(note, to: &bus, random: &random) }
      voice = .additive(additive)
    case .modulated(let modulated):
      for note in notes { modulated.add(note, to: &bus) }
    case .plucked(let string):
      for note in notes { string.add(note, to: &bus, random: &random) }
    }
  }
}
