import AudioIO
import Corpus
import DatasetCache
import Exporting
import Files
import Glibc
import HTTPTypes
import OpenCaches
import Safetensors

/// The sound of a track as the cache keeps it: what a trainer on waveforms gets, no original file.
struct TrackSound {
  let samples: Tensor
  let sampleRate: Int
  let channels: Int

  /// The view that holds sound: the one that is asked for, or the first that is one signal along
  /// time.
  static func view(_ named: String?, of cache: ServedCache) throws -> View {
    let signals = try cache.viewFacts().filter { $0.value.isSignal }.keys.sorted()
    if let named {
      let view = try cache.open.view(named: named)
      if signals.contains(view) { return view }
    } else if let first = signals.first {
      return first
    }
    throw Problem(
      .unprocessableContent, "source",
      "\(cache.name) keeps no sound\(named.map { " in \($0)" } ?? "")",
      hint: signals.isEmpty
        ? "prepare the view waveform" : "it has \(signals.map(\.rawValue).joined(separator: ", "))")
  }

  /// Reads all of a track, or what a slice of any view was cut from.
  init(
    _ cache: ServedCache, _ view: View, of record: TrackRecord,
    slice: (view: View, number: Int)? = nil
  ) throws {
    let value = try TrackValue(cache, view, of: record)
    sampleRate = record.sampleRate
    channels = max(1, value.facts.channels)
    guard let slice else {
      samples = value.tensor
      return
    }
    guard let slices = try cache.cache.slices(of: slice.view, track: record.id),
      slice.number < slices.count
    else {
      throw Problem.missing(
        "the track '\(record.id)' has no slice \(slice.number) in \(slice.view.rawValue)")
    }
    samples = value.samples(from: slice.number * slices.hop, count: slices.length)
  }

  /// A WAV file: 16-bit integers where the cache has those, else 32-bit floats.
  func wave() throws(Problem) -> [UInt8] {
    let isInteger = samples.int16s != nil
    let bytes =
      isInteger || samples.dataType == .float32
      ? samples.littleEndianBytes
      : Tensor("", shape: samples.shape, samples.asFloats).littleEndianBytes
    guard bytes.count <= WaveBytes.limit else {
      throw Problem(
        .unprocessableContent, "source", "the sound is too long for a WAV file",
        hint: "ask for a slice, or for format=flac")
    }
    return WaveBytes.header(
      byteCount: bytes.count, isInteger ? .int16 : .float32, sampleRate: sampleRate,
      channels: channels) + bytes
  }

  /// A FLAC file of 16 bits: the same samples where the cache has those, else the nearest.
  func flac() throws -> [UInt8] {
    var pattern = Array("\(Files.temporaryFolder)/lathed-XXXXXX.flac".utf8CString)
    let descriptor = mkstemps(&pattern, 5)
    guard descriptor >= 0 else {
      throw Problem(.internalServerError, "system", "there is no room for a temporary file")
    }
    close(descriptor)
    let path = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    try WaveWriter.writeFLAC(
      interleaved: samples.int16s ?? samples.asFloats.map(Self.sixteenBits), channels: channels,
      sampleRate: sampleRate, to: path)
    return try Files.read(path, limit: 1 << 32) ?? []
  }

  private static func sixteenBits(_ value: Float) -> Int16 {
    Int16(max(-32_768, min(32_767, (value * 32_768).rounded())))
  }

  /// The lowest and highest of every so many samples, of all channels together, in full scale -1
  /// to 1.
  func peaks(every count: Int) -> (low: [Float], high: [Float]) {
    let scale: Float = samples.dataType == .int16 ? 32_768 : 1
    let floats = samples.asFloats
    let step = count * channels
    var (low, high): ([Float], [Float]) = ([], [])
    for start in stride(from: 0, to: floats.count, by: step) {
      var (least, most) = (floats[start], floats[start])
      for value in floats[start..<min(start + step, floats.count)] {
        least = min(least, value)
        most = max(most, value)
      }
      low.append(least / scale)
      high.append(most / scale)
    }
    return (low, high)
  }
}
