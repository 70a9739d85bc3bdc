import Corpus
import DatasetCache
import Hummingbird
import OpenCaches
import Safetensors

extension ServiceOperations {
  /// Samples a peak; a step is four times as coarse as the one before.
  private static let zooms = [16, 64, 256, 1_024, 4_096, 16_384, 65_536]

  private static let sliceParameters: [Operation.Parameter] = [
    .init("view", .text(), "the view whose slices are counted; that of the sound where left out"),
    .init("slice", .integer(0...1 << 40), "the number of a slice; the whole track where left out"),
  ]

  static let sound: [Operation] = [
    Operation(
      id: "audio", path: "/v1/caches/{cache}/tracks/{track}/audio",
      summary: "The sound of a track, or exactly what a slice of a view was computed from.",
      parameters: sliceParameters + [
        .init("format", .choice(["wav", "flac"]), "the form; wav where left out")
      ], answers: [.bytes("audio/wav"), .bytes("audio/flac")], hasRanges: true
    ) { call in
      let source = try await soundSource(call)
      let isFLAC = call["format"] == "flac"
      return try await call.tagged(
        isFLAC ? "audio/flac" : "audio/wav", from: source.parts + [isFLAC ? "flac" : "wav"],
        hasRanges: true
      ) {
        // A player asks for part after part of a file that had to be coded as a whole.
        try call.service.kept.bytes(
          "audio \(EntityTag.text(of: source.parts)) \(isFLAC)",
          make: { isFLAC ? try source.sound().flac() : try source.sound().wave() })
      }
    },
    Operation(
      id: "peaks", path: "/v1/caches/{cache}/tracks/{track}/peaks",
      summary: "The lowest and highest of every so many samples, to draw a waveform.",
      parameters: sliceParameters + [
        .init(
          "samples", .choice(zooms.map(String.init)), "samples a peak; 256 where left out")
      ], answers: [.json("Peaks")]
    ) { call in
      let source = try await soundSource(call)
      let step = call.integer("samples") ?? 256
      return try await call.tagged("application/json", from: source.parts + ["peaks", "\(step)"]) {
        try call.service.peaks.bytes(EntityTag.text(of: source.parts + ["peaks", "\(step)"])) {
          let sound = try source.sound()
          let (low, high) = sound.peaks(every: step)
          func list(_ values: [Float]) -> JSONValue {
            // Four digits: a fifth of a pixel of a picture of 2,000.
            .array(values.map { .number((Double($0) * 10_000).rounded() / 10_000) })
          }
          return JSONValue.object([
            "samples_per_peak": .count(step), "sample_rate": .count(sound.sampleRate),
            "frames": .count(sound.samples.shape.first ?? 0), "low": list(low),
            "high": list(high),
          ]).canonicalBytes()
        }
      }
    },
  ]

  /// Whose sound is asked for, and what it depends on.
  struct SoundSource: Sendable {
    let cache: ServedCache
    let record: TrackRecord
    let view: View
    let slice: (view: View, number: Int)?

    func sound() throws -> TrackSound { try TrackSound(cache, view, of: record, slice: slice) }

    var parts: [String] {
      [
        record.id, record.contentChecksum, record.views[view]?.hex ?? "",
        slice.map { "\(record.views[$0.view]?.hex ?? "") \($0.number)" } ?? "",
      ]
    }
  }

  static func soundSource(_ call: Call) async throws -> SoundSource {
    try await call.service.work {
      let cache = try call.cache()
      let record = try call.track(of: cache)
      let named = try call["view"].map(cache.open.view)
      let isSignal = try named.map { try cache.viewFacts()[$0]?.isSignal == true } ?? false
      let view = try TrackSound.view(isSignal ? call["view"] : nil, of: cache)
      return SoundSource(
        cache: cache, record: record, view: view,
        slice: call.integer("slice").map { (named ?? view, $0) })
    }
  }
}
