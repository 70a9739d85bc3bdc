import Testing

@testable import Reporting

@Suite struct LayoutTests {
  @Test func ticksAreNice() {
    #expect(Ticks(0...1, limits: 0...1).values == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
    #expect(Ticks(0...1, limits: 0...1, unit: (100, " %")).labels.last == "100 %")
    #expect(Ticks(0...2.3).labels == ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"])
    #expect(Ticks(1...30, count: 8, limits: 1...30, isWhole: true).labels.first == "5")
    #expect(Ticks(1...3, count: 8, limits: 1...3, isWhole: true).labels == ["1", "2", "3"])
    #expect(Ticks(-80...0).labels == ["−80", "−60", "−40", "−20", "0"])
  }

  static let ranges: [ClosedRange<Double>] = [
    0...1e-12, 0...1e12, -1e300...1e300, 5...5, 0...0, 1e15...(1e15 + 2), 0.999...1,
  ]

  @Test(arguments: ranges)
  func ticksCoverWhatIsShown(_ range: ClosedRange<Double>) {
    let ticks = Ticks(range)
    #expect(ticks.values.count >= 2 && ticks.values.count < 20)
    #expect(
      ticks.range.lowerBound <= range.lowerBound && ticks.range.upperBound >= range.upperBound)
    #expect(ticks.range.upperBound > ticks.range.lowerBound)
    #expect(ticks.labels.count == ticks.values.count)
  }

  @Test func namesAreMovedApart() {
    let positions = LabelPlacement.spread([50, 51, 52, 10], by: 10, within: 0...100)
    #expect(positions == [41, 51, 61, 10])
    let full = LabelPlacement.spread(Array(repeating: 5, count: 11), by: 20, within: 0...100)
    #expect(zip(full, full.dropFirst()).allSatisfy { abs($1 - $0 - 10) < 1e-9 })
    #expect(full.allSatisfy { (0...100).contains($0) })
    #expect(LabelPlacement.spread([], by: 1, within: 0...1).isEmpty)
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(Numbers.grouped(11_181_642) == "11,181,642" && Numbers.grouped(-999) == "−999")
    #expect(Numbers.fixed(0.05, 1) == "0.1" || Numbers.fixed(0.05, 1) == "0.0")
    #expect(Numbers.fixed(-0.04, 1) == "0.0" && Numbers.fixed(-12.35, 1) == "−12.4")
    #expect(Numbers.fixed(.nan, 2) == "–" && Numbers.fixed(-.infinity, 0) == "−∞")
    #expect(Numbers.percent(0.8162) == "81.6 %" && Numbers.short(47_123) == "47,123")
    #expect(Numbers.short(1.2e-7) == "1.20e-7" && Numbers.short(0.0704) == "0.0704")
  }

  @Test func textIsShortenedInItsMiddle() throws {
    let canvas = try Canvas(Size(1, 1), .png(scale: 1))
    let text = "progressive psychedelic space rock"
    #expect(canvas.fitted(text, to: 1_000) == text)
    let short = canvas.fitted(text, to: 100)
    #expect(short.hasPrefix("prog") && short.hasSuffix("rock") && short.contains("…"))
    #expect(canvas.width(of: short) <= 100)
    #expect(canvas.fitted(text, to: 0) == "…" && canvas.width(of: "") == 0)
  }

  @Test func inkIsReadableOnEveryShade() {
    for step in 0...100 {
      let shade = ConfusionLayout.shade(Double(step) / 100).luminance
      let ink = shade > 0.2 ? Palette.ink.luminance : Palette.paper.luminance
      let contrast = (max(shade, ink) + 0.05) / (min(shade, ink) + 0.05)
      #expect(contrast >= 3.5, "\(step) %: \(contrast)")
    }
  }
}
