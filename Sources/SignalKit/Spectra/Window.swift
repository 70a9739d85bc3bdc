internal import Foundation

/// A window of a Fourier analysis. `scipy.signal.get_window(name, length, fftbins=isPeriodic)` and
/// PyTorch's functions of these names.
public struct Window: Sendable, Hashable {
  /// The formula; x runs from 0 to 1 over the window.
  public enum Shape: String, Sendable, Hashable, Codable, CaseIterable {
    /// ½ − ½ cos 2πx
    case hann
    /// 0.54 − 0.46 cos 2πx
    case hamming
    /// 0.42 − 0.5 cos 2πx + 0.08 cos 4πx
    case blackman
    /// 1
    case rectangular
  }

  /// The formula.
  public var shape: Shape
  /// Whether the window's period is its length, x[n] = n / length, as transforms want it; else the
  /// last sample is the first one's mirror image, x[n] = n / (length − 1).
  public var isPeriodic: Bool

  /// A window of that shape, periodic unless said otherwise.
  public init(_ shape: Shape, isPeriodic: Bool = true) {
    self.shape = shape
    self.isPeriodic = isPeriodic
  }

  /// The `length` values of the window.
  public func values(length: Int) -> [Double] {
    guard length > 1 else { return [Double](repeating: 1, count: max(length, 0)) }
    let period = Double(isPeriodic ? length : length - 1)
    return (0..<length).map { index in
      let angle = 2 * Double.pi * Double(index) / period
      return switch shape {
      case .hann: 0.5 - 0.5 * cos(angle)
      case .hamming: 0.54 - 0.46 * cos(angle)
      case .blackman: 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
      case .rectangular: 1
      }
    }
  }
}

/// The periodic Hann window: w[n] = ½ − ½ cos(2 pi n / length).
///
/// `scipy.signal.get_window("hann", length, fftbins=True)`.
func hannWindow(length: Int) -> [Double] { Window(.hann).values(length: length) }
