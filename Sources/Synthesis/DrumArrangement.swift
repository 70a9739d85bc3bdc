/// Lays a groove over a track: the lanes, a fill at the end of every fourth bar, and a drummer's
/// small deviations in time and force.
struct DrumArrangement {
  let groove: Groove
  let grid: Grid

  func strokes(bars: Int, random: inout RandomStream) -> [Stroke] {
    var strokes: [Stroke] = []
    for bar in 0..<bars {
      let fills = groove.fill != nil && bar % 4 == 3 && random.chance(0.75)
      for lane in groove.lanes {
        for step in 0..<Grid.stepsPerBar {
          // A fill takes the last beat from every drum but the kick.
          if fills && step >= 12 && lane.drum != .kick { continue }
          let position = (bar * Grid.stepsPerBar + step) % lane.pattern.count
          guard let force = Self.force(of: lane.pattern[position]) else { continue }
          // A ghost stroke is left out now and then.
          if force < 0.4 && random.chance(0.25) { continue }
          strokes.append(
            stroke(lane.drum, bar * Grid.stepsPerBar + step, force: force, random: &random))
        }
      }
      if fills, let drum = groove.fill {
        for step in 12..<16 where step % 2 == 0 || random.chance(0.6) {
          let force = 0.55 + 0.1 * Float(step - 12)
          strokes.append(
            stroke(drum, bar * Grid.stepsPerBar + step, force: force, random: &random))
        }
      }
    }
    return strokes
  }

  private static func force(of character: Character) -> Float? {
    switch character {
    case "X": 1
    case "x": 0.7
    case "o": 0.32
    default: nil
    }
  }

  private func stroke(
    _ drum: Drum, _ step: Int, force: Float, random: inout RandomStream
  ) -> Stroke {
    let late = random.value(in: -0.004...0.006) * grid.sampleRate
    return Stroke(
      start: grid.sample(step: step) + Int(late), drum: drum,
      velocity: force * Float(random.value(in: 0.85...1.05)))
  }
}
