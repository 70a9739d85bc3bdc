import ArgumentParser
import AudioIO
import DatasetCache
import Exporting
import Files
import Wording

struct ExportWebDataset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webdataset",
    abstract: "Write the samples of a view as tar archives that WebDataset and Hugging Face read.",
    discussion: """
      SIDE-000000.tar and so on (full-000000.tar without a split). Of the waveform a sample is a whole track: \
      blues_00000.json, blues_00000.cls and blues_00000.wav, or the original file with --audio. Of another \
      view it is a slice: blues_00000_3.json, .cls and .npy. Tracks come in an order that looks random and \
      is always the same.

      Examples:
        lathe export webdataset gtzan.lathe --view mel --output mels --split grouped-seed1-0.8-0.1-0.1
        lathe export webdataset gtzan.lathe --view waveform --audio genres_original --output audio \
      --accept-licences
      """)

  @OptionGroup var samples: SampleFileOptions
  @OptionGroup var options: ExportOptions

  func run() throws {
    let (cache, content) = try options.content(samples.view)
    if samples.audio != nil, !content.isAudio || content.dividesTracks {
      throw ValidationError(
        "--audio: samples of \(samples.view.rawValue)"
          + (content.dividesTracks ? " in a split of slices" : "") + " are no whole files of audio."
      )
    }
    if content.isAudio { try samples.licence.check(content) }
    let originals = samples.audio.map(OriginalFiles.audio(in:))
    let count = content.isAudio && !content.dividesTracks ? content.trackCount : content.sampleCount
    try options.run(
      "webdataset", of: cache, tracks: content.trackCount,
      saying: Words.counted(count, "sample")
    ) { target in
      try WebDatasetExport.write(
        content, to: target, shardBytes: samples.shardMegabytes * 1_000_000, originals: originals)
    }
  }
}

/// The files that a cache was made from.
enum OriginalFiles {
  /// The largest file that is copied.
  private static let limit = 1 << 33

  /// Those in a folder, each compared with the checksum that the cache has of it.
  static func audio(in folder: String) -> OriginalAudio {
    let roots = AudioRoots(folder)
    return OriginalAudio { track throws(ExportError) in
      let path = track.path
      func unfit(_ detail: String) -> ExportError {
        .unfit(
          "\(folder): \(path) \(detail)",
          hint: "give the folder that the cache was prepared from, or prepare it again")
      }
      do {
        guard let stamp = roots.stamp(of: path) else { throw unfit("is not there") }
        if stamp.byteCount > limit { throw unfit("has \(Words.bytes(Int(stamp.byteCount)))") }
        let known = track.md5.map { ($0, roots.md5) } ?? track.xxh3.map { ($0, roots.xxh3) }
        if let (checksum, sum) = known, try sum(path) != checksum {
          throw unfit("is not the file that was prepared")
        }
        return try roots.bytes(path)
      } catch let error as ExportError {
        throw error
      } catch {
        throw unfit("cannot be read: \(error)")
      }
    }
  }
}
