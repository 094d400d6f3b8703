import Diagnostics
import Glibc
import Platform

extension Fetcher {
  /// Takes one wheel with the user's own pip, which knows the user's indexes and credentials, and unpacks it.
  func downloadWheel(
    _ name: String, _ version: String, _ filter: GlobFilter, to output: String, work: String
  ) throws(Diagnostic) -> FetchSummary {
    let wheels = work + "/wheel"
    try FileSystem.removeTree(wheels)
    try FileSystem.makeDirectory(wheels)
    try runPip(["\(name)==\(version)"], into: wheels, log: work + "/pip.log")
    guard let file = try FileSystem.names(in: wheels).first(where: { $0.hasSuffix(".whl") }) else {
      throw Diagnostic(
        code: "no-wheel", "pip brought no wheel of \(name)==\(version)",
        remedy: "The package may have none for this machine; name another version.")
    }
    let digest = try hashFile(wheels + "/" + file).digest.hex
    let files = try Self.unpackWheel(
      wheels + "/" + file, named: file, filter, to: output, work: work, isCancelled: access.isCancelled)
    try FileSystem.removeTree(wheels)
    return FetchSummary(files: files, archiveSHA256: digest)
  }

  /// Unpacks a wheel, compares it with its RECORD, and keeps the files the filter accepts.
  static func unpackWheel(
    _ path: String, named name: String, _ filter: GlobFilter, to output: String, work: String,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(Diagnostic) -> [ResolvedSource.File] {
    let unpacked = work + "/unpacked"
    try FileSystem.removeTree(unpacked)
    try FileSystem.makeDirectory(unpacked)
    let files = try ArchiveExtractor(isCancelled: isCancelled).extract(path, named: name, to: unpacked)
    guard
      let record = files.first(where: { file in
        let parts = file.path.split(separator: "/")
        return parts.count == 2 && parts[0].hasSuffix(".dist-info") && parts[1] == "RECORD"
      })
    else { throw WheelRecord.damaged("there is none") }
    try WheelRecord(parsing: try FileSystem.read(unpacked + "/" + record.path)).verify(files, recordPath: record.path)
    let kept = files.filter { filter.accepts($0.path) }
    guard !kept.isEmpty else {
      throw Diagnostic(
        code: "no-files", "none of the \(files.count) files of '\(name)' is included",
        remedy: "Check include: and exclude:.")
    }
    for file in kept {
      let target = output + "/" + file.path
      try FileSystem.makeDirectory(FileSystem.parent(of: target))
      guard rename(unpacked + "/" + file.path, target) == 0 else { throw systemFailure("write", path: target) }
    }
    try FileSystem.removeTree(unpacked)
    return kept
  }

  private func runPip(_ requirements: [String], into folder: String, log: String) throws(Diagnostic) {
    let options = [
      "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--progress-bar",
      "off", "--dest", folder, "--",
    ]
    for pip in LocalTools.pips(program: LocalTools.program, exists: LocalTools.exists) {
      unlink(log)
      let status = try ChildCommand.run(pip + options + requirements, log: log, isCancelled: access.isCancelled)
      if status == 0 { return }
      let bytes = (try? FileSystem.readIfPresent(log)) ?? nil
      let lines = String(decoding: (bytes ?? []).suffix(4000), as: UTF8.self).split(whereSeparator: \.isNewline)
        .map(String.init)
      // 127: no such program. Without the module, python3 says so and exits with 1.
      if status == 127 || lines.contains(where: { $0.contains("No module named pip") }) { continue }
      let errors = lines.filter { $0.hasPrefix("ERROR") }
      throw Diagnostic(
        code: "pip-failed", "pip could not download \(requirements.joined(separator: " "))",
        remedy: "Check the name, the version and pip's index settings.",
        notes: Array((errors.isEmpty ? lines : errors).suffix(4)))
    }
    throw Diagnostic(
      code: "no-pip", "there is no pip on this machine, and a pip: source is taken with it",
      remedy: "Install it: sudo apt-get install -y python3-pip")
  }
}
