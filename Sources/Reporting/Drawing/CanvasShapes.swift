import CCairo

extension Canvas {
  private func set(_ colour: Colour) {
    unsafe cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
  }

  private func set(_ stroke: Stroke) {
    set(stroke.colour)
    unsafe cairo_set_line_width(context, stroke.width)
    unsafe stroke.dashes.withUnsafeBufferPointer {
      unsafe cairo_set_dash(context, $0.baseAddress, Int32($0.count), 0)
    }
    unsafe cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    unsafe cairo_set_line_cap(
      context, stroke.dashes.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
  }

  /// Fills a rectangle.
  public func fill(_ area: Rectangle, _ colour: Colour) {
    set(colour)
    unsafe cairo_rectangle(context, area.x, area.y, area.width, area.height)
    unsafe cairo_fill(context)
  }

  /// Draws the edge of a rectangle.
  public func outline(_ area: Rectangle, _ stroke: Stroke) {
    set(stroke)
    unsafe cairo_rectangle(context, area.x, area.y, area.width, area.height)
    unsafe cairo_stroke(context)
  }

  private func path(_ points: some Sequence<Point>) {
    var isFirst = true
    for point in points {
      if isFirst {
        unsafe cairo_move_to(context, point.x, point.y)
      } else {
        unsafe cairo_line_to(context, point.x, point.y)
      }
      isFirst = false
    }
  }

  /// Draws a line through points.
  public func line(_ points: [Point], _ stroke: Stroke) {
    guard points.count > 1 else { return }
    set(stroke)
    path(points)
    unsafe cairo_stroke(context)
  }

  /// Fills the area within points.
  public func fill(_ points: [Point], _ colour: Colour) {
    guard points.count > 2 else { return }
    set(colour)
    path(points)
    unsafe cairo_close_path(context)
    unsafe cairo_fill(context)
  }

  /// Draws a marker with its middle at a point.
  public func mark(_ marker: Marker, at point: Point, radius: Double, _ colour: Colour) {
    let (x, y) = (point.x, point.y)
    switch marker {
    case .circle:
      set(colour)
      unsafe cairo_new_sub_path(context)
      unsafe cairo_arc(context, x, y, radius, 0, 2 * .pi)
      unsafe cairo_fill(context)
    case .square:
      let side = radius * 1.8
      fill(Rectangle(x - side / 2, y - side / 2, side, side), colour)
    case .triangle:
      let reach = radius * 1.25
      fill(
        [
          Point(x, y - reach), Point(x + reach, y + reach * 0.8), Point(x - reach, y + reach * 0.8),
        ], colour)
    case .diamond:
      let reach = radius * 1.35
      fill(
        [Point(x, y - reach), Point(x + reach, y), Point(x, y + reach), Point(x - reach, y)], colour
      )
    case .cross:
      let stroke = Stroke(colour, width: radius * 0.6)
      line([Point(x - radius, y - radius), Point(x + radius, y + radius)], stroke)
      line([Point(x - radius, y + radius), Point(x + radius, y - radius)], stroke)
    }
  }

  /// Draws with nothing shown outside an area.
  public func clipped(
    to area: Rectangle, _ body: (borrowing Canvas) -> Void
  ) {
    unsafe cairo_save(context)
    unsafe cairo_rectangle(context, area.x, area.y, area.width, area.height)
    unsafe cairo_clip(context)
    body(self)
    unsafe cairo_restore(context)
  }

  /// Draws pixels into an area, each as a rectangle of one colour.
  /// - Parameters:
  ///   - pixels: red, green and blue of each, row by row from the top.
  ///   - width: how many are in a row.
  public func image(_ pixels: [UInt8], width: Int, in area: Rectangle) {
    let height = width > 0 ? pixels.count / 3 / width : 0
    guard width > 0, height > 0 else { return }
    let image = unsafe cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    defer { unsafe cairo_surface_destroy(image) }
    guard let data = unsafe cairo_image_surface_get_data(image) else { return }
    unsafe cairo_surface_flush(image)
    let stride = Int(unsafe cairo_image_surface_get_stride(image))
    for row in 0..<height {
      for column in 0..<width {
        let index = (row * width + column) * 3
        let colour =
          UInt32(pixels[index]) << 16 | UInt32(pixels[index + 1]) << 8 | UInt32(pixels[index + 2])
        unsafe UnsafeMutableRawPointer(data).storeBytes(
          of: colour, toByteOffset: row * stride + column * 4, as: UInt32.self)
      }
    }
    unsafe cairo_surface_mark_dirty(image)
    unsafe cairo_save(context)
    unsafe cairo_translate(context, area.x, area.y)
    unsafe cairo_scale(context, area.width / Double(width), area.height / Double(height))
    unsafe cairo_set_source_surface(context, image, 0, 0)
    unsafe cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    unsafe cairo_paint(context)
    unsafe cairo_restore(context)
  }
}
