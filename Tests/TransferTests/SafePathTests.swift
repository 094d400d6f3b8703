import Testing

@testable import Transfer

/// Paths are taken apart as the kernel takes them apart.
@Suite struct SafePathTests {
  @Test(arguments: ["../x", "a/../../x", "/x", "../\u{301}x", "a/..\u{2F}\u{301}x", "..", "a\\b", "a\u{0}b"])
  func pathsThatLeadOutAreRefused(path: String) {
    #expect(SafePath.components(path) == nil)
  }

  @Test func linksThatLeadOutAreRefused() {
    #expect(SafePath.target(ofLinkAt: ["a"], to: "../\u{301}x") == nil)
    #expect(SafePath.target(ofLinkAt: ["a", "b"], to: "../c") == ["c"])
  }

  @Test func pathsBelowAreKept() {
    #expect(SafePath.components("./a/é/b.txt") == ["a", "é", "b.txt"])
  }
}
