import Glibc

/// The clocks of the system.
public enum SystemClock {
  /// Seconds since 1970: what a record or a person is told. It can be set, back too, so never subtract two of them.
  public static func now() -> Double {
    let time = read(CLOCK_REALTIME)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Nanoseconds since 1970, by the clock that file times are taken from.
  public static func nowNanoseconds() -> Int64 {
    let time = read(CLOCK_REALTIME)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Seconds since some moment, never going back: for durations and deadlines.
  public static func monotonic() -> Double {
    let time = read(CLOCK_MONOTONIC)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Microseconds of the monotonic clock.
  public static func monotonicMicroseconds() -> Int {
    let time = read(CLOCK_MONOTONIC)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  /// Seconds of processor time that this thread has had.
  public static func thread() -> Double {
    let time = read(CLOCK_THREAD_CPUTIME_ID)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }
}
