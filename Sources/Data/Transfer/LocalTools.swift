import Glibc
import Platform

/// What this machine offers to a download, when it is not where most machines have it.
enum LocalTools {
  /// Where Debian keeps the certificates of authorities; libcurl's own default.
  static let usualCertificates = "/etc/ssl/certs/ca-certificates.crt"
  /// Where others keep them: Fedora, openSUSE, Alpine.
  static let otherCertificates = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"]

  /// The file of authorities' certificates to give to libcurl; `nil` leaves it its default.
  static func certificates(environment: String?, exists: (String) -> Bool) -> String? {
    if let environment, !environment.isEmpty { return environment }
    return exists(usualCertificates) ? nil : otherCertificates.first(where: exists)
  }

  /// The ways to call pip, best first. A Python beside this program is that of the environment the program was installed
  /// into, which may not be on the path.
  static func pips(program: String?, exists: (String) -> Bool) -> [[String]] {
    let usual = [["python3", "-m", "pip"], ["pip3"], ["python", "-m", "pip"], ["pip"]]
    guard let program, let slash = program.lastIndex(of: "/") else { return usual }
    let folder = program[..<slash]
    // Only of a virtual environment: the system's Python is found by the path.
    guard exists("\(folder.dropLast(folder.hasSuffix("/bin") ? 4 : 0))/pyvenv.cfg"), exists("\(folder)/python3") else {
      return usual
    }
    return [["\(folder)/python3", "-m", "pip"]] + usual
  }

  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The file this process runs.
  static var program: String? { FileSystem.linkTarget("/proc/self/exe") }
}
