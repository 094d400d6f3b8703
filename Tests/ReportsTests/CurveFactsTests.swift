import JSON
import Testing

@testable import Reports

@Suite struct CurveFactsTests {
  private func points(_ count: Int, _ value: (Int) -> Double?) -> [PlotPoint] {
    (0..<count).map { PlotPoint(step: $0, value: value($0)) }
  }

  @Test func aShortCurveStaysAsItIs() {
    let all = points(1000) { Double($0) }
    let curve = CurveFacts(name: "loss", all)
    #expect(curve.points == all && curve.means.isEmpty && curve.count == 1000)
  }

  @Test func aLongCurveKeepsItsSpikesAndItsEnds() {
    let all = points(100_000) { $0 == 61_803 ? 99 : $0 == 31_415 ? -7 : 1 / Double(1 + $0) }
    let curve = CurveFacts(name: "loss", all)
    #expect(curve.points.count <= CurveFacts.limit)
    #expect(curve.points.contains(PlotPoint(step: 61_803, value: 99)))
    #expect(curve.points.contains(PlotPoint(step: 31_415, value: -7)))
    #expect(curve.points.first?.step == 0 && curve.count == 100_000)
    #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.step < $1.step })
    #expect(curve.last?.step == 99_999)
  }

  /// The mean of a stretch is what a smoothed line is made of, so the mean of all means is the mean of all points.
  @Test func theMeansSpanTheCurve() {
    let all = points(50_000) { Double($0 % 100) }
    let curve = CurveFacts(name: "loss", all)
    #expect(curve.means.count == CurveFacts.limit / 2)
    let mean = curve.means.compactMap(\.value).reduce(0, +) / Double(curve.means.count)
    #expect(abs(mean - 49.5) < 0.01)
  }

  @Test func valuesThatAreNotFiniteLeaveAGap() {
    let all = points(10_000) { (4000..<5000).contains($0) ? nil : 1 }
    let curve = CurveFacts(name: "loss", all, limit: 100)
    #expect(curve.points.contains { $0.value == nil })
    #expect(curve.points.filter { $0.value == nil }.allSatisfy { (3900..<5100).contains($0.step) })
    #expect(CurveFacts(name: "x", points(5000) { _ in nil }, limit: 10, lowerIsBetter: true).best == nil)
  }

  @Test func theBestPointIsTheFirstOfTheLowest() {
    let curve = CurveFacts(name: "validation.loss", points(9) { [3, 2, 1, 1, 2, 3, 4, 5, 6][$0] }, lowerIsBetter: true)
    #expect(curve.best == PlotPoint(step: 2, value: 1))
  }

  @Test func lossesShareADrawing() {
    let curves = ["gradient_norm", "validation.loss.general", "loss", "validation.loss"].map {
      CurveFacts(name: $0, [])
    }
    let groups = CurveGroup.grouped(curves)
    #expect(groups.map(\.name) == ["loss", "gradient_norm"])
    #expect(groups[0].curves.map(\.name) == ["loss", "validation.loss", "validation.loss.general"])
  }

  /// TensorBoard's own formula, by hand: the start is not pulled toward zero.
  @Test func smoothingKeepsAConstantConstant() {
    let line = Smoothing.exponential(points(50) { _ in 3 }, weight: 0.9)
    #expect(line.allSatisfy { abs(($0.value ?? 0) - 3) < 1e-12 })
    let two = Smoothing.exponential(points(2) { Double($0) }, weight: 0.5)
    // (0.5·0·0.5 + 0.5·1) ÷ (0.5·0.5 + 0.5)
    #expect(abs((two[1].value ?? 0) - 2.0 / 3) < 1e-12)
  }
}
