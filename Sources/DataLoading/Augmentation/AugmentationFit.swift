public import Corpus

/// What kind of samples a source has, as far as augmentation asks.
struct SampleForm: Sendable {
  /// How many pictures a sample is, one after the other: its channels; else 1.
  let pictures: Int
  /// The length of the first axis of a picture, else 1.
  let rows: Int
  /// The length of the last axis.
  let columns: Int
  /// Whether a sample is a window of one signal along time.
  let isSignal: Bool
  /// Whether it is a picture of which the last axis is time.
  let isPicture: Bool
  /// Whether the other axis of such a picture is frequency.
  let hasFrequency: Bool

  /// The form of the samples of `source`, asked of the first one that can be read.
  init(of source: any SampleSource) {
    let shape = source.shape
    let axes = source.axes
    let hasChannels = axes.first?.isChannel == true && shape.count == 3
    let side = hasChannels ? 1 : 0
    isPicture = shape.count == side + 2 && (axes.last?.isTime ?? true)
    hasFrequency = isPicture && (axes.dropFirst(side).first?.isFrequency ?? true)
    pictures = isPicture && hasChannels ? shape[0] : 1
    rows = isPicture ? shape[side] : 1
    columns = isPicture ? shape[side + 1] : shape.reduce(1, *)
    var isSignal: Bool?
    for sample in 0..<min(source.count, 16) where isSignal == nil {
      try? source.read(sample) { _, window in isSignal = window.isSignal }
    }
    self.isSignal = (isSignal ?? true) && shape.count == 1
  }
}

extension Augmentation {
  /// Whether there is no part.
  var isEmpty: Bool { self == Augmentation() }

  /// The same without the parts that cannot be applied to samples of `source`, and with masks of at
  /// most a quarter of an axis, so that what suits usual samples suits others.
  public func fitted(to source: any SampleSource) -> Augmentation {
    let form = SampleForm(of: source)
    var fitted = self
    if !form.isSignal {
      (fitted.speed, fitted.randomCrop, fitted.gain) = (nil, nil, nil)
      (fitted.polarity, fitted.noise) = (nil, nil)
    }
    if !form.isSignal, !form.isPicture { fitted.circularShift = nil }
    guard form.isPicture, var masks = specAugment else {
      fitted.specAugment = nil
      return fitted
    }
    masks.timeWidth = min(masks.timeWidth, form.columns / 4)
    masks.frequencyWidth = min(masks.frequencyWidth, form.rows / 4)
    if !form.hasFrequency { masks.frequencyMasks = 0 }
    fitted.specAugment = masks
    return fitted
  }

  /// Checks that every part can be applied to samples of `source`.
  ///
  /// - Throws: ``LoadingError`` that names the first part that cannot, or is out of range.
  func check(for source: any SampleSource) throws(LoadingError) -> SampleForm {
    try check()
    let form = SampleForm(of: source)
    let signalParts: [(name: String, isThere: Bool)] = [
      (Speed.name, speed != nil), (RandomCrop.name, randomCrop != nil), (Gain.name, gain != nil),
      (Polarity.name, polarity != nil), (Noise.name, noise != nil),
    ]
    let isStereo = source.axes.last?.isChannel == true
    for part in signalParts where part.isThere && !form.isSignal {
      throw .part(
        part.name,
        isStereo
          ? "this is for signals of one channel, and \(source.name) has \(source.shape.last ?? 2)"
          : "this is for signals along time, and \(source.name) has none",
        hint: "leave it out, or load a view of waveforms of one channel")
    }
    if circularShift != nil, !form.isSignal, !form.isPicture {
      throw .part(
        CircularShift.name, "this is for samples along time, and \(source.name) has none",
        hint: "leave it out, or load a view of waveforms or spectrograms")
    }
    guard let specAugment else { return form }
    guard form.isPicture else {
      throw .part(
        SpecAugment.name, "this is for spectrograms, and \(source.name) has none",
        hint: "leave it out, or load a view of spectrograms")
    }
    guard form.hasFrequency || specAugment.frequencyMasks == 0 else {
      throw .part(
        "\(SpecAugment.name).frequency_masks", "\(source.name) has no axis of frequency",
        hint: "give 0, and mask time alone")
    }
    let widths = [
      ("time_width", specAugment.timeWidth, form.columns, "frames"),
      ("frequency_width", specAugment.frequencyWidth, form.rows, "bands"),
    ]
    for (field, width, length, unit) in widths where width > length {
      throw .part(
        "\(SpecAugment.name).\(field)", "\(width) is more than the \(length) \(unit) of a sample",
        hint: "use at most \(length)")
    }
    return form
  }
}
