import Corpus
import Foundation
import Testing
import Training

@testable import Reporting

@Suite struct FigureTests {
  static let lines = LineChart(
    title: "Loss", valueTitle: "loss", quantity: .number,
    series: [
      .init(name: "training", values: [2, 1, 0.5], colour: 0),
      .init(name: "test", values: [2.1, nil, 1.5], colour: 1, isDashed: true),
    ], mark: (2, "best: epoch 2"))

  private func size(ofPNG bytes: [UInt8]) throws -> [Int] {
    try #require(bytes.count > 33)
    #expect(Array(bytes[0..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(Array(bytes[12..<16]) == Array("IHDR".utf8))
    #expect(bytes.suffix(8).starts(with: Array("IEND".utf8)))
    return [16, 20].map { offset in bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
  }

  /// Letters that the usual font lacks are of one that has them, where such a one is installed;
  /// else boxes.
  @Test func lettersOfOtherFonts() throws {
    for text in ["rock", "Blues été", "Джаз", "ελληνικά", "موسيقى", ""] {
      #expect(Canvas.hasShapes(for: text) && Canvas.stretches(of: text).count <= 1 || text.isEmpty)
    }
    #expect(!Canvas.hasShapes(for: "a\u{10FFFD}"))
    let stretches = Canvas.stretches(of: "jazz 爵士乐 été")
    #expect(stretches.map(\.text).joined() == "jazz 爵士乐 été")
    if Canvas.hasShapes(for: "爵士乐") {
      #expect(stretches.map(\.text) == ["jazz ", "爵士乐", " été"])
      #expect(stretches[0].font == Canvas.font && stretches[1].font != Canvas.font)
      let shapes = try confusion(2) { "爵\($0)" }.rendered(.svg)
      let boxes = try confusion(2) { "\u{10FFFD}\($0)" }.rendered(.svg)
      #expect(shapes != boxes)
    } else {
      #expect(stretches.map(\.font) == [Canvas.font])
    }
  }

  @Test func aPictureHasItsSize() throws {
    #expect(try size(ofPNG: Self.lines.rendered(.png(scale: 1))) == [575, 340])
    #expect(try size(ofPNG: Self.lines.rendered(.png(scale: 2))) == [1150, 680])
  }

  /// A phone shows 350 pixels between the margins of the page.
  @Test func narrowFiguresFitAPhone() throws {
    let spectrogram = try Spectrogram(
      values: [0, 1], bands: 1, frames: 2, sampleRate: 8_000, hop: 256, frequencies: [50])
    let row = AccuracyChart.Row(
      name: String(repeating: "long name ", count: 20), group: "a", tracks: 0.5,
      interval: 0.4...0.6, slices: 0.45, leaks: true)
    let long = { (label: Int) in "\(label) a rather long name of a label" }
    let figures: [any Figure] = [
      Self.lines, AccuracyChart(title: "All", rows: [row, row]),
      SpectrogramChart(title: "t", spectrogram: spectrogram), try confusion(1),
      try confusion(10), try confusion(12, names: long),
    ]
    for figure in figures {
      let narrow = try #require(figure.narrowed)
      #expect(try size(ofPNG: narrow.rendered(.png(scale: 1)))[0] == 350, "\(figure)")
      #expect(RunFixtures.isWellFormed(try narrow.rendered(.svg)))
    }
    #expect(try confusion(13).narrowed == nil)
  }

  @Test func theSameFigureHasTheSameBytes() throws {
    let figures: [any Figure] = [
      Self.lines, try confusion(5),
      AccuracyChart(
        title: "All",
        rows: [.init(name: "a", group: "a", tracks: 0.5, interval: 0.4...0.6, slices: 0.45)]),
    ]
    for figure in figures {
      let svg = try figure.rendered(.svg)
      #expect(try figure.rendered(.svg) == svg)
      #expect(RunFixtures.isWellFormed(svg))
      #expect(try figure.rendered(.png(scale: 1)) == figure.rendered(.png(scale: 1)))
      // Text is drawn as outlines: it needs no font, and cannot break out of its element.
      #expect(!String(decoding: svg, as: UTF8.self).contains("<text"))
    }
  }

  private func confusion(_ count: Int, names: ((Int) -> String)? = nil) throws -> ConfusionChart {
    var matrix = ConfusionMatrix(labels: count)
    for label in 0..<count where label != 2 {
      for _ in 0..<9 { matrix.add(label: label, predicted: label) }
      matrix.add(label: label, predicted: (label * 7 + 1) % count)
    }
    return try ConfusionChart(
      title: "Confusion", unit: "tracks", matrix: matrix,
      labels: (0..<count).map { names?($0) ?? "label \($0)" })
  }

  @Test(arguments: [1, 2, 3, 10, 25, 50, 100])
  func matricesOfAnySizeAreDrawn(_ count: Int) throws {
    let chart = try confusion(count)
    let size = try size(ofPNG: chart.rendered(.png(scale: 1)))
    #expect(size[0] >= 300 && size[0] < 2_000 && size[1] < 2_000)
    #expect(RunFixtures.isWellFormed(try chart.rendered(.svg)))
  }

  @Test func longNamesDoNotWidenAMatrixWithoutEnd() throws {
    let long = try confusion(4) { "\($0)" + String(repeating: "long name ", count: 1_000) }
    let wide = try size(ofPNG: long.rendered(.png(scale: 1)))
    #expect(wide[0] < 900 && wide[1] < 700)
    let strange = try confusion(4) { ["", "a\u{0}b\n", "<b>&\"", "\u{1F3B5}\u{202E}x"][$0] }
    #expect(RunFixtures.isWellFormed(try strange.rendered(.svg)))
  }

  @Test func contradictionsAreRefused() throws {
    #expect(throws: ReportError.self) { try confusion(101) }
    #expect(throws: ReportError.self) {
      try ConfusionChart(title: "", unit: "", matrix: ConfusionMatrix(labels: 2), labels: ["a"])
    }
    for (bands, frames, hop, frequencies) in [
      (2, 2, 512, [1.0, 2]), (2, 3, 0, [1, 2]), (2, 3, 512, [2, 1]), (2, 3, 512, [1]),
      (-2, -3, 512, []), (2, 3, 512, [1, .nan]), (0, 0, 1, []),
    ] {
      #expect(throws: ReportError.self) {
        try Spectrogram(
          values: [1, 2, 3, 4, 5, 6], bands: bands, frames: frames, sampleRate: 22_050, hop: hop,
          frequencies: frequencies)
      }
    }
    #expect(throws: ReportError.self) { try Self.lines.rendered(.png(scale: 1_000)) }
    #expect(throws: ReportError.self) { try Self.lines.rendered(.png(scale: .nan)) }
    #expect(throws: ReportError.self) { try Self.lines.rendered(.png(scale: 0)) }
  }

  static let curves: [[[Double?]]] = [
    [], [[]], [[1]], [[1], [1.5]], [[.nan]], [[.infinity, -.infinity]], [[nil, nil, 3]],
    [[1, 2, .nan, 3], [0, 0, 0, 0]], [[1e300, 1e-300, -1e300]], [[0]], [[-5, -6]],
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5_000]], [(0..<20_000).map { Double($0 % 97) }],
    Array(repeating: [1, 2, 3], count: 40), [[1e15, 1e15 + 1]], [[.leastNonzeroMagnitude]],
    [[.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0]], [[.greatestFiniteMagnitude]],
  ]

  @Test(arguments: curves.indices, [LineChart.Quantity.number, .share])
  func anyCurveIsDrawn(_ index: Int, _ quantity: LineChart.Quantity) throws {
    let chart = LineChart(
      title: "T", valueTitle: "v", quantity: quantity,
      series: Self.curves[index].enumerated().map {
        .init(name: "series \($0)", values: $1, colour: $0)
      }, mark: (1, "best"))
    let svg = try chart.rendered(.svg)
    #expect(RunFixtures.isWellFormed(svg))
    let narrow = try #require(chart.narrowed).rendered(.svg)
    #expect(RunFixtures.isWellFormed(narrow))
    let text = String(decoding: svg + narrow, as: UTF8.self)
    #expect(!text.contains("nan") && !text.contains("inf\""))
    #expect(svg.count < 1_500_000 && narrow.count < 1_500_000)
  }

  @Test func aSpectrogramHasLowFrequenciesAtTheBottom() throws {
    let spectrogram = try Spectrogram(
      values: [0, -40, -80, -200, .nan, -80], bands: 2, frames: 3, sampleRate: 22_050, hop: 512,
      frequencies: [100, 200])
    #expect(spectrogram.levels() == -80...0)
    let pixels = spectrogram.pixels(.grey, levels: -80...0)
    #expect(pixels.chunked == [[0, 0, 0], [255, 128, 0]])
    let large = spectrogram.pixels(.grey, levels: -80...0, scale: 2)
    #expect(
      large.chunked(6) == [
        [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [255, 255, 128, 128, 0, 0],
        [255, 255, 128, 128, 0, 0],
      ])
    let png = try SpectrogramImage(spectrogram, map: .viridis, scale: 3).rendered(.png(scale: 1))
    #expect(try size(ofPNG: png) == [9, 6])
    for map in ColourMap.allCases {
      #expect(map.table.count == 768)
      let chart = SpectrogramChart(title: "t", spectrogram: spectrogram, map: map)
      #expect(RunFixtures.isWellFormed(try chart.rendered(.svg)))
    }
    // matplotlib's ends of the two maps.
    #expect(ColourMap.viridis.table.prefix(3) == [68, 1, 84])
    #expect(ColourMap.viridis.table.suffix(3) == [253, 231, 37])
    #expect(ColourMap.magma.table.prefix(3) == [0, 0, 4])
    #expect(ColourMap.magma.table.suffix(3) == [252, 253, 191])
  }

  /// Of cepstral coefficients the first may lie hundreds below the others.
  @Test func onlyDecibelsEndBelowTheHighest() throws {
    for (unit, levels) in [("", -300.0...100.0), ("dB", 20.0...100.0)] {
      let picture = try Spectrogram(
        values: [-300, -250, 0, 100], bands: 2, frames: 2,
        rowAxis: SampleAxis("coefficient"), columnAxis: .time(step: 0.1), unit: unit)
      #expect(picture.levels() == levels)
    }
  }

  @Test func silenceIsDrawnToo() throws {
    for value in [Float.nan, 0, -80, -Float.infinity] {
      let spectrogram = try Spectrogram(
        values: [value, value], bands: 1, frames: 2, sampleRate: 8_000, hop: 256, frequencies: [50])
      let levels = spectrogram.levels()
      #expect(levels.lowerBound < levels.upperBound && levels.upperBound.isFinite)
      _ = try SpectrogramChart(title: "t", spectrogram: spectrogram).rendered(.png(scale: 1))
    }
  }
}

extension [UInt8] {
  /// Rows of grey pixels.
  fileprivate func chunked(_ width: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: width * 3).map { row in
      stride(from: row, to: row + width * 3, by: 3).map { self[$0] }
    }
  }

  fileprivate var chunked: [[UInt8]] { chunked(3) }
}
