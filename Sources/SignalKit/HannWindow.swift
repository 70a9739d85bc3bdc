internal import Foundation

/// The periodic Hann window: w[n] = ½ − ½ cos(2 pi n / length).
///
/// `scipy.signal.get_window("hann", length, fftbins=True)`.
func hannWindow(length: Int) -> [Double] {
  (0..<length).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length)) }
}
