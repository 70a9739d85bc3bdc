/// The styles of a band with electric guitars.
extension StyleSheet {
  static let metal = StyleSheet(
    tempo: 132...188,
    progressions: [
      Progression([.minor(0), .minor(0), .major(1), .minor(0)], scale: Scale.phrygian),
      Progression([.minor(0), .major(8), .major(3), .major(10)], scale: Scale.minor),
      Progression([.minor(0), .minor(6), .minor(5), .minor(3)], scale: Scale.minorPentatonic),
      Progression(
        [.minor(0), .minor(0), .major(3), .major(1)], scale: Scale.phrygian, beatsPerChord: 2),
    ],
    grooves: [
      Groove(
        [
          (.kick, "xxxxxxxxxxxxxxxx"), (.snare, "....X.......X..."),
          (.crash, "X..............................."),
        ],
        fill: .tom),
      Groove(
        [
          (.kick, "x.xxx.xxx.xxx.xx"), (.snare, "....X.......X..."), (.openHat, "X...x...X...x..."),
        ],
        fill: .snare),
      Groove(
        [(.kick, "X..xX..xX..xX..x"), (.snare, "..X...X...X...X."), (.ride, "x.x.x.x.x.x.x.x.")],
        fill: .tom),
    ], drumLevel: 0.85,
    parts: [
      Part(
        line: .patterns(["1.11111.11111111", "1111111111111111", "1-111-111-111-11"]),
        patches: [.synthesiserBass, .fingeredBass], register: 28, level: 0.7, drive: 2,
        cutoff: 3_000,
        send: 0.03, gate: 0.8),
      Part(
        line: .patterns([
          "m.mmm.mmm.mmp---", "mmmmmmmmp---p---", "p---m.mmp---m.mm", "m.mmp-m.mmp-m.mm",
        ]), patches: [.electricGuitar, .shortSaw], register: 40, level: 0.6, drive: 14,
        cutoff: 4_200,
        send: 0.12, gate: 0.95),
      Part(
        line: .melody(Melody(density: 0.75, syncopation: 0.2, leap: 2, runs: 0.45, rest: 0.5)),
        patches: [.electricGuitar, .squareLead], register: 64, level: 0.36, drive: 8, cutoff: 5_000,
        send: 0.3, presence: 0.7),
    ],
    room: 0.5...1.0, wetness: 0.2)

  static let rock = StyleSheet(
    tempo: 100...152,
    progressions: [
      Progression([.major(0), .major(10), .major(5), .major(0)], scale: Scale.mixolydian),
      Progression([.major(0), .major(5), .major(7), .major(5)], scale: Scale.minorPentatonic),
      Progression([.minor(0), .major(10), .major(8), .major(10)], scale: Scale.minorPentatonic),
      Progression(
        [.major(0), .major(3), .major(5), .major(0)], scale: Scale.minorPentatonic, beatsPerChord: 2
      ),
    ],
    grooves: [
      Groove(
        [
          (.kick, "X.......X.x....."), (.snare, "....X.......X..."),
          (.closedHat, "x.x.x.x.x.x.x.x."),
        ],
        fill: .tom),
      Groove(
        [
          (.kick, "X.....x.X......."), (.snare, "....X.......X..o"), (.openHat, "x...x...x...x..."),
        ],
        fill: .snare),
      Groove(
        [
          (.kick, "X..x....X.x....."), (.snare, "....X.......X..."), (.ride, "x.x.x.x.x.x.x.x."),
          (.crash, "x..............................."),
        ], fill: .tom),
    ], drumLevel: 0.9,
    parts: [
      Part(
        line: .patterns(["1.1.1.1.1.1.1.1.", "1.1.1.1.5.5.8.5.", "1---..1.1---..b."]),
        patches: [.fingeredBass], register: 28, level: 0.85, drive: 0.6, cutoff: 2_600, send: 0.04),
      Part(
        line: .patterns([
          "p-p-p-p-p-p-p-p-", "p-----p-..p-p-p-", "p---..p-p---p-p-", "p.p.p-..p.p.p-..",
        ]),
        patches: [.electricGuitar], register: 45, level: 0.5, drive: 4, cutoff: 4_200, send: 0.15),
      Part(
        line: .patterns(["x---....x---....", "x-x-..x-..x-x-..", "x---------------"]),
        patches: [.acousticGuitar, .organ, .electricGuitar], register: 55, level: 0.2, drive: 0.5,
        strum: 0.01, presence: 0.6),
      Part(
        line: .melody(Melody(density: 0.55, syncopation: 0.35, leap: 2, runs: 0.12, rest: 0.35)),
        patches: [.electricGuitar, .electricGuitar, .squareLead], register: 64, level: 0.42,
        drive: 3.5,
        cutoff: 4_800, send: 0.3, presence: 0.85),
    ],
    room: 0.5...1.1, wetness: 0.22)

  static let reggae = StyleSheet(
    tempo: 66...92, swing: .sixteenths(0.5...0.58),
    progressions: [
      Progression([.minor(0), .minor(0), .minor(5), .minor(5)], scale: Scale.minorPentatonic),
      Progression([.major(0), .major(5), .major(0), .major(7)], scale: Scale.major),
      Progression([.minor(0), .major(10), .minor(0), .major(10)], scale: Scale.dorian),
      Progression([.major(0), .minor(2), .major(0), .minor(2)], scale: Scale.majorPentatonic),
    ],
    grooves: [
      Groove(
        [
          (.kick, "........X......."), (.rim, "........X......."), (.closedHat, "..x.o.x...x.o.x."),
        ],
        fill: .tom),
      Groove(
        [
          (.kick, "x.......X......."), (.rim, "........x..o...."), (.closedHat, "x.x.x.x.x.x.x.x."),
        ],
        fill: .snare),
      Groove([
        (.kick, "X...X...X...X..."), (.snare, "........X......."), (.closedHat, "..x...xo..x...x."),
      ]),
    ], drumLevel: 0.7,
    parts: [
      Part(
        line: .patterns([
          "1-..1-3-5---....", "..1-1-5-..3-1-..", "1---..5-8-..5-3-", "1-1-....5-3-1-..",
        ]),
        patches: [.subBass, .fingeredBass], register: 29, level: 1.0, cutoff: 700, send: 0.05),
      Part(
        line: .patterns(["....x.......x...", "..x...x...x...x.", "....xx......xx.."]),
        patches: [.mutedGuitar, .organ], register: 59, level: 0.5, send: 0.3, gate: 0.45,
        strum: 0.004),
      Part(
        line: .patterns(["..xx..xx..xx..xx", "..x...x...x...x."]), patches: [.organ], register: 55,
        level: 0.2,
        cutoff: 3_500, gate: 0.6, presence: 0.7),
      Part(
        line: .melody(Melody(density: 0.42, syncopation: 0.5, leap: 2, rest: 0.35)),
        patches: [.organ, .reed, .brass], register: 64, level: 0.36, send: 0.5, presence: 0.75),
    ],
    room: 1.2...2.2, wetness: 0.35)
}
