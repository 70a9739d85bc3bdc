import Corpus
import DatasetCache
import Safetensors

/// Makes a cache of four tracks of two labels, with two rows of features each, and a split
/// `halves`.
///
/// Of the two tracks of its side `test` one is a take of a song that its side `train` has, too, by
/// the same artist; of the other the artist is not known.
public func makeFourTracks(at path: String) throws {
  let features = View(like: "features")
  let cache = try Cache.open(at: path, for: .creating)
  let fingerprint = try Fingerprint(hashing: Array("features".utf8))
  let tracks = ["pop.1", "pop.2", "rock.1", "rock.2"].enumerated().map { number, id in
    let rows = (0..<114).map { Float(($0 * 37 + number * 11) % 200) / 100 - 1 }
    return PreparedTrack(
      record: TrackRecord(
        id: id, label: String(id.prefix { $0 != "." }), path: "\(id).wav",
        md5: String(repeating: "0", count: 32),
        group: ["pop.1", "rock.2"].contains(id) ? "song" : nil,
        artist: ["pop.1": "Ann", "rock.1": "Bob", "rock.2": "ANN"][id], frames: 700,
        sampleRate: 22_050,
        source: .init(
          container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1, frames: 700),
        storage: .int16, views: [features: fingerprint]),
      stamp: .init(byteCount: 1_444, modifiedNanoseconds: 1),
      values: [
        .init(
          view: features, fingerprint: fingerprint,
          tensors: [Tensor("rows", shape: [2, 57], rows)],
          slices: .init(count: 2, length: 300, hop: 350, frames: 700))
      ])
  }
  try cache.store(tracks)
  try cache.putSplit(
    Split(
      plan: SplitPlan(policy: .stratified, seed: 1, division: .ratios([0.5, 0.5]), name: "halves"),
      sides: ["train", "test"],
      assignment: ["pop.1": "train", "rock.1": "train", "pop.2": "test", "rock.2": "test"]))
  try cache.describe(
    CacheDescription(
      recipeJSON: Array("{}".utf8), fingerprints: [features: fingerprint],
      manifest: ManifestReference(name: "four", sha256: "", tracks: 4), columns: [:]))
}
