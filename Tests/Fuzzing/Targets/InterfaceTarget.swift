import Corpus
import Foundation
import LatheC

extension FuzzTarget {
  /// The configurations that the C interface takes as JSON, on a cache of four tracks: opened as a
  /// loader, as samples and as an overlap, and read for a few batches.
  ///
  /// How much memory a loader has is the caller's to say, so inputs that ask for batches of up to
  /// some gigabytes, which they may, are passed over; those that ask for more must be refused.
  static let interface = FuzzTarget(
    "interface", words: ["\"balanced\"", "\"labels\"", "\"tracks\"", "null", "true"],
    seeds: { InterfaceSeeds.texts.map { Array($0.utf8) } },
    run: { input in
      if InterfaceSeeds.asksForMemory(input) { return }
      guard let cache = latheOpen(try fourTracks.path + "/cache") else {
        throw Finding("the cache cannot be opened: \(lastError())")
      }
      defer { _ = latheClose(cache) }
      let text = input.map { CChar(bitPattern: $0) } + [0]
      try expectText(latheDescribeSplit(cache, text, nil, 0))
      try expectText(latheOverlap(cache, text, nil, 0))
      if let samples = latheSamplesOpen(cache, text) {
        try expectText(latheSamplesDescribe(samples, nil, 0))
        var numbers = [Float](repeating: 0, count: 57)
        _ = numbers.withUnsafeMutableBytes { latheSamplesRead(samples, [0], 1, $0.baseAddress) }
        _ = latheSamplesClose(samples)
      } else {
        try expectError()
      }
      guard let loader = latheLoaderOpen(cache, text) else { return try expectError() }
      try expectText(latheLoaderDescribe(loader, nil, 0))
      let batch = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 8)
      defer { batch.deallocate() }
      for _ in 0..<3 {
        let answer = latheLoaderNext(loader, batch, 1_000)
        if answer < 0 { try expectError() }
        guard answer == 1 else { break }
        try expectText(latheLoaderState(loader, nil, 0))
        _ = latheLoaderRelease(loader, batch.load(fromByteOffset: slotOffset, as: Int32.self))
      }
      try Finding.expect(latheLoaderClose(loader) == 0, "it cannot be closed")
    })

  private static let fourTracks = Scratch { try makeFourTracks(at: "\($0)/cache") }

  /// Where a `lathe_batch` says its slot.
  private static let slotOffset = 5 * 8 + 3 * 8 + 4 * 8 + 2 * 4

  private static func lastError() -> String { String(cString: latheLastError()) }

  private static func expectText(_ length: Int64) throws {
    if length < 0 { return try expectError() }
    try Finding.expect(length > 0, "an empty text")
  }

  private static func expectError() throws {
    let text = lastError()
    try Finding.expect(!text.isEmpty && !text.contains(where: \.isNewline), "no line: \(text)")
  }
}

private enum InterfaceSeeds {
  static let texts = [
    #"{"view":"features"}"#,
    #"{"view":"features","split":"halves","side":"train","batch_size":3,"seed":7,"shuffle":true,"#
      + #""epochs":2,"epoch":1,"last_batch":"drop","sampling":"balanced","samples_per_epoch":9,"#
      + #""rank":1,"world_size":2,"threads":1,"prefetch":2,"dtype":"float16","#
      + #""augmentation":{"mixup":{"alpha":0.2}},"normalisation":{"axis":"first","side":"train"}}"#,
    #"{"view":"features","threads":0,"sampling":{"labels":{"pop":2,"rock":0.5}},"epochs":null,"#
      + #""state":{"version":1,"identity":"a","order":"b","seed":1,"epoch":3,"position":4}}"#,
    #"{"view":"features","threads":0,"sampling":{"tracks":{"pop.1":2}},"test":"train","#
      + #""split":"halves","sources":[{"cache":"/nowhere","weight":0.5}]}"#,
    #"{"view":"features","threads":0,"augmentation":{"speed":{"range":[0.9,1.1]},"random_crop":{},"#
      + #""circular_shift":{"share":0.25},"gain":{"decibels":[-6,6]},"polarity":{"probability":0.5},"#
      + #""noise":{"probability":0.5,"decibels":[10,40]},"spec_augment":{"time_masks":2,"#
      + #""time_width":20,"frequency_masks":2,"frequency_width":16,"fill":"mean"}}}"#,
    #"{"view":"features","split":"halves","side":"train","test":"test","measured":"test"}"#,
  ]

  /// Batches and threads that take long to fill, and that a caller may ask for.
  static func asksForMemory(_ input: [UInt8]) -> Bool {
    guard let value = try? JSONValue(json: input, named: "input"), case .object(let fields) = value
    else { return false }
    func number(_ key: String) -> Double {
      switch fields[key] {
      case .integer(let number): Double(number)
      case .unsigned(let number): Double(number)
      case .number(let number): number
      default: 0
      }
    }
    return (4_096...0x1p40).contains(number("batch_size")) || number("threads") > 4
      || number("prefetch") > 64
  }
}
