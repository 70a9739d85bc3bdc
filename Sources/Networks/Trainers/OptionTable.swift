import Training

/// The options that fill some settings. Each is declared once, with its range, and what lists
/// options, checks and reads them comes from there.
struct OptionTable<Settings> {
  /// One option, and the part of the settings that it is.
  struct Option {
    let name: String
    let help: String
    /// The value in some settings, as it is written.
    let text: (Settings) -> String
    /// Takes the value over, where one is given.
    let read: (TrainerOptions, inout Settings) throws(TrainingError) -> Void
  }

  private let options: [Option]

  init(_ options: [Option]) { self.options = options }

  /// The options, with the values that settings begin with.
  func list(_ standard: Settings) -> [TrainerOption] {
    options.map { TrainerOption($0.name, $0.text(standard), $0.help) }
  }

  /// Settings as given options say; what is not given is as in `standard`.
  /// - Throws: ``TrainingError/Kind/configuration`` that names the option out of range.
  func settings(
    _ given: TrainerOptions, from standard: Settings
  ) throws(TrainingError) -> Settings {
    var settings = standard
    for option in options { try option.read(given, &settings) }
    return settings
  }
}

extension OptionTable.Option {
  /// A number within a range.
  static func number(
    _ name: String, _ path: WritableKeyPath<Settings, Double>, in range: ClosedRange<Double>,
    _ help: String
  ) -> Self {
    Self(
      name: name, help: help,
      text: { settings in
        let value = settings[keyPath: path]
        return Int(exactly: value).map(String.init) ?? "\(value)"
      },
      read: { given, settings throws(TrainingError) in
        settings[keyPath: path] = try given.number(
          name, default: settings[keyPath: path], in: range)
      })
  }

  /// A whole number within a range.
  static func whole(
    _ name: String, _ path: WritableKeyPath<Settings, Int>, in range: ClosedRange<Int>,
    _ help: String
  ) -> Self {
    Self(
      name: name, help: help, text: { "\($0[keyPath: path])" },
      read: { given, settings throws(TrainingError) in
        settings[keyPath: path] = try given.integer(
          name, default: settings[keyPath: path], in: range)
      })
  }

  /// Whole numbers, separated by commas, each within a range.
  static func list(
    _ name: String, _ path: WritableKeyPath<Settings, [Int]>, in range: ClosedRange<Int>,
    _ help: String
  ) -> Self {
    Self(
      name: name, help: help,
      text: { $0[keyPath: path].map(String.init).joined(separator: ",") },
      read: { given, settings throws(TrainingError) in
        settings[keyPath: path] = try given.integers(
          name, default: settings[keyPath: path], in: range)
      })
  }

  /// 1 or 0, for yes and no.
  static func flag(
    _ name: String, _ path: WritableKeyPath<Settings, Bool>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, text: { $0[keyPath: path] ? "1" : "0" },
      read: { given, settings throws(TrainingError) in
        settings[keyPath: path] =
          try given.integer(name, default: settings[keyPath: path] ? 1 : 0, in: 0...1) == 1
      })
  }

  /// One of several words.
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ path: WritableKeyPath<Settings, Choice>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, text: { $0[keyPath: path].rawValue },
      read: { given, settings throws(TrainingError) in
        settings[keyPath: path] = try given.choice(name, default: settings[keyPath: path])
      })
  }
}
