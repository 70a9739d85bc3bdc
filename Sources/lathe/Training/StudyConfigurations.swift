import Wording
import ArgumentParser
import Files
import Networks
import Runs
import Training

/// What a study trains, as its command line says.
struct StudyConfigurations {
  private let configurations: [ModeStudy.Configuration]

  /// The trainers of a list, and configurations in words.
  /// - Parameter isTable: whether a table is studied, which has other usual trainers than a cache.
  /// - Throws: `ValidationError` and `TrainingError` for what is no configuration.
  init(trainers: String?, _ texts: [String], isTable: Bool) throws {
    var (trainers, texts) = (trainers, texts)
    if trainers == nil, texts.isEmpty {
      trainers = isTable ? "linear,features" : "features,waveform,mel"
      texts = isTable ? ["features --set members=5"] : []
    }
    var all =
      try trainers.map { try Self.parts($0, option: "--trainers") }?.map {
        ModeStudy.Configuration(try EmbeddedTrainers.registry.kind(named: $0))
      } ?? []
    for text in texts { all.append(try Self.configuration(text)) }
    let names = all.map(\.name)
    if let name = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
      throw ValidationError("--configuration: \(Words.shown(name)) is there twice.")
    }
    configurations = all
  }

  /// The names of the trainers, each once.
  var trainers: [String] {
    var names: [String] = []
    for name in configurations.map(\.kind.name) where !names.contains(name) { names.append(name) }
    return names
  }

  /// All of them.
  /// - Parameter epochs: by trainer, where the configuration itself says nothing.
  func all(epochs: [String: Int]) -> [ModeStudy.Configuration] {
    configurations.map { configuration in
      var configuration = configuration
      configuration.choices.epochs =
        configuration.choices.epochs ?? epochs[configuration.kind.name]
      return configuration
    }
  }

  /// What commas separate, each once.
  static func parts(_ text: String, option: String) throws -> [String] {
    var parts: [String] = []
    for part in text.split(separator: ",").map(String.init) where !parts.contains(part) {
      parts.append(part)
    }
    if parts.isEmpty { throw ValidationError("\(option): name one at least.") }
    return parts
  }

  /// A trainer and options, such as `features --set members=5`.
  private static func configuration(_ text: String) throws -> ModeStudy.Configuration {
    let words = text.split(separator: " ").map(String.init)
    func refused(_ why: String) -> ValidationError {
      ValidationError("--configuration \(Words.quoted(text)): \(why)")
    }
    guard let name = words.first else { throw refused("name a trainer, then its options.") }
    let kind = try EmbeddedTrainers.registry.kind(named: name)
    let options: TrainingChoices
    do { options = try TrainingChoices.parse(Array(words.dropFirst())) } catch {
      throw refused(TrainingChoices.message(for: error))
    }
    for (option, isGiven) in [
      ("--trainer", options.trainer != nil), ("--seed", options.givenSeed != nil),
      ("--threads", options.threads != nil),
    ] where isGiven {
      throw refused("\(option) is the study's: leave it out.")
    }
    let choices = try options.chosen()
    try choices.options.check(for: kind)
    return ModeStudy.Configuration(kind, choices, name: folderName(words))
  }

  /// The words as a folder's name, such as `features-members-5`.
  private static func folderName(_ words: [String]) -> String {
    let text = words.filter { $0 != "--set" }.joined(separator: "-")
    let isPlain = { (character: Character) in
      character.isASCII && (character.isLetter || character.isNumber || character == ".")
    }
    let parts = text.split(whereSeparator: { !isPlain($0) }).joined(separator: "-")
    var names = SafeFileNames(limit: 120)
    return names.name(for: parts)
  }
}
