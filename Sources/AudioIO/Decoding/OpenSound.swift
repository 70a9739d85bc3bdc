/// A file that is open in a decoder.
protocol OpenSound: ~Copyable {
  var path: String { get }
  /// What the file holds.
  var format: AudioFormat { get }

  /// Reads up to `frames` frames of all channels, interleaved, full scale being -1 to 1; 0 at the
  /// end.
  mutating func read(into buffer: inout [Float], frames: Int) throws(AudioError) -> Int

  /// The verdict once everything was read: `frames` must be as many as were promised.
  func verdict(frames: Int) -> AudioError?
}
