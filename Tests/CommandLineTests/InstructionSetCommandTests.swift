import SignalKit
import Testing

/// What LATHE_INSTRUCTION_SET does to a run.
@Suite struct InstructionSetCommandTests {
  let collection: Collection

  init() throws { collection = try Collection() }

  @Test(arguments: ["neon", "AVX2", "", "avx2 "])
  func anUnknownOneIsWrongUsage(_ name: String) throws {
    let result = try Program.start(
      ["inspect", "x"], environment: [InstructionSet.variable: name]
    ).end()
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(
      result.errors.contains("LATHE_INSTRUCTION_SET=\(name): is no instruction set; unset it"))
  }

  /// The views whose bits are the same on every processor.
  static let everywhere = """
    {"mel": {"kind": "mel", "slices": SLICES}, "waveform": {"kind": "waveform", "slices": SLICES},
     "half": {"kind": "mel", "bands": 64, "precision": "float16", "slices": SLICES},
     "mfcc": {"kind": "mfcc", "slices": SLICES}, "chroma": {"kind": "chroma", "slices": SLICES},
     "features": {"kind": "features", "slices": SLICES},
     "gammatone": {"kind": "gammatone", "slices": SLICES}}
    """
  /// One in which additions are fused where the processor can.
  static let fused = """
    {"kaldi": {"kind": "kaldi-filter-bank", "slices": SLICES}}
    """

  @Test(arguments: [(everywhere, InstructionSet.sse2), (fused, .avx2)])
  func cachesAreEqualWhateverPreparedThem(_ views: String, _ least: InstructionSet) throws {
    let sets = InstructionSet.available.drop { $0 != least }
    let recipe = try collection.write(
      Array(
        """
        {"schema": "lathe.recipe/2", "name": "views", "sampleRate": 22050, "maximumSeconds": 60,
         "profile": "librosa-0.8", "views": \(views)}
        """.replacing("SLICES", with: #"{"length": 11025, "hop": 11025}"#).utf8),
      "views.json")
    let digests = try sets.map { set in
      let environment = [InstructionSet.variable: set.rawValue]
      let cache = "\(collection.path)/\(set)"
      let prepared = try Program.start(
        ["prepare", collection.audio, "--cache", cache, "--recipe", recipe, "--progress", "none"],
        environment: environment
      ).end()
      #expect(prepared.code == 0, "\(prepared.errors)")
      return try Program.run("inspect", cache, "--digest").output
    }
    #expect(Set(digests).count == min(1, sets.count), "\(digests)")
  }
}
