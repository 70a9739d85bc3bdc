import Foundation
import Testing

/// `lathe bench views` for an instant. How fast anything is, is no matter here.
@Suite struct BenchViewsTests {
  /// Three tracks of 1.2 s, 26,460 samples at 22,050 Hz: each five slices of 4,800.
  private let collection: Collection

  init() throws { collection = try Collection(tracks: 3) }

  private func arguments(_ more: [String], views: [String]) -> [String] {
    let slices = views.flatMap { view in
      ["length", "hop", "required"].map { "\(view).slices.\($0)=4800" }
    }
    return ["bench", "views", "--audio", collection.audio, "--seconds", "0.001"] + more
      + slices.flatMap { ["--set", $0] }
  }

  private func reports(_ more: [String], views: [String]) throws -> [[String: Any]] {
    let result = try Program.start(arguments(more + ["--json"], views: views)).end()
    #expect(result.code == 0, "\(result.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let reports = try #require(json as? [[String: Any]])
    try #require(reports.map { $0["view"] as? String } == views)
    return reports
  }

  @Test func namedKindsAreMeasuredEachAlone() throws {
    let views = ["chroma", "mfcc"]
    for report in try reports(views + ["--set", "mfcc.coefficients=13"], views: views) {
      #expect(report["slices"] as? Int == 15 && report["sliceSamples"] as? Int == 4_800)
      let (median, best) = (report["seconds"] as? Double, report["bestSeconds"] as? Double)
      #expect(try #require(best) > 0 && #require(median) >= #require(best))
      #expect(report["ratio"] == nil && report["reference"] == nil)
    }
  }

  @Test func theViewsOfARecipeAreMeasuredTogetherToo() throws {
    let more = [
      "--recipe", "gtzan", "--set", "features=null", "--set", "features-30s=null", "--set",
      "waveform=null", "--set", "narrow.kind=mel",
    ]
    let result = try Program.start(arguments(more, views: ["mel", "narrow"])).end()
    #expect(result.code == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 4)
    #expect(lines[0].hasPrefix("view    slice s  slices  µs a slice"))
    #expect(lines[1].hasPrefix("mel        0.22      15 "))
    #expect(lines[2].hasPrefix("narrow     0.22      15 "))
    #expect(lines[3].hasPrefix("all of them together: ") && lines[3].hasSuffix(" %"))
  }

  @Test func theReferenceGetsTheViewAndItsSlicesAndGivesTheRatio() throws {
    let said = "\(collection.path)/said"
    // Answers for the kind mfcc only, as a library that lacks the other.
    let python = try collection.write(
      Array(
        """
        #!/bin/sh
        cat > /dev/null
        printf '%s\\n' "$@" >> \(said)
        case "$3" in *'"mfcc":'*) echo '[{"name": "other 1.0", "seconds": 2}]' ;; *) echo '[]' ;; esac
        """.utf8), "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
    let views = ["chroma", "mfcc"]
    let reports = try reports(views + ["--against", "librosa", "--python", python], views: views)
    #expect(reports[0]["ratio"] == nil && reports[0]["reference"] == nil)
    #expect(reports[1]["reference"] as? String == "other 1.0")
    let seconds = try #require(reports[1]["seconds"] as? Double)
    let ratio = try #require(reports[1]["ratio"] as? Double)
    #expect(abs(ratio * seconds - 2) < 1e-9)
    let arguments = try String(contentsOfFile: said, encoding: .utf8).split(separator: "\n")
    #expect(arguments.count { $0.hasSuffix(".wav") } == 2 * 15)
    #expect(arguments.count { $0.contains(#""coefficients":20"#) } == 1)
  }

  @Test(arguments: [
    ["melody"], ["mel", "--recipe", "gtzan"], ["exec"], ["mel", "--set", "mel.bands=0"],
    ["mel", "--set", "mel.slices.required=661501"], ["mel", "--against", "essentia"],
    ["mel", "--against", "librosa", "--python", "/nowhere/python"],
  ])
  func whatCannotBeMeasuredIsRefused(_ more: [String]) throws {
    let views = more.first == "mel" && more[1] != "--recipe" ? ["mel"] : []
    let isTooLong = more.last?.contains("required") == true
    let result = try Program.start(arguments(more, views: isTooLong ? [] : views)).end()
    #expect(result.code != 0 && result.output.isEmpty && !result.errors.isEmpty, "\(more)")
  }
}
