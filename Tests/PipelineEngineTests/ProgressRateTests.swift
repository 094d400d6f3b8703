import PipelineEngine
import Testing

@Suite struct ProgressRateTests {
  private func measured(_ figures: [(time: Double, completed: Double)], unit: String = "steps") -> ProgressRate {
    var rate = ProgressRate()
    for figure in figures { rate.update(completed: figure.completed, unit: unit, at: figure.time) }
    return rate
  }

  private func isNear(_ value: Double?, _ wanted: Double) -> Bool { value.map { abs($0 - wanted) < 1e-9 } ?? false }

  @Test func aStepUnderWayIsNoSlowStep() {
    let rate = measured([(0, 0), (13, 1), (26, 2)])
    for now in [26.0, 30, 38] { #expect(isNear(rate.rate(now: now), 1 / 13)) }
    // One that takes longer than the others is.
    #expect(isNear(rate.rate(now: 65), 2 / 52))
    #expect(isNear(rate.remaining(of: 10, now: 26), 104))
    #expect(isNear(rate.remaining(of: 10, now: 30), 100))
    #expect(rate.remaining(of: 2, now: 30) == 0)
  }

  @Test func equalFiguresAreNoProgress() {
    #expect(measured([(0, 0)]).rate(now: 100) == nil)
    #expect(measured([(0, 5), (10, 5), (20, 5)]).rate(now: 30) == nil)
    // A heartbeat between two steps changes nothing.
    let plain = measured([(0, 0), (10, 1), (20, 2)])
    let beating = measured([(0, 0), (5, 0), (10, 1), (15, 1), (20, 2), (23, 2)])
    #expect(plain.rate(now: 24) == beating.rate(now: 24))
  }

  @Test func anotherUnitAndAFallBeginAnew() {
    var rate = measured([(0, 0), (10, 100)], unit: "rows")
    rate.update(completed: 1, unit: "steps", at: 11)
    #expect(rate.rate(now: 12) == nil)
    rate.update(completed: 3, unit: "steps", at: 13)
    #expect(isNear(rate.rate(now: 13), 1))
    rate.update(completed: 0, unit: "steps", at: 14)
    #expect(rate.rate(now: 15) == nil)
    // What is done in no time has no rate.
    #expect(measured([(0, 0), (0.1, 50)]).rate(now: 0.1) == nil)
  }
}
