/// The styles made for dancing, and those made with machines.
extension StyleSheet {
  static let disco = StyleSheet(
    tempo: 112...130,
    progressions: [
      Progression([.minor7(0), .minor7(0), .minor7(5), .dominant(10)], scale: Scale.dorian),
      Progression([.minor7(9), .minor7(2), .dominant(7), .major7(0)], scale: Scale.major),
      Progression([.major7(5), .minor7(4), .minor7(2), .minor7(4)], scale: Scale.major),
    ],
    grooves: [
      Groove(
        [(.kick, "X...X...X...X..."), (.clap, "....x.......x..."), (.openHat, "..x...x...x...x.")],
        fill: .snare),
      Groove(
        [
          (.kick, "X...X...X...X..."), (.snare, "....x.......x..."), (.openHat, "..x...x...x...x."),
          (.closedHat, "x.ox..oxx.ox..ox"),
        ], fill: .tom),
      Groove([
        (.kick, "X...X...X...X..."), (.clap, "....x.......x..."), (.openHat, "..x...x...x...x."),
        (.shaker, "xoxoxoxoxoxoxoxo"),
      ]),
    ], drumLevel: 0.9,
    parts: [
      Part(
        line: .patterns(["1.8.1.8.1.8.1.8.", "1.8.1.8.1.8.1.b.", "1..81.8.1..81.8."]),
        patches: [.fingeredBass, .synthesiserBass], register: 29, level: 0.85, cutoff: 3_000,
        send: 0.04,
        gate: 0.8),
      Part(
        line: .patterns(["..x.x..x..x.x..x", "x.xx..x.x.xx..x.", "..xx..xx..xx..xx"]),
        patches: [.mutedGuitar, .clavinet, .electricPiano], register: 60, level: 0.3, gate: 0.5,
        strum: 0.004),
      Part(
        line: .patterns(["x---------------", "x-----------x-x-"]), patches: [.bowedStrings],
        register: 64,
        level: 0.2, send: 0.4, gate: 0.98, presence: 0.9),
      Part(
        line: .melody(Melody(density: 0.5, syncopation: 0.4, leap: 3, runs: 0.08, rest: 0.35)),
        patches: [.brass, .bowedStrings, .electricPiano], register: 67, level: 0.34, send: 0.35,
        presence: 0.85),
    ],
    room: 0.8...1.5, wetness: 0.25)

  static let hiphop = StyleSheet(
    tempo: 76...102, swing: .sixteenths(0.53...0.64),
    progressions: [
      Progression([.minor7(0), .minor7(0), .minor7(5), .minor7(5)], scale: Scale.minorPentatonic),
      Progression([.minor7(0), .major7(8), .minor7(0), .major7(8)], scale: Scale.minor),
      Progression([.minor7(0), .minor7(0), .minor7(0), .major7(1)], scale: Scale.phrygian),
    ],
    grooves: [
      Groove(
        [
          (.deepKick, "X..x......x....."), (.snare, "....X.......X..."),
          (.closedHat, "x.x.x.x.x.x.x.x."),
        ]),
      Groove(
        [
          (.deepKick, "X.....x..x.x...."), (.clap, "....X.......X..."),
          (.closedHat, "xxx.xxx.xxxoxxxx"),
        ]),
      Groove(
        [
          (.deepKick, "X.x.......x..x.."), (.snare, "....X..o.o..X..."),
          (.closedHat, "x.xox.x.x.xox.xx"),
          (.openHat, "..............x."),
        ]),
    ], drumLevel: 1.1,
    parts: [
      Part(
        line: .patterns(["1--.....1-1-....", "1--1-...........", "1-----....1--1b-"]),
        patches: [.subBass],
        register: 28, level: 1.1, cutoff: 700, send: 0.02, gate: 1),
      Part(
        line: .patterns([
          "x-------......x-", "x--x--........x-", "5.8.7.5.3...1...", "8..7..5.3..5....",
        ]),
        patches: [.electricPiano, .bell, .piano], register: 57, level: 0.34, cutoff: 3_800,
        send: 0.25),
      Part(
        line: .patterns(["x-----------....", "........x-------"]),
        patches: [.bowedStrings, .sawPad], register: 60,
        level: 0.12, cutoff: 2_500, presence: 0.4),
      Part(
        line: .melody(Melody(density: 0.3, syncopation: 0.6, leap: 2, runs: 0.06, rest: 0.5)),
        patches: [.bell, .flute, .squareLead], register: 66, level: 0.26, cutoff: 4_000, send: 0.35,
        presence: 0.6),
    ],
    room: 0.4...0.9, wetness: 0.18)

  static let pop = StyleSheet(
    tempo: 94...130,
    progressions: [
      Progression([.major(0), .major(7), .minor(9), .major(5)], scale: Scale.majorPentatonic),
      Progression([.minor(9), .major(5), .major(0), .major(7)], scale: Scale.majorPentatonic),
      Progression([.major(0), .minor(9), .major(5), .major(7)], scale: Scale.major),
      Progression([.major(5), .major(7), .minor(9), .major(0)], scale: Scale.major),
    ],
    grooves: [
      Groove(
        [
          (.kick, "X.....x.X......."), (.clap, "....X.......X..."),
          (.closedHat, "x.x.x.x.x.x.x.x."),
        ], fill: .clap),
      Groove(
        [(.kick, "X...X...X...X..."), (.clap, "....X.......X..."), (.shaker, "xoxoxoxoxoxoxoxo")]),
      Groove(
        [
          (.kick, "X..x..x.X..x...."), (.snare, "....X.......X..."),
          (.closedHat, "x.xxx.xxx.xxx.xx"),
        ], fill: .snare),
    ], drumLevel: 0.85,
    parts: [
      Part(
        line: .patterns(["1.1.1.1.1.1.1.1.", "1-----1-1-------", "1..1..1.1..1..5."]),
        patches: [.synthesiserBass], register: 29, level: 0.75, cutoff: 2_800, send: 0.03),
      Part(
        line: .patterns(["x---------------", "x-----x---------", "x-------x-----x-"]),
        patches: [.sawPad, .sawPad, .electricPiano], register: 57, level: 0.28, send: 0.35,
        gate: 0.98),
      Part(
        line: .patterns(["1.3.5.8.5.3.5.3.", "1358538513585385", "8.5.3.8.5.3.8.5."]),
        patches: [.synthesiserPluck, .bell], register: 64, level: 0.28, send: 0.35, presence: 0.8),
      Part(
        line: .melody(Melody(density: 0.55, syncopation: 0.4, leap: 2, runs: 0.1, rest: 0.2)),
        patches: [.squareLead, .synthesiserPluck, .squareLead], register: 67, level: 0.42, send: 0.3
      ),
    ],
    room: 0.8...1.6, wetness: 0.28)
}
