import Corpus
import Foundation
import Preparation

extension FuzzTarget {
  /// Manifests; what is read is written in both forms and read again.
  static let manifest = FuzzTarget(
    "manifest",
    seeds: {
      let track = Track(
        id: "pop.1", path: "pop/pop.1.wav", label: "pop", md5: String(repeating: "0", count: 32),
        group: "song", artist: "Ann", title: "Song", otherFields: ["year": .integer(1999)])
      let other = Track(id: "rock.1", path: "rock/rock.1.wav", label: "rock")
      let plain = try Manifest(
        name: "two", version: "1", licence: "none", citations: ["a"], labels: ["pop", "rock"],
        tracks: [track, other],
        splits: [
          "own": PublishedSplit(source: "s", sides: ["train": ["pop.1"], "test": ["rock.1"]])
        ])
      let texts = [Texts.taggedManifest, Texts.faultyManifest]
      return [plain.canonicalJSON(), plain.readableJSON()] + texts.map { Array($0.utf8) }
    },
    run: { input in
      guard let manifest = try read({ try Manifest.decode(input) }) else { return }
      let canonical = manifest.canonicalJSON()
      for json in [canonical, manifest.readableJSON()] {
        let again = try Manifest.decode(json).canonicalJSON()
        try Finding.expect(again == canonical, "it reads back to another manifest")
      }
    })

  /// Recipes, with and without kinds of view that are not known.
  static let recipe = FuzzTarget(
    "recipe",
    seeds: {
      [Array(try JSONEncoder().encode(Recipe.gtzan))] + Texts.recipes.map { Array($0.utf8) }
    },
    run: { input in
      for keepsUnknown in [false, true] {
        let recipe = try read { try Recipe.decode(input, keepingUnknownKinds: keepsUnknown) }
        guard let recipe else { continue }
        let json = try CanonicalJSON.encode(recipe)
        let again = try Recipe.decode(json, keepingUnknownKinds: keepsUnknown)
        try Finding.expect(
          try CanonicalJSON.encode(again) == json, "it reads back to another recipe")
      }
    })

  /// Tables: of features, and of datasets in each layout with named columns.
  static let tables = FuzzTarget(
    "tables", words: ["filename", "label", "path", "\"\"", "\r\n", "'=", "nan", "1e39"],
    seeds: { Texts.tables.map { Array($0.utf8) } },
    run: { input in
      _ = try read { try FeatureRows(parsing: input) }
      // The others are read as the first of these, or by readers of their own.
      for layout in [DatasetLayout.csv, .esc50, .urbansound8k, .fma] {
        let table = try read { try Manifest.table(input, layout: layout, name: "t") }
        guard let manifest = table?.manifest else { continue }
        let written = manifest.canonicalJSON()
        let again = try Manifest.decode(written).canonicalJSON()
        try Finding.expect(again == written, "its manifest cannot be read again")
      }
    })
}

private enum Texts {
  static let taggedManifest = """
    {"schema":"lathe.manifest/2","name":"two","labels":["pop","rock"],"tracks":[
    {"id":"a","path":"a.wav","labels":["pop","rock"]},{"id":"b","path":"b.wav","labels":[]},
    {"id":"c","path":"c.wav","labels":{"pop":0.5}}]}
    """

  static let faultyManifest = """
    {"schema":"lathe.manifest/1","name":"two","labels":["pop","rock"],"tracks":[
    {"id":"a","path":"a.wav","label":"pop","faults":[{"kind":"replica","of":"b"}]},
    {"id":"b","path":"b.wav","label":"rock","faults":[{"kind":"mislabelled","label":"pop"}]}]}
    """

  static let recipes = [
    """
    {"schema":"lathe.recipe/2","name":"r","sampleRate":22050,"maximumSeconds":60,
    "profile":"librosa-1.0","views":{"mel":{"kind":"mel","slices":{"lengthSeconds":2,"hopSeconds":1,
    "maximumCount":10},"bands":64,"precision":"float16","channels":"stereo"},
    "w":{"kind":"waveform","slices":{"length":44100,"hop":22050}},
    "c":{"kind":"constantq","slices":{}},
    "g":{"kind":"gammatone","slices":{"lengthSeconds":1,"hopSeconds":1,"requiredSeconds":1}},
    "x":{"kind":"exec","slices":{}}},
    "faults":{"silent":"drop"},"verdicts":{"clipped":0.1}}
    """,
    """
    {"schema":"lathe.recipe/1","name":"r","sampleRate":22050,"maximumSeconds":60,
    "profile":"librosa-0.8","views":{"mel":{"slices":{"length":44100,"hop":22050}}}}
    """,
  ]

  static let tables = [
    "filename,length,a,b,label\npop.1.0.wav,66149,1.5,-2e3,pop\npop.1.1.wav,66149,0,1,pop\n",
    "filename,label,a\n'=x,\"po\"\"p\",1\r\n\"a,b\",rock,2\r\n",
    "path,label,id,group,artist,title,md5,split,fold\na/b.wav,pop,b,g,Ann,S,,train,1\n"
      + "a/c.wav,rock,,,,,,test,2\n",
    "filename,fold,target,category,esc10,src_file,take\n1-1-A-0.wav,1,0,dog,True,1,A\n",
    "slice_file_name,fsID,start,end,salience,fold,classID,class\n1-3-0-0.wav,1,0,1,1,5,3,dog\n",
    ",set,set,track,track,artist\n,split,subset,genre_top,title,name\ntrack_id,,,,,\n"
      + "2,training,small,Hip-Hop,T,A\n",
  ]
}
