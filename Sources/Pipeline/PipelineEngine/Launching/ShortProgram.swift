public import Diagnostics
import Glibc
public import Platform

/// A program that is run for its output and ends by itself: `squeue`, `nvidia-smi`.
public struct ShortProgram: Sendable {
  public struct Result: Sendable {
    public var status: ProcessStatus
    public var output: [UInt8]
    public var errors: [UInt8]
    /// It was killed because its time was over.
    public var timedOut: Bool

    public var succeeded: Bool { status.succeeded && !timedOut }
    public var text: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  public var arguments: [String]
  public var variables: [String: String] = [:]
  /// Variables of this process that the program does not get.
  public var withoutVariables: (@Sendable (String) -> Bool)?
  /// Seconds until it is killed.
  public var timeout: Double = 60
  /// Bytes of each stream that are kept; the rest is read and dropped.
  public var limit = 16 << 20

  public init(_ arguments: [String], timeout: Double = 60) {
    self.arguments = arguments
    self.timeout = timeout
  }

  /// Runs it to its end.
  /// - Throws: `Diagnostic` when it cannot be started: `not-found` when there is no such program.
  public func run() throws(Diagnostic) -> Result {
    let output = try Pipe()
    defer { close(output.readEnd) }
    let errors: Pipe
    do throws(Diagnostic) { errors = try Pipe() } catch {
      close(output.writeEnd)
      throw error
    }
    defer { close(errors.readEnd) }
    var launch: ProgramLaunch
    if let withoutVariables {
      let kept = Environment.all().filter { !withoutVariables($0.key) }
      launch = ProgramLaunch(
        arguments, variables: kept.merging(variables) { $1 }, inheritsVariables: false, hasOwnGroup: true)
    } else {
      launch = ProgramLaunch(arguments, variables: variables, hasOwnGroup: true)
    }
    launch.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    launch.connect(1, to: output.writeEnd)
    launch.connect(2, to: errors.writeEnd)
    let process: Subprocess
    do throws(Diagnostic) {
      process = try launch.start()
      close(output.writeEnd)
      close(errors.writeEnd)
    } catch {
      close(output.writeEnd)
      close(errors.writeEnd)
      throw error
    }
    var streams: [(descriptor: Int32, bytes: [UInt8])] = [(output.readEnd, []), (errors.readEnd, [])]
    let isOver = read(&streams, until: SystemClock.monotonic() + timeout)
    if !isOver { kill(-process.process, SIGKILL) }
    let status = process.wait()
    return Result(status: status, output: streams[0].bytes, errors: streams[1].bytes, timedOut: !isOver)
  }

  /// - Returns: false when the time was over before both streams ended.
  private func read(_ streams: inout [(descriptor: Int32, bytes: [UInt8])], until deadline: Double) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var isOpen = [true, true]
    while isOpen.contains(true) {
      let left = deadline - SystemClock.monotonic()
      guard left > 0 else { return false }
      var waits = streams.indices.filter { isOpen[$0] }.map {
        pollfd(fd: streams[$0].descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&waits, nfds_t(waits.count), Int32(min(left * 1000 + 1, 1_000_000))) > 0 else { continue }
      for wait in waits where wait.revents != 0 {
        guard let index = streams.firstIndex(where: { $0.descriptor == wait.fd }) else { continue }
        let count = Glibc.read(wait.fd, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          isOpen[index] = false
          continue
        }
        let room = max(0, limit - streams[index].bytes.count)
        streams[index].bytes += chunk[0..<min(count, room)]
      }
    }
    return true
  }
}
