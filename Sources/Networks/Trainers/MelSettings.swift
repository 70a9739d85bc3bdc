import Training

/// What is chosen about a network on pictures, by options.
protocol PictureNetworkSettings: Sendable {
  static var table: OptionTable<Self> { get }

  /// The network for pictures.
  /// - Throws: ``TrainingError`` for settings that do not fit each other, or memory that is not
  ///   there.
  func make(_ picture: PictureShape, labels: Int, seed: UInt64) throws(TrainingError) -> Network
}

/// The lengths of the axes of pictures.
struct PictureShape: Hashable {
  var channels: Int
  var height: Int
  var width: Int

  /// The shape of samples: two axes, or three of which the first is the channels.
  /// - Throws: ``TrainingError`` for samples that are no pictures.
  init(_ sampleShape: [Int]) throws(TrainingError) {
    guard (2...3).contains(sampleShape.count), sampleShape.allSatisfy({ $0 > 0 }) else {
      throw TrainingError(
        kind: .configuration, subject: "mel",
        detail: "samples of shape \(sampleShape) are no pictures",
        hint: "train it on the view 'mel'")
    }
    channels = sampleShape.count == 3 ? sampleShape[0] : 1
    height = sampleShape[sampleShape.count - 2]
    width = sampleShape[sampleShape.count - 1]
  }
}

/// What is chosen about ``ResidualNetwork``.
struct ResidualSettings: PictureNetworkSettings {
  enum Colours: String, CaseIterable {
    case repeated, map
  }

  var network = ResidualNetwork()
  var colours = Colours.repeated
  var darkest = -3.0
  var brightest = 3.0
  var tile = WinogradTile()

  static var table: OptionTable<ResidualSettings> {
    OptionTable([
      .list("blocks", \.network.blocks, in: 1...64, "basic blocks of each stage"),
      .whole("width", \.network.width, in: 1...1_024, "channels of the first stage"),
      .whole("stem-kernel", \.network.stemKernel, in: 1...15, "side of the first kernel"),
      .choice(
        "colours", \.colours,
        "repeated: the picture three times; map: through a map of 256 colours"),
      .number(
        "darkest", \.darkest, in: -1e6...1e6,
        "of map: the level of the first colour, standardised"),
      .number("brightest", \.brightest, in: -1e6...1e6, "of map: the level of the last"),
      WinogradTile.option(\.tile),
    ])
  }

  func make(_ picture: PictureShape, labels: Int, seed: UInt64) throws(TrainingError) -> Network {
    var network = network
    network.tile = try tile.checked()
    if colours == .map {
      guard darkest < brightest else {
        throw TrainingError(
          kind: .configuration, subject: "brightest",
          detail: "\(brightest) is not above \(darkest)",
          hint: "give a level above 'darkest'")
      }
      network.colours = .mapped(Float(darkest)...Float(brightest))
    }
    return try network.make(
      channels: picture.channels, height: picture.height, width: picture.width, labels: labels,
      seed: seed)
  }
}

/// What is chosen about ``CompactMelNetwork``.
struct CompactSettings: PictureNetworkSettings {
  var network = CompactMelNetwork()
  var tile = WinogradTile()

  static var table: OptionTable<CompactSettings> {
    OptionTable([
      .whole("stem", \.network.stem, in: 1...1_024, "channels of the first convolution"),
      .whole("stem-kernel", \.network.stemKernel, in: 1...15, "side of the first kernel"),
      .list("channels", \.network.channels, in: 1...4_096, "channels of each 3 x 3 convolution"),
      .list(
        "pool-after", \.network.poolAfter, in: 0...64,
        "after which of them, counted from 1, pooling halves the picture"),
      .number("dropout", \.network.dropout, in: 0...0.95, "before the last layer"),
      WinogradTile.option(\.tile),
    ])
  }

  func make(_ picture: PictureShape, labels: Int, seed: UInt64) throws(TrainingError) -> Network {
    var network = network
    network.tile = try tile.checked()
    return try network.make(
      channels: picture.channels, height: picture.height, width: picture.width, labels: labels,
      seed: seed)
  }
}

/// The tile of 3 × 3 convolutions, as an option says it.
struct WinogradTile: Sendable {
  /// 2, 4, or 0 for the faster of the two.
  var side = 2

  static func option<Settings>(
    _ path: WritableKeyPath<Settings, WinogradTile>
  ) -> OptionTable<Settings>.Option {
    .whole(
      "winograd-tile", path.appending(path: \.side), in: 0...4,
      "tile of 3 x 3 convolutions: 2 is as exact as a plain sum, 4 a quarter faster and less exact; "
        + "0 for the faster")
  }

  /// The side; nil for the faster.
  func checked() throws(TrainingError) -> Int? {
    guard [0, 2, 4].contains(side) else {
      throw TrainingError(
        kind: .configuration, subject: "winograd-tile", detail: "\(side) is no tile",
        hint: "give 0, 2 or 4")
    }
    return side == 0 ? nil : side
  }
}
