import Diagnostics
import Testing

@Suite struct ListedNamesTests {
  @Test func fewNamesAreAllThereAndManyAreCounted() {
    #expect(["a", "b"].listed() == "a, b")
    #expect([String]().listed() == "")
    let many = (1...1000).map { "stage\($0)" }
    #expect(many.listed(3) == "stage1, stage2, stage3, … (+997)")
    #expect(many.listed().utf8.count < 200)
  }
}
