import AudioIO
import Corpus
import Foundation

extension FuzzTarget {
  /// Audio files, decoded to two channels at another rate or at their own, at most 30 s.
  static let audio = FuzzTarget(
    "audio",
    words: [
      "RIFF", "RIFX", "RF64", "BW64", "WAVE", "fmt ", "data", "LIST", "fact", "ds64", "FORM",
      "AIFF",
      "AIFC", "COMM", "SSND", "NONE", "sowt", ".snd", "caff", "desc", "pakt", "fLaC", "OggS",
      "OpusHead", "OpusTags", "vorbis", "ID3", "TAG", "APETAGEX", "Xing", "Info", "LAME", "VBRI",
      "NIST_1A", "Creative Voice File", "8SVX", "riff.$", "ADIF", "ftyp", "2BIT",
    ],
    seeds: { try AudioSeeds.all() },
    run: { input in
      let path = try file.write(input, "a")
      let format = try read { try AudioFile.probe(at: path) }
      for rate in [22_050, 8_000] {
        var decoding = Decoding(sampleRate: rate, maximumSeconds: 30)
        decoding.keepsStereo = true
        guard let track = try read({ try AudioFile.decode(at: path, decoding) }) else { continue }
        try Finding.expect(track.samples.count > 0, "no samples")
        try Finding.expect(track.samples.floats().allSatisfy(\.isFinite), "a sample that is none")
        try Finding.expect(
          Double(track.source.frames) <= 30 * Double(track.source.sampleRate), "too long")
        try Finding.expect(
          format?.channels == track.source.channels
            && format?.sampleRate == track.source.sampleRate, "probe says otherwise")
      }
    })

  private static let file = Scratch()
}

/// A twentieth of a second of noise in all forms.
private enum AudioSeeds {
  static func all() throws -> [[UInt8]] {
    let scratch = Scratch()
    let path = "\(try scratch.path)/seed"
    var generator = CounterGenerator(seed: 1)
    let noise = (0..<1_100).map { _ in
      Float(Int16(truncatingIfNeeded: generator.next())) / 65_536
    }
    var seeds: [[UInt8]] = []
    for form in WaveWriter.Form.allCases {
      for channels in [1, 2] {
        let rate = form == .opus ? 48_000 : 22_050
        try WaveWriter.write(
          interleaved: noise, channels: channels, sampleRate: rate, as: form, to: path)
        seeds.append(Array(try Data(contentsOf: URL(filePath: path))))
      }
    }
    return seeds
  }
}
