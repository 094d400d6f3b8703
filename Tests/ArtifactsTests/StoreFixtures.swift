import Artifacts
import Glibc
import JSON
import Platform

extension ArtifactStore {
  /// Publishes files and records them under the key of a small document.
  func make(_ files: [String: String], kind: String = "test", uses: [Digest] = []) throws -> ActionRecord {
    let key = ActionKey(kind: kind, version: 1, parameters: [:], inputs: [])
    let directory = try makeTemporaryDirectory(for: key.digest)
    for (name, text) in files {
      let path = directory + "/" + name
      try FileSystem.makeDirectory(FileSystem.parent(of: path))
      try FileSystem.replace(path, with: Array(text.utf8))
    }
    let artifact = try publish(directory)
    let record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files, uses: uses)
    try self.record(record)
    return record
  }
}

func scribble(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
  var bytes = try FileSystem.read(path)
  change(&bytes)
  chmod(path, 0o644)
  let descriptor = open(path, O_WRONLY | O_TRUNC)
  defer { close(descriptor) }
  try FileSystem.writeAll(descriptor, bytes, path: path)
}
