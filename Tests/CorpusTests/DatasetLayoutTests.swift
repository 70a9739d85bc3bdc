import Corpus
import Testing

/// The tables of datasets whose tracks have several labels, or that come as several files, as small made-up ones.
@Suite struct DatasetLayoutTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func refusal(_ body: () throws -> Void) -> ManifestError? {
    do { try body() } catch { return error as? ManifestError }
    return nil
  }

  private let jamendo = """
    TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS
    track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---punkrock
    track_0000215\tartist_000014\talbum_000031\t15/215.mp3\t151.4\tgenre---metal\tmood/theme---sad
    track_0000382\tartist_000020\talbum_000046\t82/382.mp3\t211.1\tgenre---metal
    """

  @Test func mtgJamendo() throws {
    let side = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
    let names =
      "TRACK_ID\tARTIST_ID\tALBUM_ID\tTRACK_NAME\tARTIST_NAME\ntrack_0000382\ta\tb\tSong\tBand"
    let manifest = try MTGJamendo.manifest(
      tags: bytes(jamendo),
      sides: [
        .init(
          split: "split-0", side: "train",
          table: bytes(side + "track_0000214\ta\tb\tc\t1\tx\ntrack_0000215\ta\tb\tc\t1\tx\tx\n")),
        .init(
          split: "split-0", side: "test",
          table: bytes(side + "track_0000382\ta\tb\tc\t1\tx\ntrack_9999999\ta\tb\tc\t1\tx\n")),
      ], names: bytes(names), name: "jamendo")
    #expect(
      manifest.isTagged
        && manifest.labels == ["genre---metal", "genre---punkrock", "mood-theme---sad"])
    let track = try #require(manifest.tracks.first { $0.id == "track_0000215" })
    #expect(
      track.path == "15/215.mp3" && track.tags == TrackTags(["genre---metal", "mood-theme---sad"]))
    #expect(track.group == "album_000031" && track.artist == "artist_000014")
    #expect(manifest.tracks.last?.artist == "Band" && manifest.tracks.last?.title == "Song")
    #expect(manifest.officialSplits == ["split-0"])
    #expect(
      manifest.splits["split-0"]?.sides == [
        "train": ["track_0000214", "track_0000215"], "test": ["track_0000382"],
      ])
  }

  @Test func tablesThatAreNotSoundAreRefusedByTheirLine() {
    let wrong = refusal { _ = try MTGJamendo.manifest(tags: bytes("a\tb\n1\t2\n"), name: "x") }
    #expect(wrong?.detail == "names no column \"TRACK_ID\"")
    let short = refusal {
      _ = try MTGJamendo.manifest(
        tags: bytes("TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\nt1\ta\n"), name: "x")
    }
    #expect(short?.subject == "the table of tags, line 2" && short?.detail == "has no PATH")
  }

  private let magna = """
    "clip_id"\t"rock"\t"no voice"\t"mp3_path"
    "2"\t"1"\t"1"\t"f/band-album-01-song-30-59.mp3"
    "3"\t"0"\t"1"\t"f/band-album-01-song-59-88.mp3"
    "35644"\t"0"\t"0"\t"6/norine_braun-now_and_zen-08-gently-117-146.mp3"
    "9"\t"0"\t"0"\t"b/other-album-02-air-0-29.mp3"
    "10"\t"1"\t"0"\t"c/third-album-02-air-0-29.mp3"
    """

  @Test func magnaTagATune() throws {
    let information = "clip_id\ttrack_number\ttitle\tartist\n2\t1\tSong\tBand\n"
    let manifest = try MagnaTagATune.manifest(
      annotations: bytes(magna), information: bytes(information), name: "magna")
    #expect(manifest.labels == ["no voice", "rock"])
    let byID = Dictionary(uniqueKeysWithValues: manifest.tracks.map { ($0.id, $0) })
    #expect(byID["2"]?.tags == TrackTags(["rock", "no voice"]) && byID["2"]?.artist == "Band")
    #expect(byID["2"]?.group == byID["3"]?.group && byID["2"]?.group != byID["9"]?.group)
    #expect(byID["9"]?.tags == TrackTags())
    #expect(byID["35644"]?.faults.map(\.kind) == [.unreadable])
    #expect(
      manifest.splits["folders"]?.sides
        == ["train": ["9"], "validation": ["10"], "test": ["2", "3"]])
    let ragged = refusal {
      _ = try MagnaTagATune.manifest(annotations: bytes(magna + "\n\"11\"\t\"0\"\n"), name: "m")
    }
    #expect(ragged?.subject == "annotations_final.csv, line 7")
  }

  @Test func splitsAsListsAndTheMostFrequentTags() throws {
    let whole = try MagnaTagATune.manifest(annotations: bytes(magna), name: "magna")
    let lists = [
      Manifest.SideList(
        split: "top50", side: "train",
        lines: bytes("2\t1.0\n3\nb/other-album-02-air-0-29.mp3\n")),
      Manifest.SideList(
        split: "top50", side: "test", lines: bytes("third-album-02-air-0-29\r\n")),
    ]
    let manifest = try whole.keepingLabels(1).adding(lists: lists)
    // Two clips each have "rock" and "no voice"; the first in byte order stays.
    #expect(manifest.labels == ["no voice"])
    #expect(manifest.tracks.first { $0.id == "10" }?.tags == TrackTags())
    #expect(
      manifest.splits["top50"]?.sides == ["train": ["2", "3", "9"], "test": ["10"]])
    #expect(manifest.officialSplits == ["folders", "top50"])
    let unknown = refusal {
      _ = try whole.adding(lists: [.init(split: "s", side: "train", lines: bytes("2\nnone\n"))])
    }
    #expect(unknown?.subject == "the list of s, train, line 2")
    let twice = refusal {
      _ = try whole.adding(lists: [
        .init(split: "s", side: "train", lines: bytes("2\n")),
        .init(split: "s", side: "test", lines: bytes("2\n")),
      ])
    }
    #expect(twice?.kind == .repeatedInSplit)
  }

  @Test func millionSongs() throws {
    let genres = "# MSD genres\n#\nTRAAAAK128F9318786\tRock\nTRAXLZU12903D05F94\tPop_Rock\tJazz\n"
    let facts =
      "TRAAAAK128F9318786<SEP>SO1<SEP>Band<SEP>Song\nTRAXLZU12903D05F94<SEP>SO1<SEP>Band<SEP>Song (live)\n"
    let manifest = try MillionSongDataset.manifest(
      genres: bytes(genres), tracks: bytes(facts),
      paths: ["TRAXLZU12903D05F94": "x/TRAXLZU12903D05F94.clip.mp3"], name: "msd")
    #expect(manifest.labels == ["Pop_Rock", "Rock"])
    #expect(manifest.tracks[0].path == "A/A/A/TRAAAAK128F9318786.mp3")
    #expect(manifest.tracks[1].path == "x/TRAXLZU12903D05F94.clip.mp3")
    #expect(manifest.tracks.map(\.group) == ["SO1", "SO1"])
    #expect(manifest.tracks[1].title == "Song (live)")
    #expect(manifest.tracks[1].otherFields["minority"] == .string("Jazz"))
    let wrong = refusal {
      _ = try MillionSongDataset.manifest(genres: bytes("TR1 Rock\n"), name: "msd")
    }
    #expect(wrong?.subject == "the annotation of genres, line 1")
  }

  @Test func tablesOfOnesOwnHaveSeveralLabelsToo() throws {
    let table = "path,labels,licence\na.wav,rock|slow ,CC BY\nb.wav,,\nc.wav,rock,\n"
    let manifest = try Manifest.table(bytes(table), layout: .csv, name: "own").manifest
    #expect(
      manifest.tracks.map(\.tags) == [
        TrackTags(["rock", "slow"]), TrackTags(), TrackTags(["rock"]),
      ])
    #expect(manifest.tracks.map(\.licence) == ["CC BY", nil, nil])
    #expect(try Manifest.decode(manifest.canonicalJSON()) == manifest)
  }

  @Test func labelsThatLookAlikeAreFound() throws {
    let manifest = try Manifest(
      name: "club", labels: ["Hip Hop", "hip-hop", "rock", "ROCK", "jazz"],
      tracks: [Track(id: "a", path: "a.wav", label: "rock")])
    #expect(manifest.labelsAlike == [["Hip Hop", "hip-hop"], ["ROCK", "rock"]])
    #expect(manifest.unusedLabels == ["Hip Hop", "ROCK", "hip-hop", "jazz"])
  }
}
