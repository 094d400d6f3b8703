import Diagnostics
import Glibc
import Platform

/// Prints an HTML file as a PDF with Chromium, which is no part of lorapipe.
enum HeadlessBrowser {
  /// The names that distributions give the program.
  private static let programs = [
    "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge",
  ]
  private static let secondsAtMost = 60.0

  /// - Returns: bytes of the PDF.
  /// - Throws: `no-browser`, `pdf-failed`.
  static func print(_ page: String, to target: String) throws -> Int {
    let folders = (Environment.value("PATH") ?? "").split(separator: ":").map(String.init)
    let found = programs.lazy.flatMap { name in folders.lazy.map { $0 + "/" + name } }.first { access($0, X_OK) == 0 }
    guard let program = found else {
      throw Diagnostic(
        code: "no-browser", "a PDF needs Chromium, and none is installed",
        remedy: "apt-get install chromium, or open the page in a browser and print it")
    }
    guard let source = FileSystem.resolved(page) else {
      throw Diagnostic(code: "pdf-failed", "there is no file '\(page)'")
    }
    let profile = "\(Environment.value("TMPDIR") ?? "/tmp")/lorapipe-pdf-\(getpid())"
    defer { try? FileSystem.removeTree(profile) }
    let absolute = target.hasPrefix("/") ? target : LocalText.currentFolder() + "/" + target
    var arguments = [
      program, "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--user-data-dir=\(profile)",
      "--print-to-pdf=\(absolute)",
    ]
    // Chromium refuses its sandbox to root.
    if geteuid() == 0 { arguments.append("--no-sandbox") }
    var launch = ProgramLaunch(arguments + [fileAddress(of: source)], hasOwnGroup: true)
    launch.connectStreams(toLog: "/dev/null")
    unlink(absolute)
    let child = try launch.start()
    let deadline = SystemClock.monotonic() + secondsAtMost
    var status: ProcessStatus?
    while status == nil, SystemClock.monotonic() < deadline {
      status = try child.poll()
      if status == nil { usleep(20_000) }
    }
    if status == nil {
      kill(-child.process, SIGKILL)
      _ = child.wait()
    }
    guard let size = FileStamp.of(absolute)?.size, size > 0 else {
      let what = status.map { "the browser \($0.description)" } ?? "the browser took longer than a minute"
      throw Diagnostic(
        code: "pdf-failed", "no PDF was written: \(what)", remedy: "open '\(page)' in a browser and print it")
    }
    return Int(clamping: size)
  }

  /// `file:///…`, with what an address cannot hold as `%` and two digits.
  private static func fileAddress(of path: String) -> String {
    var address = "file://"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        address.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        address += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return address
  }
}
