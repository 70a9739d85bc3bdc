/// Numbers as schedulers take them for the tasks of an array: `7,19-21`.
public struct ArrayExpression: Sendable, Hashable, CustomStringConvertible {
  /// The text; empty for no numbers.
  public let description: String

  /// The expression of numbers in ascending order.
  public init(_ numbers: [Int]) {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    description = runs.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}
