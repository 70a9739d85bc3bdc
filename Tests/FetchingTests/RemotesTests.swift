import Corpus
import Foundation
import Testing

@testable import Fetching

/// Where datasets can be had, as files say it.
@Suite struct RemotesTests {
  private func decode(_ text: String) throws -> Remotes { try Remotes.decode(Array(text.utf8)) }

  private func fault(_ source: String) -> String {
    do {
      _ = try decode("{\"schema\": \"lathe.remotes/1\", \"sources\": [\(source)]}")
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func theThreeKinds() throws {
    let remotes = try decode(
      """
      {"schema": "lathe.remotes/1", "sources": [
        {"kind": "archive", "name": "a.tar.gz", "mirrors": ["https://one.org/a.tar.gz", "s3://b/a.tar.gz"],
         "size": 12, "md5": "5B3D6DDDB579AB49814AB86DBA69E7C7", "root": "genres/", "tracks": ["blues/*"],
         "about": "the first release"},
        {"kind": "file", "name": "meta/tracks.csv", "mirrors": ["https://one.org/t"]},
        {"kind": "folder", "mirrors": ["https://one.org/audio/"]}]}
      """)
    let archive = RemoteSource(
      .archive, name: "a.tar.gz",
      mirrors: try ["https://one.org/a.tar.gz", "s3://b/a.tar.gz"].map(Fetched.address),
      checksums: Checksums(size: 12, md5: "5b3d6dddb579ab49814ab86dba69e7c7"), root: "genres",
      tracks: ["blues/*"], about: "the first release")
    #expect(remotes.sources.first == archive)
    #expect(remotes.sources.map(\.kind) == [.archive, .file, .folder])
    #expect(archive.holds("blues/blues.00000.wav") && !archive.holds("jazz/jazz.00000.wav"))
    #expect(remotes.sources[2].holds("anything.wav") && !remotes.sources[1].holds("anything.wav"))
  }

  @Test(arguments: [
    (#"{"kind": "archive", "name": "../a.zip", "mirrors": ["https://a/b"]}"#, "sources[0].name"),
    (#"{"kind": "file", "name": "/etc/passwd", "mirrors": ["https://a/b"]}"#, "is absolute"),
    (#"{"kind": "file", "name": "a/../../b", "mirrors": ["https://a/b"]}"#, "climbs out"),
    (#"{"kind": "file", "name": ".lathe-fetch/lock", "mirrors": ["https://a/b"]}"#, "dot"),
    (#"{"kind": "archive", "name": "a", "mirrors": []}"#, "mirrors is empty"),
    (#"{"kind": "archive", "name": "a", "mirrors": ["ftp://a/b"]}"#, "ftp://a/b"),
    (#"{"kind": "archive", "name": "a", "mirrors": ["file:///etc/passwd"]}"#, "file:///etc"),
    (#"{"kind": "archive", "name": "a", "mirrors": ["https://me:secret@a/b"]}"#, "give a URL"),
    (#"{"kind": "folder", "mirrors": ["https://a/b"]}"#, "end it with /"),
    (#"{"kind": "folder", "mirrors": ["https://a/"], "md5": "0"}"#, "32 hexadecimal digits"),
    (#"{"kind": "archive", "name": "a", "mirrors": ["https://a/b"], "sha256": "12"}"#, "64 hex"),
    (#"{"kind": "archive", "name": "a", "mirrors": ["https://a/b"], "size": -1}"#, "below 0"),
    (#"{"kind": "archive", "name": "a", "mirror": ["https://a/b"]}"#, "did you mean mirrors"),
    (#"{"kind": "tarball", "name": "a", "mirrors": ["https://a/b"]}"#, "archive, file, folder"),
  ])
  func whatIsWrongIsNamed(_ source: String, _ word: String) {
    #expect(fault(source).contains(word), "\(fault(source))")
  }

  @Test func aManifestMayHaveItsOwn() throws {
    let text = """
      {"schema": "lathe.manifest/1", "name": "club", "labels": ["blues"],
       "remotes": {"sources": [{"kind": "folder", "mirrors": ["https://one.org/audio/"]}]},
       "tracks": [{"id": "b1", "path": "b1.wav", "label": "blues"}]}
      """
    let remotes = try #require(try Remotes(of: Manifest.decode(Array(text.utf8))))
    #expect(remotes.sources.map(\.title) == ["https://one.org/audio/"])
    let none = try Manifest(name: "a", labels: [], tracks: [])
    #expect(try Remotes(of: none) == nil)
  }

  @Test(arguments: [
    ("https://a.org/b?c=d#e", "https://a.org/b?c=d"),
    ("s3://bucket/key/a.zip", "https://bucket.s3.amazonaws.com/key/a.zip"),
    ("s3://bucket/a?X-Amz-Signature=12", "https://bucket.s3.amazonaws.com/a?X-Amz-Signature=12"),
    ("s3://my.bucket/a", "https://s3.amazonaws.com/my.bucket/a"),
    ("gs://bucket/a.zip", "https://storage.googleapis.com/bucket/a.zip"),
  ])
  func objectsHaveURLs(_ text: String, _ url: String) throws {
    #expect(try Fetched.address(text).url([:]) == url)
  }

  @Test func regionsAndServicesOfTheEnvironment() throws {
    let object = try Fetched.address("s3://bucket/a")
    #expect(
      object.url(["AWS_REGION": "eu-west-1"]) == "https://bucket.s3.eu-west-1.amazonaws.com/a")
    #expect(
      object.url(["AWS_ENDPOINT_URL": "http://127.0.0.1:9000/"]) == "http://127.0.0.1:9000/bucket/a"
    )
    #expect(
      try Fetched.address("gs://bucket/a").url(["STORAGE_EMULATOR_HOST": "127.0.0.1:4443"])
        == "http://127.0.0.1:4443/bucket/a")
  }

  @Test func pathsOfTracksAreEscapedInURLs() throws {
    let folder = try Fetched.address("https://a.org/audio/?key=1")
    #expect(
      folder.appending(path: "röck/a b#1.wav").text
        == "https://a.org/audio/r%C3%B6ck/a%20b%231.wav?key=1")
  }

  /// Whoever makes a manifest must not send tokens elsewhere, nor hide where it leads.
  @Test(arguments: [
    "https://huggingface.co@evil.org/a", "https://evil.org\\@huggingface.co/a", "https://a b/c",
    "https:///a", "s3://bucket", "HTTPS", "javascript://a/b",
  ])
  func noSuchAddress(_ text: String) {
    #expect(RemoteAddress(text) == nil)
  }

  @Test func theRemotesOfGTZANAreSound() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = package.appending(path: "Manifests/datasets/gtzan.remotes.json")
    let remotes = try Remotes.decode(Array(Data(contentsOf: file)))
    #expect(remotes.sources.map(\.kind) == [.archive, .archive, .archive])
    #expect(remotes.sources.flatMap(\.mirrors).allSatisfy { $0.text.hasPrefix("http") })
    // What nobody has published is not pinned.
    #expect(remotes.sources.map(\.checksums.md5) == [nil, nil, "5b3d6dddb579ab49814ab86dba69e7c7"])
  }
}
