/// Options of a trainer by name, read as what they should be.
public struct TrainerOptions: Sendable, Hashable {
  /// The values, as they were given.
  public var values: [String: String]

  /// These values.
  public init(_ values: [String: String] = [:]) { self.values = values }

  /// Options from texts of the form `name=value`.
  /// - Throws: ``TrainingError/Kind/configuration`` for one that is none, or is there twice.
  public init(parsing texts: [String]) throws(TrainingError) {
    values = [:]
    for text in texts {
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        throw TrainingError(
          kind: .configuration, subject: "option '\(text)'", detail: "it is no name=value",
          hint: "write it as learning-rate=0.001")
      }
      let name = String(text[..<sign])
      guard values.updateValue(String(text[text.index(after: sign)...]), forKey: name) == nil else {
        throw TrainingError(
          kind: .configuration, subject: "option '\(name)'", detail: "it is given twice",
          hint: "give it once")
      }
    }
  }

  /// Refuses names that a kind does not know.
  public func check(for kind: TrainerKind) throws(TrainingError) {
    let known = Set(kind.options.map(\.name))
    guard let stray = values.keys.filter({ !known.contains($0) }).min() else { return }
    throw TrainingError(
      kind: .configuration, subject: "option '\(stray)'",
      detail: "the trainer '\(kind.name)' does not know it",
      hint: known.isEmpty
        ? "leave it out" : "it knows \(kind.options.map(\.name).joined(separator: ", "))")
  }

  /// A number within a range.
  public func number(
    _ name: String, default standard: Double, in range: ClosedRange<Double>
  ) throws(TrainingError) -> Double {
    guard let text = values[name] else { return standard }
    guard let value = Double(text), range.contains(value) else {
      throw refused(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A whole number within a range.
  public func integer(
    _ name: String, default standard: Int, in range: ClosedRange<Int>
  ) throws(TrainingError) -> Int {
    guard let text = values[name] else { return standard }
    guard let value = Int(text), range.contains(value) else {
      throw refused(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Whole numbers, separated by commas.
  public func integers(
    _ name: String, default standard: [Int], in range: ClosedRange<Int>
  ) throws(TrainingError) -> [Int] {
    guard let text = values[name] else { return standard }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy({ range.contains($0) }) else {
      throw refused(
        name, text, "whole numbers from \(range.lowerBound) to \(range.upperBound), such as 64,32")
    }
    return values
  }

  /// One of several words.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default standard: Choice
  ) throws(TrainingError) -> Choice {
    guard let text = values[name] else { return standard }
    guard let value = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw refused(name, text, "one of \(words)")
    }
    return value
  }

  private func refused(_ name: String, _ text: String, _ wanted: String) -> TrainingError {
    TrainingError(
      kind: .configuration, subject: "option '\(name)'", detail: "'\(text)' cannot be used",
      hint: "give \(wanted)")
  }
}
