import TestSupport
import Testing

@testable import Files

@Suite struct FileSystemTests {
  /// As proc(5) shows them: a mount below another, one hidden by a later one, a name with a space.
  private let mounts = """
    22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    40 22 0:35 / /data rw,relatime shared:20 - nfs4 server:/export rw,vers=4.2
    41 22 0:36 / /data/fast rw,relatime - xfs /dev/nvme0n1 rw
    42 22 0:37 / /mnt/my\\040disk rw,nosuid - fuse.sshfs host: rw
    43 22 0:38 / /over rw - ext4 /dev/vdb rw
    44 22 0:39 / /over rw - lustre server@tcp:/lustre rw
    """

  @Test(arguments: [
    ("/", "ext4"), ("/home/me", "ext4"), ("/data", "nfs4"), ("/data/music", "nfs4"),
    ("/database", "ext4"), ("/data/fast/x", "xfs"), ("/mnt/my disk/a", "fuse.sshfs"),
    ("/over/a", "lustre"),
  ])
  func theMountThatIsNearestTellsTheType(_ path: String, _ type: String) {
    #expect(Files.type(of: path, in: mounts) == type)
  }

  @Test(arguments: [
    ("nfs4", true), ("fuse.sshfs", true), ("lustre", true), ("9p", true), ("ext4", false),
    ("overlay", false), ("tmpfs", false), ("", false), ("nfsd", false), ("fusectl", false),
  ])
  func whatOtherMachinesMayHaveIsShared(_ type: String, _ isShared: Bool) {
    #expect(Files.FileSystem(type: type, freeBytes: 1).isShared == isShared)
  }

  @Test func aFolderThatIsNotThereYetHasTheSystemOfTheOneAbove() throws {
    let folder = try TemporaryFolder()
    let there = try Files.fileSystem(of: folder.path)
    let later = try Files.fileSystem(of: folder.path("a/b/c"))
    #expect(there.type == later.type && !there.type.isEmpty)
    #expect(there.freeBytes > 0)
  }

  @Test func aCopyHasTheContentOfTheFile() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let path = try folder.write(bytes, "one")
    try Files.copy(path, to: folder.path("two"))
    #expect(try Files.read(folder.path("two"), limit: 1 << 24) == bytes)
    try Files.copy(folder.path("none"), to: folder.path("two"))
    #expect(try Files.read(folder.path("two"), limit: 1 << 24) == bytes)
  }
}
