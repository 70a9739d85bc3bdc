internal import CKernels
internal import Corpus

/// Mixup and SpecAugment's masks.
extension SampleWriter {
  func mix(
    _ mixup: Augmentation.Mixup, _ draw: Draw, _ epoch: Int,
    into output: UnsafeMutablePointer<Float>, _ distribution: UnsafeMutablePointer<Float>?
  ) throws(SampleError) {
    var generator = streams(of: draw, epoch, .sample).generator(.mixup)
    let other = Int(generator.next(below: UInt64(source.count)))
    let share = Float(generator.symmetricBeta(mixup.alpha))
    let otherShare = 1 - share
    try unsafe load(other, streams(of: draw, epoch, .partner), to: partner.floats)
    unsafe lathe_mix(partner.floats, otherShare, share, output, elements)
    guard let distribution = unsafe distribution else { return }
    unsafe distribution.update(repeating: 0, count: distributionCount)
    if source.isTagged {
      unsafe addLabels(of: draw.sample, share, to: distribution)
      unsafe addLabels(of: other, otherShare, to: distribution)
      return
    }
    let label = source.label(of: draw.sample)
    let otherLabel = source.label(of: other)
    if label >= 0 { unsafe distribution[label] = share }
    if otherLabel >= 0 { unsafe distribution[otherLabel] = label == otherLabel ? 1 : otherShare }
  }

  /// Adds a share of the weights of a sample's labels.
  func addLabels(
    of sample: Int, _ share: Float = 1, to distribution: UnsafeMutablePointer<Float>
  ) {
    source.forEachLabel(of: sample) { label, weight in
      unsafe distribution[label] += share * weight
    }
  }

  func cover(
    _ picture: UnsafeMutablePointer<Float>, _ masks: Augmentation.SpecAugment,
    _ streams: AugmentationStreams
  ) {
    let fill: Float
    switch masks.fill {
    case .minimum: fill = unsafe lathe_minimum(picture, elements)
    case .mean:
      var (sum, squares) = (0.0, 0.0)
      unsafe lathe_float_moments(picture, 0, elements, &sum, &squares)
      fill = Float(sum / Double(elements))
    }
    let (rows, columns) = (form.rows, form.columns)
    var generator = streams.generator(.timeMasks)
    for _ in 0..<masks.timeMasks {
      let frames = Self.mask(upTo: masks.timeWidth, of: columns, &generator)
      for row in 0..<form.pictures * rows {
        unsafe (picture + row * columns + frames.lowerBound).update(
          repeating: fill, count: frames.count)
      }
    }
    generator = streams.generator(.frequencyMasks)
    for _ in 0..<masks.frequencyMasks {
      let bands = Self.mask(upTo: masks.frequencyWidth, of: rows, &generator)
      for channel in 0..<form.pictures {
        unsafe (picture + (channel * rows + bands.lowerBound) * columns).update(
          repeating: fill, count: bands.count * columns)
      }
    }
  }

  /// A width from 0 to `width`, then a position where it fits.
  private static func mask(
    upTo width: Int, of length: Int, _ generator: inout CounterGenerator
  ) -> Range<Int> {
    let drawn = Int(generator.next(below: UInt64(width) + 1))
    let first = Int(generator.next(below: UInt64(length - drawn) + 1))
    return first..<first + drawn
  }
}
