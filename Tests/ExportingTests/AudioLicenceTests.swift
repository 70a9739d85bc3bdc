import Testing

@testable import Exporting

@Suite struct AudioLicenceTests {
  @Test(arguments: [
    "CC0", "CC0-1.0", "CC BY 4.0", "cc-by-nc-sa-3.0", "Public Domain", "Public Domain Mark 1.0",
    "https://creativecommons.org/licenses/by-sa/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
    "Creative Commons Attribution 4.0 International (CC BY 4.0)",
    "Attribution-Noncommercial-Share Alike 3.0 United States", "Free Art License 1.3",
  ])
  func whatIsKnownToPermit(_ text: String) {
    #expect(AudioLicence(text) == .permits)
  }

  @Test(arguments: [
    "CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/", "All rights reserved",
    "Attribution-NonCommercial-NoDerivs 3.0", "Creative Commons Attribution No Derivatives 4.0",
    "None: the excerpts were taken from CDs without copyright permission", "no licence",
  ])
  func whatForbids(_ text: String) {
    #expect(AudioLicence(text) == .forbids)
  }

  /// A sentence may say the contrary of the licence that it names.
  @Test(arguments: [
    nil, "", " ", "unknown", "see the website", "for research only", "CC", "Creative Commons",
    "not CC BY 4.0", "audio: ask the authors; annotations: CC BY 4.0", "not in the public domain",
    "MIT", "4.0", "by permission of the label",
  ])
  func whatSaysNothing(_ text: String?) {
    #expect(AudioLicence(text) == .unknown)
  }
}
