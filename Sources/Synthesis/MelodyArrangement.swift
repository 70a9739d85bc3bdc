/// Makes up a melody: two motifs of two bars, repeated as A A' B A with other endings, moved onto
/// the tones of the chord on each first beat.
struct MelodyArrangement {
  let melody: Melody
  let part: Part
  let progression: Progression
  let key: Int
  let grid: Grid

  /// A note of a motif: steps from its start, and scale degrees from the register's key note.
  private struct Figure {
    var step: Int
    var steps: Int
    var degree: Int
  }

  private static let motifSteps = 2 * Grid.stepsPerBar

  func notes(bars: Int, random: inout RandomStream) -> [Note] {
    let motifs = [motif(random: &random), motif(random: &random)]
    var notes: [Note] = []
    for phrase in 0..<(bars + 1) / 2 {
      let chosen = motifs[phrase % 4 == 2 ? 1 : 0]
      let ending = random.index(below: 5) - 2
      if phrase > 0 && random.chance(melody.rest) { continue }
      for (index, figure) in chosen.enumerated() {
        let isLast = index == chosen.count - 1
        append(
          figure, phrase: phrase, shift: isLast && phrase % 2 == 1 ? ending : 0, to: &notes,
          random: &random)
      }
    }
    return notes
  }

  private func motif(random: inout RandomStream) -> [Figure] {
    var figures: [Figure] = []
    var degree = random.index(below: progression.scale.count)
    var step = 0
    while step < Self.motifSteps {
      if random.chance(probability(step)) {
        figures.append(Figure(step: step, steps: 0, degree: degree))
        let leap = 1 + random.index(below: melody.leap)
        let direction = random.chance(0.5) ? 1 : -1
        degree += random.chance(0.15) ? 0 : leap * direction
        // What strays further than an octave turns back.
        if degree > progression.scale.count + 2 { degree -= 4 }
        if degree < -2 { degree += 4 }
      }
      step += 1
    }
    for index in figures.indices {
      let end = index + 1 < figures.count ? figures[index + 1].step : Self.motifSteps
      figures[index].steps = min(end - figures[index].step, 8)
    }
    return figures
  }

  private func probability(_ step: Int) -> Double {
    switch step % Grid.stepsPerBeat {
    case 0: melody.density * (1.25 - 0.6 * melody.syncopation)
    case 2: melody.density * (0.6 + 0.8 * melody.syncopation)
    default: melody.runs * 0.6
    }
  }

  private func append(
    _ figure: Figure, phrase: Int, shift: Int, to notes: inout [Note],
    random: inout RandomStream
  ) {
    let step = phrase * Self.motifSteps + figure.step
    let start = grid.sample(step: step)
    let length = Int(Double(grid.sample(step: step + figure.steps) - start) * part.gate)
    var pitch = pitch(degree: figure.degree + shift)
    if figure.step % Grid.stepsPerBar == 0 {
      pitch = nearestTone(to: pitch, of: progression.chord(atBeat: step / Grid.stepsPerBeat))
    }
    let late = Int(random.value(in: -0.004...0.012) * grid.sampleRate)
    notes.append(
      Note(
        start: max(start + late, 0), length: length, pitch: pitch,
        velocity: Float(random.value(in: 0.7...1))))
  }

  private func pitch(degree: Int) -> Int {
    let count = progression.scale.count
    let octave = degree >= 0 ? degree / count : (degree - count + 1) / count
    return PartArrangement.folded(key, from: part.register) + 12 * octave
      + progression.scale[degree - octave * count]
  }

  private func nearestTone(to pitch: Int, of chord: Chord) -> Int {
    let names = chord.tones.map { (key + chord.root + $0) % 12 }
    for distance in 0..<6 {
      if names.contains((pitch - distance) % 12) { return pitch - distance }
      if names.contains((pitch + distance) % 12) { return pitch + distance }
    }
    return pitch
  }
}
