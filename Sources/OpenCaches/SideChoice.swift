package import Corpus
internal import DatasetCache

/// Which tracks of a cache are wanted: all, or those of some sides of a split.
package struct SideChoice: Sendable {
  /// Some sides of a split.
  package enum Sides: Equatable, Sendable {
    /// These, in this order.
    case named([String])
    /// All but the one that is tested on.
    case allBut(String)

    package static let training = Sides.named(["train"])

    private static var names: JSONForm<[String]> {
      JSONForm(
        "the name of a side, or a list of different names, [\"fold-1\", …]"
      ) { json, _ in
        switch json {
        case .string(let name): return [name]
        case .array(let items):
          var names: [String] = []
          for item in items {
            guard case .string(let name) = item else { return nil }
            names.append(name)
          }
          return names.isEmpty || Set(names).count < names.count ? nil : names
        default: return nil
        }
      }
    }

    /// Reads the keys `side`, one or a list, and `test`; nil where both are left out.
    package init?(_ fields: StrictObject) throws(JSONFieldError) {
      let test = try fields.optional("test", .text)
      let side = try fields.optional("side", Self.names)
      switch (test, side) {
      case (nil, nil): return nil
      case (nil, let names?): self = .named(names)
      case (let test?, nil): self = .allBut(test)
      default: throw fields.error("test", "stands beside a side", hint: "give one of the two")
      }
    }
  }

  /// Nil for the default, or, without sides, for all tracks.
  package let split: String?
  package let sides: Sides?

  /// Reads the keys `split`, `side` and `test`.
  /// - Parameter outer: what holds where they are left out; without it the training side does.
  package init(_ fields: StrictObject, within outer: SideChoice? = nil) throws(JSONFieldError) {
    split = try fields.optional("split", .text) ?? outer?.split
    sides = try Sides(fields) ?? outer?.sides ?? (split == nil ? nil : .training)
  }

  package init(split: String?, sides: Sides?) {
    self.split = split
    self.sides = sides
  }

  /// One side of a split.
  package init(split: String, side: String) { self.init(split: split, sides: .named([side])) }

  /// The same split's sides that the numbers are normalised by.
  /// - Parameter given: nil for the training side; for these sides themselves, where they are
  ///   several.
  package func normalising(by given: Sides?) -> SideChoice {
    if let given { return SideChoice(split: split, sides: given) }
    guard sides != nil else { return self }
    if case .named(let names)? = sides, names.count == 1 {
      return SideChoice(split: split, sides: .training)
    }
    return self
  }
}

extension OpenCache {
  /// The samples of a view, by the names that a configuration has.
  /// - Throws: `.notFound`, `.source`, `.damaged`, `.system`.
  package func samples(
    view name: String, of choice: SideChoice
  ) throws(InterfaceError) -> any SampleSource {
    let view = try view(named: name)
    do {
      guard let sides = choice.sides else {
        return try cache.samples(view: view, split: choice.split)
      }
      let split = try cache.chosenSplit(choice.split)
      let names: [String]
      switch sides {
      case .named(let given): names = given
      case .allBut(let test): names = try self.sides(of: split, but: test)
      }
      if names.count == 1 {
        return try cache.samples(view: view, split: split, side: names[0])
      }
      var parts: [any SampleSource] = []
      for side in names {
        do throws(CacheError) {
          parts.append(try cache.samples(view: view, split: split, side: side))
        } catch {
          // Of all sides but one some may be empty; that every one is, is an error.
          guard case .allBut = sides, error.kind == .noSamples,
            side != names.last || !parts.isEmpty
          else { throw error }
        }
      }
      return try JoinedSamples(parts)
    } catch let error as CacheError {
      throw InterfaceError(error)
    } catch let error as SampleError {
      throw InterfaceError(error)
    } catch let error as InterfaceError {
      throw error
    } catch {
      throw InterfaceError(.system, "\(error)")
    }
  }

  /// The sides of a split but one.
  private func sides(of split: String, but test: String) throws -> [String] {
    guard let found = try cache.split(named: split) else {
      throw InterfaceError(.notFound, "split: \(cache.path) has no '\(split)' any more")
    }
    guard found.sides.contains(test), found.sides.count > 1 else {
      throw InterfaceError(
        .notFound,
        "test: the split '\(split)' has no side '\(test)' beside others; its sides are "
          + found.sides.joined(separator: ", "))
    }
    return found.sides.filter { $0 != test }
  }
}
