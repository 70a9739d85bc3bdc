import Corpus

/// A kind of job: which fields it takes, and which arguments of `lathe` they become.
struct JobKind: Sendable {
  /// Something that a job is given.
  struct Field: Sendable {
    /// What it is.
    enum Form: Sendable {
      /// A folder of audio under the root.
      case audio
      /// A cache under the root.
      case cache
      /// A new file or folder under the root, or a cache that may be there already.
      case output
      /// What a parameter of a request may be.
      case value(ParameterForm)
      /// `true`: the argument stands alone; `false`: it is left out.
      case flag
    }

    let name: String
    let form: Form
    let about: String
    var isRequired = false
    /// The argument that it becomes; nil where its position says what it is.
    var option: String?
  }

  let name: String
  let about: String
  let fields: [Field]
  /// What stands before the fields' arguments.
  let command: [String]
  /// Whether a service that was ended under such a job begins it again: it goes on with what is
  /// missing, or has no effect that counts twice.
  let isRepeatable: Bool

  static let all: [JobKind] = [
    JobKind(
      name: "prepare", about: "Brings a cache up to date with a folder of audio.",
      fields: [
        Field(
          name: "audio", form: .audio, about: "a folder of audio under the root", isRequired: true),
        Field(
          name: "cache", form: .output, about: "the cache, new or there already", isRequired: true,
          option: "--cache"),
        Field(
          name: "corrections", form: .flag, about: "lay the corrections of the page over it",
          option: "--overlay"),
      ], command: ["prepare", "--progress", "plain"], isRepeatable: true),
    JobKind(
      name: "split", about: "Makes a split of a cache.",
      fields: [
        cache,
        Field(
          name: "policy", form: .value(.choice(["grouped", "stratified", "slices"])),
          about: "what it keeps to", option: "--policy"),
        Field(
          name: "ratios", form: .value(.text(most: 64)), about: "such as 0.8,0.1,0.1",
          option: "--split"),
        Field(
          name: "seed", form: .value(.unsigned), about: "the seed of the shuffle", option: "--seed"),
      ], command: ["split"], isRepeatable: true),
    JobKind(
      name: "audit", about: "Says what leaks between the sides of the splits.", fields: [cache],
      command: ["audit"], isRepeatable: true),
    JobKind(
      name: "verify", about: "Looks for damage.",
      fields: [
        cache, Field(name: "deep", form: .flag, about: "read every value too", option: "--deep"),
      ],
      command: ["verify"], isRepeatable: true),
    JobKind(
      name: "repair", about: "Computes again what is damaged or missing.",
      fields: [
        cache,
        Field(
          name: "audio", form: .audio, about: "the folder that it was prepared from",
          isRequired: true),
      ], command: ["repair"], isRepeatable: true),
    JobKind(
      name: "export", about: "Writes a view for other tools.",
      fields: [
        Field(
          name: "form",
          form: .value(.choice(["csv", "npy", "webdataset", "jams", "croissant", "card"])),
          about: "the form", isRequired: true),
        cache,
        Field(name: "view", form: .value(.text()), about: "the name of a view", option: "--view"),
        Field(
          name: "output", form: .output, about: "where it is written", isRequired: true,
          option: "--output"),
      ], command: ["export"], isRepeatable: false),
    JobKind(
      name: "train", about: "Trains a network.",
      fields: [
        Field(
          name: "trainer", form: .value(.text(most: 64)), about: "such as features",
          isRequired: true),
        Field(name: "cache", form: .cache, about: "the cache", isRequired: true, option: "--cache"),
        Field(
          name: "split", form: .value(.text()), about: "the name of a split", option: "--split"),
        Field(
          name: "epochs", form: .value(.integer(1...10_000)), about: "how many", option: "--epochs"),
        Field(
          name: "seed", form: .value(.unsigned), about: "of everything random", option: "--seed"),
        Field(
          name: "output", form: .output, about: "the folder of the run", isRequired: true,
          option: "--output"),
      ], command: ["train", "--progress", "plain"], isRepeatable: false),
    JobKind(
      name: "study", about: "Trains several networks under several splits.",
      fields: [
        cache,
        Field(
          name: "trainers", form: .value(.text(most: 256)), about: "such as features,mel-small",
          option: "--trainers"),
        Field(
          name: "policies", form: .value(.text(most: 256)), about: "such as slices,stratified",
          option: "--policies"),
        Field(
          name: "output", form: .output, about: "the folder of the runs", isRequired: true,
          option: "--output"),
      ], command: ["study"], isRepeatable: false),
    JobKind(
      name: "map", about: "Places the tracks on a plane by their neighbours (t-SNE).",
      fields: [
        cache,
        Field(name: "view", form: .value(.text()), about: "the name of a view", option: "--view"),
        Field(
          name: "perplexity", form: .value(.integer(1...1_000)), about: "neighbours that count",
          option: "--perplexity"),
      ], command: ["map"], isRepeatable: true),
  ]

  private static let cache = Field(
    name: "cache", form: .cache, about: "the cache", isRequired: true)

  /// The kind as it is answered.
  var json: JSONValue {
    .object([
      "name": .string(name), "about": .string(about),
      "fields": .array(
        fields.map { field in
          .object([
            "name": .string(field.name), "about": .string(field.about),
            "required": .bool(field.isRequired),
          ])
        }),
    ])
  }
}
