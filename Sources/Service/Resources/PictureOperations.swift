import Corpus
import DatasetCache
import Hummingbird
import Preparation
import Reporting
import Safetensors

extension ServiceOperations {
  private static let pixels = 1...4_096

  private static let sizes: [Operation.Parameter] = [
    .init("width", .integer(pixels), "pixels; a pixel a number where left out"),
    .init("height", .integer(pixels), "pixels; likewise"),
  ]

  static let pictures: [Operation] = [
    Operation(
      id: "spectrogram", path: "/v1/caches/{cache}/tracks/{track}/spectrogram",
      summary: "A slice of a view of two axes as a picture; slices that follow each other as one.",
      parameters: sizes + [
        .init("view", .text(), "the name of a view of two axes", isRequired: true),
        .init("slice", .integer(0...1 << 40), "the number of a slice; all where left out"),
        .init("colour", .choice(ColourMap.allCases.map(\.rawValue)), "the colour map; viridis"),
        .init("axes", .flag, "whether axes and a scale stand beside it"),
      ], answers: [.bytes("image/png")]
    ) { call in
      let (cache, record, view) = try await call.service.work {
        let cache = try call.cache()
        return (cache, try call.track(of: cache), try call.view(of: cache))
      }
      let map = call["colour"].flatMap(ColourMap.init) ?? .viridis
      let parts = [
        "spectrogram", record.id, record.contentChecksum, record.views[view]?.hex ?? "",
        call["slice"] ?? "", map.rawValue, call["axes"] ?? "", call["width"] ?? "",
        call["height"] ?? "",
      ]
      return try await call.kept(parts, as: "image/png") {
        let picture = try spectrogram(call, cache, record, view)
        if call.flag("axes") {
          let chart = SpectrogramChart(
            title: record.id + (call["slice"].map { ", slice \($0)" } ?? ""),
            spectrogram: picture, map: map,
            extent: Size(
              Double(call.integer("width") ?? 430), Double(call.integer("height") ?? 250)))
          return try chart.rendered(.png(scale: 1))
        }
        return try StretchedSpectrogram(
          spectrogram: picture, map: map, width: call.integer("width") ?? picture.frames,
          height: call.integer("height") ?? picture.bands
        ).rendered(.png(scale: 1), background: nil)
      }
    },
    Operation(
      id: "waveform", path: "/v1/caches/{cache}/tracks/{track}/waveform",
      summary: "The waveform of a track, or of what a slice was computed from, as a picture.",
      parameters: sizes + [
        .init("view", .text(), "the view whose slices are counted"),
        .init("slice", .integer(0...1 << 40), "the number of a slice; all where left out"),
        .init("colour", .text(most: 6), "six hexadecimal digits of red, green and blue"),
      ], answers: [.bytes("image/png")]
    ) { call in
      let source = try await soundSource(call)
      let width = call.integer("width") ?? 800
      let height = call.integer("height") ?? 120
      let digits = call["colour"] ?? "2f6f9f"
      guard digits.utf8.count == 6, let colour = UInt32(digits, radix: 16) else {
        throw Problem.parameter("colour", "is '\(digits)'", hint: "give six hexadecimal digits")
      }
      let parts = source.parts + ["waveform", "\(width)", "\(height)", digits]
      return try await call.kept(parts, as: "image/png") {
        let sound = try source.sound()
        let frames = sound.samples.shape.first ?? 0
        let (low, high) = sound.peaks(every: max(1, (frames + width - 1) / width))
        return try WaveformPicture(
          low: low, high: high, colour: Colour(colour), width: width, height: height
        ).rendered(.png(scale: 1), background: nil)
      }
    },
  ]

  /// The numbers of a slice, or of all slices of a track one after the other, with their axes.
  private static func spectrogram(
    _ call: Call, _ cache: ServedCache, _ record: TrackRecord, _ view: View
  ) throws -> Spectrogram {
    let value = try TrackValue(cache, view, of: record)
    let shape = Array(value.tensor.shape.dropFirst())
    guard value.facts.form == .rows, shape.count == 2, shape.allSatisfy({ $0 > 0 }) else {
      let pictures = try cache.viewFacts()
        .filter { $0.value.axes.count == 2 && $0.value.form == .rows }.keys.sorted()
      throw Problem(
        .unprocessableContent, "source", "\(view.rawValue) is no picture",
        hint: pictures.isEmpty
          ? "prepare a view of two axes"
          : "there is \(pictures.map(\.rawValue).joined(separator: ", "))")
    }
    let axes = try cache.cache.pictureAxes(of: view)
    if let number = call.integer("slice") {
      let slice = try value.slice(number)
      return try Spectrogram(
        values: slice.asFloats, bands: shape[0], frames: shape[1], rowAxis: axes[0],
        columnAxis: axes[1], unit: value.facts.unit)
    }
    guard value.slices.length == value.slices.hop || value.slices.count == 1 else {
      throw Problem(
        .unprocessableContent, "source", "the slices of \(view.rawValue) overlap",
        hint: "ask for one with slice=N")
    }
    let count = value.slices.count
    let floats = value.tensor.asFloats
    var joined: [Float] = []
    joined.reserveCapacity(floats.count)
    for band in 0..<shape[0] {
      for slice in 0..<count {
        let start = (slice * shape[0] + band) * shape[1]
        joined += floats[start..<start + shape[1]]
      }
    }
    return try Spectrogram(
      values: joined, bands: shape[0], frames: shape[1] * count, rowAxis: axes[0],
      columnAxis: joinedAxis(axes[1], shape[1], value.slices, record), unit: value.facts.unit)
  }

  /// The axis along several slices: the time of a track, where the numbers of one are even.
  private static func joinedAxis(
    _ axis: SampleAxis, _ frames: Int, _ slices: SliceIndex, _ record: TrackRecord
  ) -> SampleAxis {
    guard axis.isTime, case .even(let start, _) = axis.positions else { return axis }
    // A slice has a frame more than it has hops, so the frames of many lie closer.
    let seconds = Double(slices.hop) / Double(max(1, record.sampleRate))
    return .time(start: start, step: seconds / Double(frames))
  }
}
