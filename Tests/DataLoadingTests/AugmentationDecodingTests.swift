import Corpus
import Foundation
import Testing

@testable import DataLoading

/// Augmentations as a user writes them.
@Suite struct AugmentationDecodingTests {
  private static let complete = """
    {"speed": {"range": [0.9, 1.1]}, "random_crop": {}, "circular_shift": {"share": 0.25},
     "gain": {"decibels": [-6, 6]}, "polarity": {"probability": 0.5},
     "noise": {"probability": 0.5, "decibels": [10, 40]}, "mixup": {"alpha": 0.2},
     "spec_augment": {"time_masks": 2, "time_width": 20, "frequency_masks": 2,
                      "frequency_width": 16, "fill": "minimum"}}
    """

  private static func decode(_ json: String) throws -> Augmentation {
    try JSONDecoder().decode(Augmentation.self, from: Data(json.utf8))
  }

  @Test func completeAndBack() throws {
    let augmentation = try Self.decode(Self.complete)
    #expect(augmentation.speed?.factors.count == 21)
    #expect(augmentation.speed?.factors.first == 0.9 && augmentation.speed?.factors.last == 1.1)
    #expect(augmentation.randomCrop != nil && augmentation.circularShift?.share == 0.25)
    #expect(augmentation.gain?.decibels == -6...6 && augmentation.polarity?.probability == 0.5)
    #expect(augmentation.noise == .init(probability: 0.5, decibels: 10...40))
    #expect(augmentation.mixup?.alpha == 0.2)
    #expect(
      augmentation.specAugment
        == .init(
          timeMasks: 2, timeWidth: 20, frequencyMasks: 2, frequencyWidth: 16, fill: .minimum))
    let written = try JSONEncoder().encode(augmentation)
    #expect(try JSONDecoder().decode(Augmentation.self, from: written) == augmentation)
    let text = String(decoding: written, as: UTF8.self)
    #expect(text.contains("\"random_crop\"") && text.contains("\"time_masks\""))
  }

  @Test func camelCaseIsReadAsWell() throws {
    let camel = Self.complete.replacingOccurrences(of: "random_crop", with: "randomCrop")
      .replacingOccurrences(of: "time_masks", with: "timeMasks")
    #expect(try Self.decode(camel) == Self.decode(Self.complete))
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    #expect(try Self.decode("{}") == Augmentation())
    #expect(try Self.decode("{\"gain\": null}") == Augmentation())
    let few = try Self.decode(
      "{\"polarity\": {}, \"noise\": {\"decibels\": [3, 3]}, \"spec_augment\": {}}")
    #expect(few.polarity == .init(probability: 0.5))
    #expect(few.noise == .init(probability: 1, decibels: 3...3))
    #expect(
      few.specAugment
        == .init(timeMasks: 0, timeWidth: 0, frequencyMasks: 0, frequencyWidth: 0, fill: .mean))
  }

  @Test(arguments: [
    ("[]", "augmentation"),
    ("{\"pitch\": {}}", "pitch"),
    ("{\"gain\": 3}", "gain"),
    ("{\"gain\": {}}", "gain.decibels"),
    ("{\"gain\": {\"decibels\": 3}}", "gain.decibels"),
    ("{\"gain\": {\"decibels\": [6, -6]}}", "gain.decibels"),
    ("{\"gain\": {\"decibels\": [0, 121]}}", "gain.decibels"),
    ("{\"gain\": {\"decibels\": [0, 1], \"level\": 2}}", "gain.level"),
    ("{\"random_crop\": {\"share\": 1}}", "random_crop.share"),
    ("{\"random_crop\": {}, \"randomCrop\": {}}", "random_crop"),
    ("{\"random_crop\": true}", "random_crop"),
    ("{\"circular_shift\": {\"share\": 0.51}}", "circular_shift.share"),
    ("{\"circular_shift\": {\"share\": -0.1}}", "circular_shift.share"),
    ("{\"polarity\": {\"probability\": 1.5}}", "polarity.probability"),
    ("{\"polarity\": {\"probability\": -0.1}}", "polarity.probability"),
    ("{\"polarity\": {\"probability\": \"often\"}}", "polarity.probability"),
    ("{\"noise\": {\"probability\": 2, \"decibels\": [1, 2]}}", "noise.probability"),
    ("{\"noise\": {\"decibels\": [-61, 2]}}", "noise.decibels"),
    ("{\"mixup\": {}}", "mixup.alpha"),
    ("{\"mixup\": {\"alpha\": 0}}", "mixup.alpha"),
    ("{\"mixup\": {\"alpha\": \"NaN\"}}", "mixup.alpha"),
    ("{\"speed\": {}}", "speed"),
    ("{\"speed\": {\"factors\": [1], \"range\": [1, 1]}}", "speed"),
    ("{\"speed\": {\"factors\": []}}", "speed"),
    ("{\"speed\": {\"factors\": [0.4]}}", "speed.factors"),
    ("{\"speed\": {\"factors\": [1.0001]}}", "speed.factors"),
    ("{\"speed\": {\"range\": [0.4, 1]}}", "speed.factors"),
    ("{\"speed\": {\"range\": [0.991, 0.999]}}", "speed"),
    ("{\"spec_augment\": {\"time_masks\": -1}}", "spec_augment.time_masks"),
    ("{\"spec_augment\": {\"time_masks\": 1.5}}", "spec_augment.time_masks"),
    ("{\"spec_augment\": {\"frequency_width\": -1}}", "spec_augment.frequency_width"),
    ("{\"spec_augment\": {\"fill\": \"zero\"}}", "spec_augment.fill"),
  ]) func refusals(_ json: String, _ subject: String) {
    do {
      _ = try Self.decode(json)
      Issue.record("was read: \(json)")
    } catch let error as LoadingError {
      #expect(error.subject == subject && error.kind == .configuration)
      #expect(!error.hint.isEmpty)
    } catch {
      Issue.record("\(json): \(error)")
    }
  }

  @Test func numbersThatAreNoneAreRefused() {
    func subject(_ set: (inout Augmentation) -> Void) -> String? {
      do {
        try augmentation(set).check()
        return nil
      } catch {
        return error.subject
      }
    }
    #expect(subject { $0.polarity = .init(probability: .nan) } == "polarity.probability")
    #expect(subject { $0.circularShift = .init(share: .nan) } == "circular_shift.share")
    #expect(subject { $0.mixup = .init(alpha: .infinity) } == "mixup.alpha")
    #expect(subject { $0.speed = .init(factors: [.nan]) } == "speed.factors")
    #expect(subject { $0.speed = .init(range: 1 ... .infinity) } == "speed.factors")
    #expect(subject { $0.gain = .init(decibels: -.infinity...0) } == "gain.decibels")
    #expect(subject { $0.noise = .init(probability: -1, decibels: 0...1) } == "noise.probability")
  }
}
