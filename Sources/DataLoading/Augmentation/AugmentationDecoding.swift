public import Corpus

/// Augmentations as they are written in JSON. Names are in snake case, as in the rest of a loader's
/// JSON; camel case, as in recipes, is read as well.
extension Augmentation {
  /// An augmentation, whose numbers ``check()`` has yet to see.
  public static var form: JSONForm<Augmentation> {
    part { fields throws(JSONFieldError) in
      var parts = Augmentation()
      parts.speed = try fields.optional(Speed.name, Speed.form)
      parts.randomCrop = try fields.optional(RandomCrop.name, part { _ in RandomCrop() })
      parts.circularShift = try fields.optional(CircularShift.name, CircularShift.form)
      parts.gain = try fields.optional(Gain.name, Gain.form)
      parts.polarity = try fields.optional(Polarity.name, Polarity.form)
      parts.noise = try fields.optional(Noise.name, Noise.form)
      parts.mixup = try fields.optional(Mixup.name, Mixup.form)
      parts.specAugment = try fields.optional(SpecAugment.name, SpecAugment.form)
      return parts
    }
  }

  /// Reads an augmentation and checks it.
  ///
  /// - Throws: ``LoadingError`` for a part or field that is not known, missing, of the wrong form
  ///   or out of range.
  public init(from decoder: any Decoder) throws {
    let json = try JSONValue(from: decoder)
    do throws(JSONFieldError) {
      self = try Self.form.read(json, at: "")
    } catch {
      throw LoadingError.part(error.subject, "this \(error.detail)", hint: error.hint)
    }
    try check()
  }

  private static func part<Part>(
    _ read: @escaping (StrictObject) throws(JSONFieldError) -> Part
  ) -> JSONForm<Part> {
    .object(named: "augmentation", spelling: snakeCase, read)
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      if character.isASCII, character.isUppercase { text += "_" }
      text += character.lowercased()
    }
  }
}

extension Augmentation.Speed {
  /// `{"factors": [0.9, 1, 1.1]}` or `{"range": [0.9, 1.1]}`.
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      let factors = try fields.optional("factors", .list(of: .number, "a list of numbers"))
      let range = try fields.optional("range", .interval)
      switch (factors, range) {
      case (let factors?, nil): return Self(factors: factors)
      case (nil, let range?): return Self(range: range)
      default:
        throw JSONFieldError(
          at: fields.path, factors == nil ? "has neither factors nor a range" : "has both",
          hint: "give either factors or a range")
      }
    }
  }
}

extension Augmentation.CircularShift {
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(share: try fields.required("share", .number))
    }
  }
}

extension Augmentation.Gain {
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(decibels: try fields.required("decibels", .interval))
    }
  }
}

extension Augmentation.Polarity {
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(probability: try fields.optional("probability", .number) ?? 0.5)
    }
  }
}

extension Augmentation.Noise {
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(
        probability: try fields.optional("probability", .number) ?? 1,
        decibels: try fields.required("decibels", .interval))
    }
  }
}

extension Augmentation.Mixup {
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(alpha: try fields.required("alpha", .number))
    }
  }
}

extension Augmentation.SpecAugment {
  /// Counts and widths are 0 where they are left out, the fill is the mean.
  fileprivate static var form: JSONForm<Self> {
    Augmentation.part { fields throws(JSONFieldError) in
      Self(
        timeMasks: try fields.optional("time_masks", .whole()) ?? 0,
        timeWidth: try fields.optional("time_width", .whole()) ?? 0,
        frequencyMasks: try fields.optional("frequency_masks", .whole()) ?? 0,
        frequencyWidth: try fields.optional("frequency_width", .whole()) ?? 0,
        fill: try fields.optional("fill", .choice) ?? .mean)
    }
  }
}
