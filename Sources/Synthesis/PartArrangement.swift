/// Writes out the notes of a part that follows a pattern over the chords.
struct PartArrangement {
  let part: Part
  let progression: Progression
  /// Semitones above C.
  let key: Int
  let grid: Grid

  func notes(patterns: [String], bars: Int, random: inout RandomStream) -> [Note] {
    let choices = patterns.map(Array.init)
    let first = random.element(of: choices)
    let second = random.element(of: choices)
    var notes: [Note] = []
    for bar in 0..<bars {
      // Every fourth bar may differ, as an answer to the three before.
      let pattern =
        part.wanders ? random.element(of: choices) : (bar % 4 == 3 ? second : first)
      var step = 0
      while step < pattern.count {
        let character = pattern[step]
        var end = step + 1
        while end < pattern.count && pattern[end] == "-" { end += 1 }
        if character != "." && character != "-" {
          let barStart = bar * Grid.stepsPerBar
          append(
            character, from: barStart + step, to: barStart + end, to: &notes, random: &random)
        }
        step = end
      }
    }
    return notes
  }

  private func append(
    _ character: Character, from step: Int, to endStep: Int, to notes: inout [Note],
    random: inout RandomStream
  ) {
    let pitches = pitches(character, beat: step / Grid.stepsPerBeat)
    let late = Int(random.value(in: -0.004...0.007) * grid.sampleRate)
    let start = grid.sample(step: step)
    let gate = character == "m" ? 0.5 : part.gate
    let length = Int(Double(grid.sample(step: endStep) - start) * gate)
    let accent: Double = step % Grid.stepsPerBeat == 0 ? 0.95 : 0.8
    let velocity = Float(accent * random.value(in: 0.85...1.05))
    // A chord of four is no louder than a single note.
    let share = 1 / Float(pitches.count).squareRoot()
    for (index, pitch) in pitches.enumerated() {
      let spread = Int(Double(index) * part.strum * grid.sampleRate)
      notes.append(
        Note(
          start: max(start + late + spread, 0), length: length, pitch: pitch,
          velocity: velocity * share))
    }
  }

  private func pitches(_ character: Character, beat: Int) -> [Int] {
    let chord = progression.chord(atBeat: beat)
    let root = Self.folded(key + chord.root, from: part.register)
    switch character {
    case "x":
      return chord.tones.map { Self.folded(root + $0, from: part.register) }.sorted()
    case "p", "m": return [root, root + 7, root + 12]
    case "3": return [root + chord.third]
    case "5": return [root + chord.fifth]
    case "6": return [root + 9]
    case "7": return [root + chord.seventh]
    case "8": return [root + 12]
    case "b":
      let next = progression.chord(afterBeat: beat)
      return [Self.folded(key + next.root, from: part.register) - 1]
    default: return [root]
    }
  }

  /// The pitch of the same name in the octave from `lowest` up.
  static func folded(_ pitch: Int, from lowest: Int) -> Int {
    let above = (pitch - lowest) % 12
    return lowest + (above < 0 ? above + 12 : above)
  }
}
