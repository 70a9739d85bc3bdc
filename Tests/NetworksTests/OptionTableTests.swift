import Testing
import Training

@testable import Networks

/// Options that are declared once and are listed, checked and read from there.
@Suite struct OptionTableTests {
  private enum Colour: String, CaseIterable {
    case red, blue
  }

  private struct Settings: Equatable {
    var rate = 0.5
    var whole = 3.0
    var count = 2
    var sizes = [8, 4]
    var isNew = true
    var colour = Colour.blue

    static var table: OptionTable<Settings> {
      OptionTable([
        .number("rate", \.rate, in: 0...1, "how often"),
        .number("whole", \.whole, in: 0...10, "how far"),
        .whole("count", \.count, in: 1...9, "how many"),
        .list("sizes", \.sizes, in: 1...64, "how large"),
        .flag("new", \.isNew, "1 for new"),
        .choice("colour", \.colour, "red or blue"),
      ])
    }
  }

  private static func read(_ given: [String: String]) throws(TrainingError) -> Settings {
    try Settings.table.settings(TrainerOptions(given), from: Settings())
  }

  @Test func theListShowsWhatReadsBack() throws {
    let list = Settings.table.list(Settings())
    #expect(list.map(\.name) == ["rate", "whole", "count", "sizes", "new", "colour"])
    #expect(list.map(\.standard) == ["0.5", "3", "2", "8,4", "1", "blue"])
    let shown = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0.standard) })
    #expect(try Self.read(shown) == Settings() && Self.read([:]) == Settings())
    let other = try Self.read([
      "rate": "1", "whole": "2.5", "count": "9", "sizes": "64", "new": "0", "colour": "red",
    ])
    #expect(
      other == Settings(rate: 1, whole: 2.5, count: 9, sizes: [64], isNew: false, colour: .red))
  }

  @Test(arguments: [
    ("rate", "1.1"), ("whole", "nan"), ("count", "0"), ("sizes", "8,65"), ("new", "2"),
    ("colour", "green"),
  ]) func whatIsOutOfRangeIsNamed(_ name: String, _ text: String) {
    #expect {
      try Self.read([name: text])
    } throws: { error in
      let error = error as? TrainingError
      return error?.kind == .configuration && error?.subject == "option '\(name)'"
    }
  }

  /// The values that trainers begin with lie within the ranges of their own options.
  @Test func everyTrainerTakesItsOwnDefaults() throws {
    let standard = NetworkTrainer.Configuration()
    var setting = TrainerSetting(sampleShape: [57], labels: ["a", "b"], labelCounts: [1, 1])
    setting.options = TrainerOptions(
      Dictionary(
        uniqueKeysWithValues: TrainingOptions.list(standard).map { ($0.name, $0.standard) }))
    let read = try TrainingOptions.configuration(setting, standard)
    #expect(TrainingOptions.list(read) == TrainingOptions.list(standard))
    for options in [
      ResidualSettings.table.list(ResidualSettings()),
      CompactSettings.table.list(CompactSettings()),
    ] {
      #expect(Set(options.map(\.name)).count == options.count)
    }
    let residual = ResidualSettings.table.list(ResidualSettings())
    let given = Dictionary(uniqueKeysWithValues: residual.map { ($0.name, $0.standard) })
    let settings = try ResidualSettings.table.settings(
      TrainerOptions(given), from: ResidualSettings())
    #expect(ResidualSettings.table.list(settings) == residual)
  }
}
