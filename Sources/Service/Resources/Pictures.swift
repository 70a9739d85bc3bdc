import Corpus
import Reporting

/// A spectrogram alone, drawn into so many pixels.
struct StretchedSpectrogram: Figure {
  let spectrogram: Spectrogram
  let map: ColourMap
  let width: Int
  let height: Int

  func size(_ canvas: borrowing Canvas) -> Size { Size(Double(width), Double(height)) }

  func draw(on canvas: borrowing Canvas) {
    canvas.image(
      spectrogram.pixels(map, levels: spectrogram.levels()), width: spectrogram.frames,
      in: Rectangle(0, 0, Double(width), Double(height)))
  }
}

/// A waveform: in each column of pixels from the lowest to the highest sample.
struct WaveformPicture: Figure {
  let low: [Float]
  let high: [Float]
  let colour: Colour
  let width: Int
  let height: Int

  func size(_ canvas: borrowing Canvas) -> Size { Size(Double(width), Double(height)) }

  func draw(on canvas: borrowing Canvas) {
    let step = Double(width) / Double(max(1, low.count))
    let middle = Double(height) / 2
    for (column, (low, high)) in zip(low, high).enumerated() {
      let top = middle * (1 - Double(max(-1, min(1, high))))
      let bottom = middle * (1 - Double(max(-1, min(1, low))))
      canvas.fill(Rectangle(Double(column) * step, top, step, max(1, bottom - top)), colour)
    }
  }
}
