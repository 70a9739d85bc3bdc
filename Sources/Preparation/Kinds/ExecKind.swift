public import Corpus
public import SignalKit
internal import Wording

/// What another program computes of slices, such as the embeddings of a pretrained network. What
/// the program reads and writes, the article "Views by programs of one's own" tells.
public struct ExecKind: ViewKind {
  /// The program and what it is given: its name or path, and its arguments.
  public var program: [String] = []
  /// What its values are known by, besides the content of the files that the command names.
  public var version = "1"
  /// The lengths of the axes of what it gives for a slice, 1 to 4 of them.
  public var shape: [Int] = []
  /// What runs along the axes.
  public var axisNames: [String] = []
  /// The names of the numbers of a slice, where they are a row of a table.
  public var columns: [String] = []
  /// The unit of the numbers.
  public var unit = ""
  /// The most slices of a frame.
  public var batch = 16
  /// How long it may neither read nor write anything.
  public var seconds = 600

  /// A kind without a program: a recipe has to name one.
  public init() {}

  /// `exec`
  public static let name = "exec"
  /// What it gives.
  public static let summary = "what a program of one's own computes of slices, such as embeddings"
  /// The command and the shape have to be set; the rest has defaults.
  public static let parameters: [ViewParameter<ExecKind>] = [
    .texts("command", \.program, "the program and its arguments; started where lathe was"),
    .text("version", \.version, "counts as another view where it differs"),
    .integers("shape", \.shape, 1...16_777_216, "numbers along each axis of a slice; 1 to 4 axes"),
    .texts("axes", \.axisNames, "what runs along each axis, such as time").hiddenByDefault,
    .texts("columns", \.columns, "names of the numbers, where the shape is one axis")
      .hiddenByDefault,
    .text("unit", \.unit, "unit of the numbers, such as dB").hiddenByDefault,
    .integer("batch", \.batch, 1...4_096, "slices that it gets at once, at most").hiddenByDefault,
    .integer("seconds", \.seconds, 1...86_400, "how long it may be silent").hiddenByDefault,
  ]

  /// The files that the command names: what they hold.
  public var contents: [String: JSONValue] { CommandFiles.contents(of: program) }
  /// What it starts.
  public var command: [String] { program }
  /// The program is given both channels, and makes of them what it will.
  public var takesStereo: Bool { true }

  /// The axes of the shape, under the names that they were given.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let usual = shape.count == 1 ? ["embedding"] : shape.indices.map { "axis \($0 + 1)" }
    let names = axisNames.isEmpty ? usual : axisNames
    return zip(names, shape).map { ViewAxis(SampleAxis($0), count: $1) }
  }

  /// Refuses a view without a program or a shape, and names that do not fit the shape.
  public func check(_ context: ViewContext) throws(ViewFault) {
    try ViewFault.require(
      program.first?.isEmpty == false && program.allSatisfy { !$0.utf8.contains(0) }, "command",
      program.isEmpty ? "is missing" : "names no program",
      hint: "write [\"python3\", \"embed.py\"]")
    try ViewFault.require(
      (1...4).contains(shape.count), "shape",
      shape.isEmpty ? "is missing" : "has \(shape.count) axes",
      hint: "give the lengths of 1 to 4 axes, such as [512]")
    let size = shape.reduce(1.0) { $0 * Double($1) }
    try ViewFault.require(
      size <= Double(1 << 26), "shape", "makes \(size) numbers of a slice",
      hint: "use at most \(1 << 26)")
    try ViewFault.require(
      axisNames.isEmpty || axisNames.count == shape.count, "axes",
      "names \(Words.counted(axisNames.count, "axis", "axes")), and the shape has \(shape.count)",
      hint: "give a name for each, or none")
    try ViewFault.require(
      columns.isEmpty || (shape.count == 1 && columns.count == shape[0]), "columns",
      "names \(Words.counted(columns.count, "column")), and the shape is \(shape)",
      hint: "give a name for each number of a shape of one axis, or none")
  }

  /// What starts the program with its first track.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    ExecComputer(self, context)
  }
}
