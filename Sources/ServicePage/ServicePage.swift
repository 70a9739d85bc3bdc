/// The page of the service: plain HTML, CSS and JavaScript modules that lie in `Page`, and in the
/// program, so that it needs no folder beside it.
public enum ServicePage {
  /// A file of the page.
  public struct File: Sendable {
    /// Its content.
    public let bytes: [UInt8]
    /// What kind it is, as HTTP names it.
    public let mediaType: String
  }

  /// The names of all files.
  public static var names: [String] { files.keys.sorted() }

  /// The file of a name; nil where the page has none.
  public static func file(named name: String) -> File? { files[name] }

  private static let script = "text/javascript; charset=utf-8"
  private static let files: [String: File] = [
    "index.html": File(
      bytes: PackageResources.index_html, mediaType: "text/html; charset=utf-8"),
    "style.css": File(bytes: PackageResources.style_css, mediaType: "text/css; charset=utf-8"),
    "address.js": File(bytes: PackageResources.address_js, mediaType: script),
    "app.js": File(bytes: PackageResources.app_js, mediaType: script),
    "copies.js": File(bytes: PackageResources.copies_js, mediaType: script),
    "corrections.js": File(bytes: PackageResources.corrections_js, mediaType: script),
    "elements.js": File(bytes: PackageResources.elements_js, mediaType: script),
    "jobs.js": File(bytes: PackageResources.jobs_js, mediaType: script),
    "leaks.js": File(bytes: PackageResources.leaks_js, mediaType: script),
    "map.js": File(bytes: PackageResources.map_js, mediaType: script),
    "overview.js": File(bytes: PackageResources.overview_js, mediaType: script),
    "plane.js": File(bytes: PackageResources.plane_js, mediaType: script),
    "player.js": File(bytes: PackageResources.player_js, mediaType: script),
    "plot.js": File(bytes: PackageResources.plot_js, mediaType: script),
    "runs.js": File(bytes: PackageResources.runs_js, mediaType: script),
    "service.js": File(bytes: PackageResources.service_js, mediaType: script),
    "track.js": File(bytes: PackageResources.track_js, mediaType: script),
    "tracks.js": File(bytes: PackageResources.tracks_js, mediaType: script),
  ]
}
