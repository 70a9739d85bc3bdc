import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

@Suite struct RecipeTests {
  private func decode(_ text: String) throws -> Recipe { try Recipe.decode(Array(text.utf8)) }

  private func refusal(_ text: String) -> RecipeError? {
    #expect(throws: RecipeError.self) { try decode(text) }
  }

  /// A recipe of one view; `head` and `views` replace what stands there.
  private func text(
    _ views: String = #""features-30s": {"slices": {}}"#,
    head: String =
      #""schema": "lathe.recipe/1", "name": "x", "sampleRate": 22050, "maximumSeconds": 60,"#
      + #" "profile": "librosa-0.8""#
  ) -> String { "{\(head), \"views\": {\(views)}}" }

  @Test func theRecipeThatComesWithLatheIsTheBuiltInOne() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Manifests/recipes/gtzan.json")
    #expect(try Recipe.decode([UInt8](Data(contentsOf: file))) == .gtzan)
  }

  @Test func aRecipeComesBackFromItsJSON() throws {
    for recipe in [Recipe.gtzan, try Recipe.small(), try Recipe.samplesOnly()] {
      #expect(try Recipe.decode([UInt8](JSONEncoder().encode(recipe))) == recipe)
    }
  }

  @Test func whatAMelViewLeavesOutIsLibrosas() throws {
    let recipe = try decode(text(#""mel": {"slices": {"length": 44100, "hop": 44100}}"#))
    let mel = try #require(recipe.views.mel)
    #expect(mel.transformLength == 2_048 && mel.hop == 512 && mel.bands == 128)
    #expect(mel.minimumFrequency == 0 && mel.maximumFrequency == nil && mel.dynamicRange == 80)
    #expect(mel.slices.required == 44_100 && mel.slices.maximumCount == nil)
    #expect(recipe.views.features == nil && Set(recipe.rules.keys) == [.mel, .acoustic])
  }

  @Test(arguments: [
    (#""mel": {"slices": {}, "bands": 64, "bnads": 64}"#, "views.mel.bnads", "bands"),
    (#""melody": {"slices": {}}"#, "views.melody", "features-30s"),
    (#""features": {"slices": {"size": 4}}"#, "views.features.slices.size", "length"),
  ])
  func anUnknownKeyIsNamedWithThoseThatExist(_ view: String, _ path: String, _ known: String) {
    let error = refusal(text(view))
    #expect(error?.subject == path)
    #expect(error?.hint.contains(known) == true)
  }

  @Test(arguments: [
    (#""mel": {"slices": {}, "bands": "many"}"#, "views.mel.bands", "whole number"),
    (#""mel": {"slices": {}, "hop": 1.5}"#, "views.mel.hop", "whole number"),
    (#""mel": 3"#, "views.mel", "object"),
    (#""features": {}"#, "views.features.slices", "missing"),
  ])
  func aWrongTypeIsNamedByPath(_ view: String, _ path: String, _ words: String) {
    let error = refusal(text(view))
    #expect(error?.subject == path)
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    (#""features": {"slices": {"length": 0, "hop": 5}}"#, "views.features.slices.length"),
    (#""features": {"slices": {"length": 5, "hop": -1}}"#, "views.features.slices.hop"),
    (
      #""waveform": {"slices": {"length": 5, "hop": 5, "required": 4}}"#,
      "views.waveform.slices.required"
    ),
    (#""waveform": {"slices": {"hop": 5}}"#, "views.waveform.slices.hop"),
    (#""mel": {"slices": {}, "dynamicRange": 0}"#, "views.mel.dynamicRange"),
    (#""mel": {"slices": {"length": 44100, "hop": 1}}"#, "views.mel"),
    ("", "views"),
  ])
  func aNumberOutOfRangeIsNamedByPath(_ view: String, _ path: String) {
    let error = refusal(text(view))
    #expect(error?.subject == path, "\(String(describing: error))")
    #expect(error?.hint.isEmpty == false)
  }

  @Test func moreViewsThanACacheHoldsAreRefused() throws {
    func views(_ count: Int) -> String {
      let views = (0..<count).map { #""v\#($0)": {"kind": "mel", "slices": {}}"# }
      return #"{"schema": "lathe.recipe/2", "name": "x", "sampleRate": 22050, "#
        + #""maximumSeconds": 60, "profile": "librosa-0.8", "views": {"#
        + views.joined(separator: ",") + "}}"
    }
    #expect(try decode(views(64)).views.count == 64)
    // As many as fit into a megabyte are counted and not read.
    for count in [65, 25_000] {
      let error = refusal(views(count))
      #expect(error?.subject == "views" && error?.detail == "names \(count) views")
    }
  }

  @Test(arguments: [
    ("transformLength", "0"), ("transformLength", "7"), ("hop", "0"), ("hop", "-512"),
    ("bands", "0"), ("bands", "100000000"), ("transformLength", "4611686018427387904"),
    ("minimumFrequency", "-1"), ("maximumFrequency", "0"), ("maximumFrequency", "1e300"),
    ("minimumFrequency", "12000"),
  ])
  func aTransformThatCannotBeIsRefused(_ key: String, _ value: String) {
    let view = #""mel": {"slices": {"length": 44100, "hop": 44100}, "\#(key)": \#(value)}"#
    let error = refusal(text(view))
    #expect(error?.subject.hasPrefix("views.mel") == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    (
      #""schema": "lathe.recipe/3", "name": "x", "sampleRate": 22050, "maximumSeconds": 60,"#
        + #" "profile": "librosa-0.8""#, "schema", "lathe.recipe/1"
    ),
    (
      #""schema": "lathe.recipe/1", "name": "x", "sampleRate": 22050, "maximumSeconds": 60,"#
        + #" "profile": "librosa-2""#, "profile", "one of librosa-0.8, librosa-1.0"
    ),
    (
      #""schema": "lathe.recipe/1", "name": "x", "sampleRate": 0, "maximumSeconds": 60,"#
        + #" "profile": "librosa-0.8""#, "sampleRate", "1,000"
    ),
    (
      #""schema": "lathe.recipe/1", "name": "x", "sampleRate": 22050, "maximumSeconds": -1,"#
        + #" "profile": "librosa-0.8""#, "maximumSeconds", "86,400"
    ),
    (
      #""schema": "lathe.recipe/1", "sampleRate": 22050, "maximumSeconds": 1,"#
        + #" "profile": "librosa-0.8""#, "name", "a text in quotes"
    ),
  ])
  func theHeadIsChecked(_ head: String, _ path: String, _ hint: String) {
    let error = refusal(text(head: head))
    #expect(error?.subject == path)
    #expect(error?.hint.contains(hint) == true, "\(String(describing: error))")
  }

  @Test(arguments: ["", "{", "[]", "null", "\u{FEFF}", "{\"views\": 1e999}", "7"])
  func whatIsNoRecipeIsRefusedInOneLine(_ text: String) {
    let error = refusal(text)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func twoViewsOfOneNameAreRefused() throws {
    let two = #""mel": {"slices": {}}, "waveform": {"slices": {}}, "m\u0065l": {"slices": {}}"#
    #expect(
      refusal(text(two))?.description
        == #"recipe: the file, line 1 gives "mel" twice in one object; give it once"#)
    let nested = #""mel": {"slices": {"hop": 1, "length": 5, "hop": 2}}"#
    #expect(refusal(text(nested))?.detail == #"gives "hop" twice in one object"#)
    // The same key in two objects is no repetition.
    _ = try decode(
      text(#""waveform": {"slices": {"length": 5, "hop": 5}}, "mel": {"slices": {}}"#))
  }

  @Test(arguments: [
    (#""x": {"kind": "mell", "slices": {}}"#, "views.x.kind", "did you mean mel?"),
    (#""x": {"slices": {}}"#, "views.x.kind", "the kinds are"),
    (#""X y": {"kind": "mel", "slices": {}}"#, "views.X y", "a-z"),
    (#""blocks": {"kind": "mel", "slices": {}}"#, "views.blocks", "a-z"),
    (#""acoustic": {"kind": "mel", "slices": {}}"#, "views.acoustic", "another name"),
    (#""x": {"kind": "mel", "slices": {}, "precision": "half"}"#, "views.x.precision", "float16"),
    (
      #""x": {"kind": "features", "slices": {}, "channels": "stereo"}"#, "views.x.channels",
      "use two views, one of left and one of right"
    ),
    (#""x": {"kind": "mel", "slices": {}, "bands": 0}"#, "views.x.bands", "1 to 4,096"),
    (#""x": {"kind": "mel", "slices": {}, "bnads": 4}"#, "views.x.bnads", "did you mean bands?"),
    (
      #""x": {"kind": "mel", "slices": {"length": 10, "hop": 5}, "maximumFrequency": 20000}"#,
      "views.x.maximumFrequency", "half the sample rate"
    ),
  ])
  func aNamedViewIsRefusedByPath(_ view: String, _ path: String, _ hint: String) {
    let error = refusal(
      text(view).replacing("lathe.recipe/1", with: "lathe.recipe/2"))
    #expect(error?.subject == path, "\(String(describing: error))")
    #expect(error?.hint.contains(hint) == true, "\(String(describing: error))")
  }

  @Test func whatTheSecondSchemaSaysIsNotForTheFirst() {
    let error = refusal(text(#""mel": {"kind": "mel", "slices": {}}"#))
    #expect(
      error?.subject == "views.mel.kind" && error?.detail == "is of recipes of lathe.recipe/2")
  }

  @Test func equalRecipesAreEqualBytesInTheEarliestSchema() throws {
    let first = try Recipe.decode(JSONEncoder().encode(Recipe.gtzan).map { $0 })
    let text = String(decoding: try CanonicalJSON.encode(first), as: UTF8.self)
    #expect(text.contains(#""schema":"lathe.recipe/1""#) && !text.contains("kind"))
    let second = try decode(text.replacing("lathe.recipe/1", with: "lathe.recipe/2"))
    #expect(try CanonicalJSON.encode(second) == CanonicalJSON.encode(first))
    var named = second
    named.views[View(like: "mel64")] = RecipeView(MelKind(), slices: .gtzanMel)
    let more = String(decoding: try CanonicalJSON.encode(named), as: UTF8.self)
    #expect(more.contains(#""schema":"lathe.recipe/2""#) && more.contains(#""kind":"mel""#))
    #expect(try Recipe.decode(Array(more.utf8)) == named)
  }

  @Test func deepNestingIsRefusedAndDoesNotCrash() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(refusal(text(#""mel": "# + deep)) != nil)
  }
}
