import Glibc

/// The learning rate of each step.
struct Schedule {
  /// The shape of its course.
  enum Shape: String, CaseIterable, Sendable {
    /// The same all the way.
    case constant
    /// Half a cosine down to 0: `torch.optim.lr_scheduler.CosineAnnealingLR` by steps (Loshchilov
    /// and Hutter, "SGDR", ICLR 2017).
    case cosine
    /// Up by half a cosine, then down by another: `torch.optim.lr_scheduler.OneCycleLR` with
    /// `cycle_momentum=False` (Smith and Topin, "Super-Convergence", 2018).
    case oneCycle = "one-cycle"
    /// Lower by a factor whenever the loss has not fallen for some epochs:
    /// `torch.optim.lr_scheduler.ReduceLROnPlateau`.
    case plateau
  }

  /// The shape.
  var shape = Shape.constant
  /// The highest rate.
  var peak = 1e-3
  /// Of ``Shape/oneCycle``: the share of steps on the way up.
  var rise = 0.3
  /// Of ``Shape/oneCycle``: what the peak is divided by for the first rate, and that again for the
  /// last.
  var initialDivisor = 25.0
  var finalDivisor = 1e4
  /// Of ``Shape/plateau``: epochs without a lower loss that are borne, and the factor after them.
  var patience = 5
  var factor = 0.5
  /// Of all but ``Shape/oneCycle``: steps in which the rate rises from 0 in a line.
  var warmUpSteps = 0

  /// Of ``Shape/plateau``: what it has come to.
  private(set) var lowest = Double.infinity
  private(set) var epochsSince = 0
  private(set) var reduction = 1.0

  /// The rate of a step, counted from 0, of so many.
  func rate(step: Int, of steps: Int) -> Double {
    switch shape {
    case .oneCycle:
      let initial = peak / initialDivisor
      // The last step of the rise and of the whole, as PyTorch counts them.
      let top = rise * Double(steps) - 1
      let end = Double(steps) - 1
      let position = min(Double(step), end)
      if position <= top {
        return Self.cosine(from: initial, to: peak, top > 0 ? position / top : 1)
      }
      return Self.cosine(
        from: peak, to: initial / finalDivisor, (position - top) / max(1, end - top))
    case .constant: return warmed(peak, step)
    case .cosine:
      let share = Double(step) / Double(max(1, steps))
      return warmed(peak * (1 + cos(.pi * min(1, share))) / 2, step)
    case .plateau: return warmed(peak * reduction, step)
    }
  }

  private func warmed(_ rate: Double, _ step: Int) -> Double {
    step < warmUpSteps ? rate * Double(step + 1) / Double(warmUpSteps) : rate
  }

  private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (1 + cos(.pi * share))
  }

  /// Sees the loss of an epoch.
  mutating func finishEpoch(loss: Double) {
    guard shape == .plateau else { return }
    // PyTorch's threshold: a loss counts as lower from one part in ten thousand on.
    if loss < lowest * (1 - 1e-4) || lowest == .infinity {
      lowest = loss
      epochsSince = 0
    } else {
      epochsSince += 1
      if epochsSince > patience {
        reduction *= factor
        epochsSince = 0
      }
    }
  }

  /// What a plateau has come to, as text for a checkpoint.
  var progress: String { "\(lowest) \(epochsSince) \(reduction)" }

  /// Takes over what ``progress`` gave.
  /// - Returns: false where it is none; nothing changes then.
  @discardableResult
  mutating func resume(_ progress: String) -> Bool {
    let parts = progress.split(separator: " ")
    guard parts.count == 3, let lowest = Double(parts[0]), let epochs = Int(parts[1]), epochs >= 0,
      let reduction = Double(parts[2]), reduction.isFinite
    else { return false }
    (self.lowest, epochsSince, self.reduction) = (lowest, epochs, reduction)
    return true
  }
}
