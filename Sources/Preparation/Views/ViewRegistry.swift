public import DatasetCache

/// The kinds of view that recipes may name.
public struct ViewRegistry: Sendable {
  /// The kinds, in the order in which they are listed.
  public let kinds: [any ViewKind.Type]

  /// A registry of these kinds; of two with one name the first counts.
  public init(_ kinds: [any ViewKind.Type]) { self.kinds = kinds }

  /// The kinds that come with the program.
  public static let builtIn = ViewRegistry([
    FeatureKind.self, WaveformKind.self, MelKind.self, CepstrumKind.self, SpectrogramKind.self,
    ChromaKind.self, KaldiFilterBankKind.self, GammatoneKind.self, ConstantQKind.self,
    ExecKind.self,
  ])

  /// The same and one more, such as one's own.
  public func adding(_ kind: any ViewKind.Type) -> ViewRegistry { ViewRegistry(kinds + [kind]) }

  /// The names that recipes may use.
  public var names: [String] { kinds.filter { $0.isForRecipes }.map { $0.name } }

  /// The kind of a name; nil where there is none.
  public func kind(named name: String) -> (any ViewKind.Type)? { kinds.first { $0.name == name } }

  /// The kind of a view for which a recipe names none: that of its own name, and for
  /// `features-30s`, which the first recipes had, `features`.
  static func kindName(impliedBy view: View) -> String {
    view == .features30s ? FeatureKind.name : view.rawValue
  }
}

extension View {
  /// A view with the name of its kind.
  init(of kind: any ViewKind.Type) { self.init(like: kind.name) }
}

/// The views of the first recipes, by which the study's three modes go.
extension View {
  /// Features of slices.
  public static let features = View(of: FeatureKind.self)
  /// Features of whole tracks.
  public static let features30s = View(like: "features-30s")
  /// The samples.
  public static let waveform = View(of: WaveformKind.self)
  /// Log-mel spectrograms of slices.
  public static let mel = View(of: MelKind.self)
}
