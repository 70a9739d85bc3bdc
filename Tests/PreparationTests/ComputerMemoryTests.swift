import AudioIO
import Corpus
import DatasetCache
import Foundation
import Safetensors
import SignalKit
import Testing

@testable import Preparation

/// What computers of views say they keep is what the allocator has handed out to them.
@Suite struct ComputerMemoryTests {
  /// Each kind that computes in this process, with its defaults; and where the defaults leave buffers out, with
  /// what makes them.
  private static let views = [
    #""features": {SLICES}"#, #""waveform": {SLICES}"#, #""mel": {SLICES}"#, #""mfcc": {SLICES}"#,
    #""spectrogram": {SLICES}"#, #""chroma": {SLICES}"#, #""kaldi-filter-bank": {SLICES}"#,
    #""gammatone": {SLICES}"#, #""constant-q": {SLICES}"#,
    #""fine": {"kind": "mel", "arithmetic": "double", "transformLength": 4000, SLICES}"#,
    #""odd": {"kind": "spectrogram", "transformLength": 1999, SLICES}"#,
    #""deltas": {"kind": "mfcc", "derivatives": 2, SLICES}"#,
    #""tuned": {"kind": "constant-q", "estimatesTuning": true, SLICES}"#,
    #""long": {"kind": "kaldi-filter-bank", "frameMilliseconds": 200, "subtractsSignalMean": true, SLICES}"#,
  ]

  private static func recipe() throws -> Recipe {
    let slices = #""slices": {"length": 44100, "hop": 44100}"#
    let views = views.joined(separator: ", ").replacing("SLICES", with: slices)
    return try Recipe.decode(
      Array(
        """
        {"schema": "lathe.recipe/2", "name": "all", "sampleRate": 22050, "maximumSeconds": 60,
         "profile": "librosa-0.8", "views": {\(views)}}
        """.utf8))
  }

  /// Bytes that are handed out now, by the allocator's own account.
  private static func allocated() throws -> Int {
    typealias Info = @convention(c) (CInt, UnsafeMutablePointer<FILE>?) -> CInt
    let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "malloc_info"))
    let info = unsafeBitCast(symbol, to: Info.self)
    var text: UnsafeMutablePointer<CChar>?
    var size = 0
    let stream = open_memstream(&text, &size)
    try #require(info(0, stream) == 0)
    fclose(stream)
    defer { Foundation.free(text) }
    // The totals stand behind those of each heap.
    let totals = String(cString: try #require(text)).components(separatedBy: "</heap>").last ?? ""
    func bytes(_ pattern: Regex<(Substring, Substring)>) -> Int? {
      totals.firstMatch(of: pattern).flatMap { Int($0.1) }
    }
    let handed = [
      bytes(#/<system type="current" size="(\d+)"/#),
      bytes(#/<total type="mmap" count="\d+" size="(\d+)"/#),
    ].compactMap(\.self)
    let free = [
      bytes(#/<total type="fast" count="\d+" size="(\d+)"/#),
      bytes(#/<total type="rest" count="\d+" size="(\d+)"/#),
    ].compactMap(\.self)
    try #require(handed.count == 2 && free.count == 2)
    return handed.reduce(0, +) - free.reduce(0, +)
  }

  /// Whether the allocator keeps account; that of a sanitizer does not.
  private static var isCounted: Bool {
    guard let before = try? allocated(), let memory = malloc(1 << 20) else { return false }
    defer { free(memory) }
    return (try? allocated()).map { $0 >= before + (1 << 20) } ?? false
  }

  private static let track: TrackAudio = {
    let floats = Wave.notes(seed: 1, count: 88_200).map { Float($0) / 32_768 }
    return TrackAudio(samples: .float32(floats), floats: floats)
  }()

  private static func use(_ computer: any ViewComputer, _ view: RecipeView) throws {
    _ = try computer.value(of: track, slices: view.slices.slices(frames: track.floats.count))
  }

  /// In a process of its own, where nothing else allocates.
  @Test func whatComputersKeepIsWhatTheySay() async {
    await #expect(processExitsWith: .success) {
      guard Self.isCounted else { return }
      let recipe = try Self.recipe()
      let tested = Set(recipe.allViews.map(\.kind.kindName))
      #expect(
        tested.union([ExecKind.name]) == Set(ViewRegistry.builtIn.names + [AcousticKind.name]))
      for view in recipe.allViews {
        // The first of a kind leaves behind what the process makes once, such as FFTW's own tables.
        try Self.use(try view.kind.makeComputer(view.context(of: recipe)), view)
        let before = try Self.allocated()
        let computer = try view.kind.makeComputer(view.context(of: recipe))
        try Self.use(computer, view)
        let kept = try Self.allocated() - before
        let told = computer.byteCount
        // Objects, plans of FFTW and what the allocator rounds up are not counted.
        #expect(
          told <= kept + 1_024 && kept <= told + told / 4 + 16_384,
          "\(view.name.rawValue) says \(told) and keeps \(kept)")
        withExtendedLifetime(computer) {}
      }
    }
  }

  /// Buffers grow with the longest slice.
  @Test func longerSlicesKeepMore() throws {
    var recipe = try Self.recipe()
    let kinds = recipe.views.filter { $0.kind.kindName != WaveformKind.name }.map(\.kind)
    for kind in kinds {
      var bytes: [Int] = []
      for length in [22_050, 88_200] {
        let view = RecipeView(
          kind, named: View(like: "one"), slices: try SliceRule(length: length, hop: length))
        recipe.views = [view]
        let computer = try kind.makeComputer(view.context(of: recipe))
        try Self.use(computer, view)
        bytes.append(computer.byteCount)
      }
      #expect(bytes[0] > 0 && bytes[1] > bytes[0], "\(kind.kindName): \(bytes)")
    }
  }
}
