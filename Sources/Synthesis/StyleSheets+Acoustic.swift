/// The styles that are played on acoustic instruments, or began so.
extension StyleSheet {
  static let blues = StyleSheet(
    tempo: 68...112, swing: .eighths(0.63...0.68),
    progressions: [
      Progression(
        [
          .dominant(0), .dominant(0), .dominant(0), .dominant(0), .dominant(5), .dominant(5),
          .dominant(0), .dominant(0), .dominant(7), .dominant(5), .dominant(0), .dominant(7),
        ], scale: Scale.blues),
      Progression(
        [
          .dominant(0), .dominant(5), .dominant(0), .dominant(0), .dominant(5), .dominant(5),
          .dominant(0), .dominant(0), .dominant(7), .dominant(5), .dominant(0), .dominant(7),
        ], scale: Scale.blues),
    ],
    grooves: [
      Groove(
        [(.kick, "X.......x......."), (.snare, "....X.......X..."), (.ride, "x.o.x.o.x.o.x.o.")],
        fill: .snare),
      Groove(
        [(.kick, "X.....o.x.......")] + [
          (.snare, "....x.......x.o."), (.closedHat, "x.x.x.x.x.x.x.x."),
        ]
      ),
    ], drumLevel: 0.7,
    parts: [
      Part(
        line: .patterns(["1.1.3.3.5.5.6.6.", "1.1.5.5.6.6.5.5.", "1-..5-..6-..7-.."]),
        patches: [.uprightBass, .fingeredBass], register: 28, level: 0.9, cutoff: 2_500, send: 0.05,
        wanders: true),
      Part(
        line: .patterns(["x.x.x.x.x.x.x.x.", "....x-......x-..", "x-..x.x-..x.x-.."]),
        patches: [.electricGuitar, .acousticGuitar], register: 52, level: 0.4, drive: 0.6,
        cutoff: 4_200, gate: 0.7, strum: 0.012),
      Part(
        line: .melody(Melody(density: 0.6, syncopation: 0.45, leap: 2, runs: 0.15, rest: 0.3)),
        patches: [.electricGuitar], register: 64, level: 0.7, drive: 1.6, cutoff: 4_500,
        send: 0.35, presence: 0.9),
      Part(
        line: .patterns(["x---------------"]), patches: [.organ], register: 57, level: 0.13,
        presence: 0.45),
    ])

  static let classical = StyleSheet(
    tempo: 62...138,
    progressions: [
      Progression(
        [.major(0), .major(5), .major(7), .major(0), .minor(9), .minor(2), .major(7), .major(0)],
        scale: Scale.major),
      Progression(
        [
          .minor(0), .minor(5), .dominant(7), .minor(0), .major(8), .minor(5), .dominant(7),
          .minor(0),
        ],
        scale: Scale.harmonicMinor),
      Progression(
        [
          .major(0), .major(7), .minor(9), .minor(4), .major(5), .major(0), .minor(2), .dominant(7),
        ],
        scale: Scale.major, beatsPerChord: 2),
    ],
    parts: [
      Part(
        line: .patterns([
          "1.5.3.5.1.5.3.5.", "1.3.5.8.5.3.1.3.", "1-5-8-5-3-5-8-5-", "1---5---8---5---",
        ]), patches: [.piano, .harp, .bowedStrings, .harp], register: 55, level: 0.4, send: 0.45,
        gate: 0.98),
      Part(
        line: .patterns(["x---------------", "x-------x-------"]), patches: [.bowedStrings],
        register: 58, level: 0.2, send: 0.5, gate: 1, presence: 0.75),
      Part(
        line: .patterns(["1---------------", "1-------5-------", "1-------1-------"]),
        patches: [.bowedStrings], register: 36, level: 0.34, cutoff: 3_000, send: 0.4, gate: 1),
      Part(
        line: .melody(Melody(density: 0.62, syncopation: 0.1, leap: 2, runs: 0.25, rest: 0.15)),
        patches: [.flute, .fiddle, .bowedStrings, .piano], register: 70, level: 0.5, send: 0.5,
        gate: 0.97),
    ],
    room: 1.6...2.8, wetness: 0.5)

  static let country = StyleSheet(
    tempo: 92...140,
    progressions: [
      Progression(
        [.major(0), .major(0), .major(5), .major(0), .major(0), .major(0), .major(7), .major(0)],
        scale: Scale.majorPentatonic),
      Progression(
        [.major(0), .major(5), .major(0), .major(7), .major(0), .major(5), .major(7), .major(0)],
        scale: Scale.majorPentatonic),
      Progression(
        [.major(7), .major(5), .major(0), .major(0)], scale: Scale.majorPentatonic),
    ],
    grooves: [
      Groove([(.kick, "x.......x......."), (.brush, "oxXxoxXxoxXxoxXx")], fill: .snare),
      Groove([
        (.kick, "X.......X......."), (.snare, "....x.......x..."), (.closedHat, "x.x.x.x.x.x.x.x."),
      ]),
      Groove([
        (.kick, "X.......X......."), (.rim, "....x.......x..."), (.shaker, "x.x.x.x.x.x.x.x."),
      ]),
    ], drumLevel: 0.6,
    parts: [
      Part(
        line: .patterns(["1---....5---....", "1---....5---..b.", "1---1---5---5---"]),
        patches: [.uprightBass, .fingeredBass], register: 28, level: 0.9, cutoff: 2_500, send: 0.04),
      Part(
        line: .patterns(["....x-......x-..", "....x.x.....x.x.", "..x-x.x...x-x.x."]),
        patches: [.acousticGuitar], register: 52, level: 0.6, gate: 0.85, strum: 0.014),
      Part(
        line: .patterns(["8.5.3.5.8.5.3.5.", "1.5.3.5.8.5.3.1.", "1.358.531.358.53"]),
        patches: [.twangGuitar], register: 60, level: 0.42, gate: 0.9, presence: 0.85),
      Part(
        line: .melody(Melody(density: 0.6, syncopation: 0.2, leap: 2, runs: 0.2, rest: 0.25)),
        patches: [.twangGuitar, .fiddle, .twangGuitar], register: 66, level: 0.5, send: 0.3),
    ],
    room: 0.5...1.0, wetness: 0.2)

  static let jazz = StyleSheet(
    tempo: 104...196, swing: .eighths(0.6...0.67),
    progressions: [
      Progression([.minor7(2), .dominant(7), .major7(0), .major7(0)], scale: Scale.major),
      Progression(
        [.major7(0), .dominant(9), .minor7(2), .dominant(7)], scale: Scale.major, beatsPerChord: 2),
      Progression(
        [.halfDiminished(2), .dominant(7), .minor7(0), .minor7(0), .minor7(5), .dominant(10)],
        scale: Scale.dorian),
      Progression(
        [.minor7(4), .dominant(9), .minor7(2), .dominant(7), .major7(0), .major7(5)],
        scale: Scale.major),
    ],
    grooves: [
      Groove([
        (.ride, "X...x.o.X...x.o."), (.closedHat, "....x.......x..."), (.brush, "......o...o....."),
      ]),
      Groove([
        (.ride, "X...x.o.X...x.o."), (.closedHat, "....x.......x..."), (.kick, "o.......o......."),
        (.snare, "......o........o"),
      ]),
      Groove([(.brush, "x.o.X.o.x.o.X.oo"), (.closedHat, "....x.......x...")]),
    ], drumLevel: 0.5,
    parts: [
      Part(
        line: .patterns([
          "1---3---5---b---", "1---5---8---7---", "1---3---5---6---", "8---7---5---b---",
          "1---5---3---b---",
        ]), patches: [.uprightBass], register: 28, level: 1.0, cutoff: 2_200, send: 0.1,
        wanders: true),
      Part(
        line: .patterns([
          "......x.......x-", "x-....x-........", "....x.....x-....", "..x-......x.....",
          "......x---......",
        ]), patches: [.piano, .electricPiano, .vibraphone], register: 56, level: 0.36, send: 0.25,
        gate: 0.8, wanders: true),
      Part(
        line: .melody(Melody(density: 0.68, syncopation: 0.55, leap: 3, runs: 0.12, rest: 0.2)),
        patches: [.reed, .brass, .vibraphone, .reed], register: 62, level: 0.5, cutoff: 6_000,
        send: 0.35),
    ],
    room: 0.8...1.5, wetness: 0.3)
}
