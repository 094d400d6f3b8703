import Glibc
import Synchronization
import Testing

@testable import Inference

@Suite struct ThreadTeamTests {
  /// Members that are held up, as by a program that takes their core, make the team smaller, and it grows again when
  /// they are not; every run is done by exactly the members it says.
  @Test func aTeamThatWaitsGoesOnSmaller() {
    let team = ThreadTeam(count: 3, spins: 10)
    func run(heldUp: Bool) -> Int {
      let worked = (0..<3).map { _ in Counter() }
      team.run { member in
        for _ in 0..<3 {
          if heldUp, member == team.count - 1, member > 0 { usleep(500) }
          worked[member].add()
          team.barrier()
        }
      }
      let members = worked.prefix { $0.value == 3 }.count
      #expect(worked.map(\.value) == (0..<3).map { $0 < members ? 3 : 0 })
      return members
    }
    let held = (0..<120).map { _ in run(heldUp: true) }
    #expect(held.first == 3 && held.contains(1))
    // A machine that is busy with something else holds members up as well: it is given time.
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(120))
    var members = 0
    repeat { members = run(heldUp: false) } while members != 3 && clock.now < end
    #expect(members == 3)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
  }

  @Test func oneSlowRunIsNoCrowd() {
    var watch = CrowdWatch()
    var count = 8
    for run in 0..<50 {
      watch.add(slept: run % 3 == 2 ? 0 : 9000, microseconds: 2000, members: count)
      count = watch.next(count, of: 8)
    }
    #expect(count == 8)
    // Short runs say nothing.
    for _ in 0..<50 {
      watch.add(slept: 900, microseconds: 200, members: 8)
      count = watch.next(count, of: 8)
    }
    #expect(count == 8)
    for _ in 0..<3 {
      watch.add(slept: 9000, microseconds: 2000, members: 8)
      count = watch.next(count, of: 8)
    }
    #expect(count == 6)
  }
}
