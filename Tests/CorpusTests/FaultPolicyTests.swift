import Corpus
import FoundationEssentials
import Testing

/// Which policies make sense, how they are named, and what they make of a manifest.
@Suite struct FaultPolicyTests {
  private static func track(
    _ id: String, group: String? = nil, _ faults: Fault...
  ) -> Track {
    Track(id: id, path: "a/\(id).wav", label: "a", group: group, faults: faults)
  }

  private static func manifest(_ tracks: Track...) throws -> Manifest {
    try Manifest(name: "m", labels: ["a", "b"], tracks: tracks)
  }

  private static func fault(_ kind: Fault.Kind, of id: String? = nil, label: String? = nil) -> Fault
  {
    Fault(kind, source: "S", of: id, label: label)
  }

  private static func policies(_ choices: (FaultSubject, FaultPolicy)...) throws -> FaultPolicies {
    var policies = FaultPolicies()
    for (subject, policy) in choices { try policies.choose(policy, for: subject) }
    return policies
  }

  private static func groups(_ manifest: Manifest) -> [String: String?] {
    Dictionary(uniqueKeysWithValues: manifest.tracks.map { ($0.id, $0.group) })
  }

  @Test func everyPolicyThatMakesNoSenseIsRefused() {
    for subject in FaultSubject.allCases {
      for policy in FaultPolicy.allCases {
        var policies = FaultPolicies()
        if subject.policies.contains(policy) {
          #expect(throws: Never.self) { try policies.choose(policy, for: subject) }
          #expect(policies[subject] == policy)
        } else {
          let error = #expect(throws: FaultPolicyError.self) {
            try policies.choose(policy, for: subject)
          }
          #expect(error?.hint.contains(subject.policies[0].rawValue) == true)
          #expect(policies == FaultPolicies())
        }
      }
      #expect(FaultPolicies()[subject] == subject.policies[0])
    }
  }

  @Test(arguments: [
    ("moon", "drop", "replica"), ("silent", "explode", "quarantine, keep or drop"),
    ("silent", "group", "quarantine, keep or drop"), ("", "", "replica"),
    ("replica", "relabel", "group, keep or drop"), ("too-short", "keep", "quarantine or drop"),
    ("bad\u{1B}[2J", "drop", "replica"),
  ])
  func wrongNamesAreNamed(_ subject: String, _ policy: String, _ hint: String) {
    var policies = FaultPolicies()
    let error = #expect(throws: FaultPolicyError.self) {
      try policies.choose(policy, for: subject)
    }
    #expect(error?.hint.contains(hint) == true, "\(String(describing: error))")
    #expect(error?.description.contains("\u{1B}") == false)
  }

  @Test func policiesComeBackFromTheirJSON() throws {
    let chosen = try Self.policies((.replica, .drop), (.mislabelled, .relabel), (.clipped, .keep))
    let json = try JSONEncoder().encode(chosen)
    #expect(try JSONDecoder().decode(FaultPolicies.self, from: json) == chosen)
    let names = try JSONDecoder().decode([String: String].self, from: json)
    #expect(names.count == FaultSubject.allCases.count && names["replica"] == "drop")
    let empty = try JSONDecoder().decode(FaultPolicies.self, from: Data("{}".utf8))
    #expect(empty == FaultPolicies())
  }

  @Test func repetitionsJoinTheGroupOfWhatTheyRepeat() throws {
    let manifest = try Self.manifest(
      Self.track("t1"), Self.track("t2", Self.fault(.replica, of: "t1")),
      Self.track("t3", Self.fault(.version, of: "t2")),
      Self.track("t4", group: "g"), Self.track("t5", Self.fault(.sameRecording, of: "t4")),
      Self.track("t6"), Self.track("t7", Self.fault(.mislabelled)))
    let all = Self.groups(try manifest.applying(FaultPolicies()))
    #expect(
      all == ["t1": "t1", "t2": "t1", "t3": "t1", "t4": "g", "t5": "g", "t6": nil, "t7": nil])
    let fewer = Self.groups(try manifest.applying(Self.policies((.version, .keep))))
    #expect(fewer["t3"] == .some(nil) && fewer["t2"] == "t1")
    // A group of that name that is another one is not joined.
    let clash = try Self.manifest(
      Self.track("t1"), Self.track("t2", Self.fault(.replica, of: "t1")),
      Self.track("t3", group: "t1"))
    #expect(Self.groups(try clash.applying(FaultPolicies()))["t2"] == "t1'")
  }

  @Test func oneOfRepetitionsStays() throws {
    let policies = try Self.policies((.replica, .drop))
    let manifest = try Self.manifest(
      Self.track("t1"), Self.track("t2", Self.fault(.replica, of: "t1")),
      Self.track("t3", Self.fault(.replica, of: "t4")),
      Self.track("t4", Self.fault(.replica, of: "t3"))
    ).applying(policies)
    #expect(manifest.dropping(policies).dropped.map(\.track.id) == ["t2", "t4"])
    // Without t1 in the folder its two copies repeat each other.
    let two = try Self.manifest(
      Self.track("t1"), Self.track("t2", Self.fault(.replica, of: "t1")),
      Self.track("t3", Self.fault(.replica, of: "t1"))
    ).applying(policies)
    let found = two.overlay(on: ["a/t2.wav", "a/t3.wav"]).manifest
    #expect(found.dropping(policies).dropped.map(\.track.id) == ["t3"])
    #expect(found.dropping(policies).manifest.tracks.map(\.id) == ["t2"])
  }

  @Test func aMislabelledTrackIsRelabelled() throws {
    let manifest = try Self.manifest(
      Self.track("t1", Self.fault(.mislabelled, label: "b")), Self.track("t2"))
    let relabel = try Self.policies((.mislabelled, .relabel))
    #expect(try manifest.applying(relabel).tracks.map(\.label) == ["b", "a"])
    #expect(try manifest.applying(FaultPolicies()).tracks.map(\.label) == ["a", "a"])
    let without = try Self.manifest(Self.track("t1", Self.fault(.mislabelled)))
    let error = #expect(throws: ManifestError.self) { try without.applying(relabel) }
    #expect(error?.subject == #"track "t1": faults[0].label"# && error?.kind == .missingField)
    #expect(error?.hint.contains("keep or drop") == true)
  }

  @Test(arguments: [
    (#"{"kind":"mislabelled","source":"S","label":"z"}"#, "is not in labels"),
    (#"{"kind":"mislabelled","source":"S","label":"a"}"#, "has already"),
    (#"{"kind":"distorted","source":"S","label":"b"}"#, "kind distorted"),
    (#"{"kind":"mislabelled","source":"S","label":7}"#, "wrong type"),
  ])
  func aWrongLabelOfAFaultIsRefused(_ fault: String, _ words: String) {
    let json = """
      {"schema":"lathe.manifest/1","name":"m","labels":["a","b"],"tracks":[
       {"id":"t","path":"a/t.wav","label":"a","faults":[\(fault)]}]}
      """
    let error = #expect(throws: ManifestError.self) { try Manifest.decode(Array(json.utf8)) }
    #expect(error?.subject == "tracks[0].faults[0].label")
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func verdictsAreFiguresAtTheirLimits() {
    let clean = TrackFigures(
      seconds: 30, peak: 0.9, level: -12, offset: 0, clipped: 0, silent: 0, longestSilence: 0,
      infrasonic: 0)
    let limits = VerdictLimits()
    #expect(clean.verdicts(limits, isResampled: false, channels: 1) == [])
    #expect(
      clean.verdicts(limits, isResampled: true, channels: 2) == [.otherRate, .otherChannels])
    var bad = clean
    bad.offset = -0.01
    bad.clipped = 0.001
    bad.infrasonic = 0.009_999
    bad.silent = 1
    #expect(bad.verdicts(limits, isResampled: false, channels: 1) == [.silent, .clipped, .offset])
  }
}
