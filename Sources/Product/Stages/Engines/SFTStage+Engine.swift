import Artifacts
import JSON
import PipelineEngine
import Platform

extension SFTStage: ResolvableStage {
  /// An engine's versions and device are part of the key: another version may train differently.
  var needsResolution: Bool { engine != nil }
  var isRemote: Bool { false }

  /// An engine finishes its update first, which may be a long one, and it may still be loading.
  var stopSeconds: Double { engine == nil ? 10 : 120 }

  func resolve(_ context: ResolutionContext) throws -> JSONValue {
    guard let engine else { return [:] }
    if engine.name == .msSwift { return try MSSwift.resolution(engine, context) }
    var files = JSONObject()
    // The program itself, and what looks like a script of its.
    for (index, word) in engine.run.map(\.text).enumerated() {
      let path = index == 0 && !word.contains("/") ? Environment.program(word) : word.hasPrefix("/") ? word : nil
      guard let path, FileStamp.of(path)?.isRegularFile == true else { continue }
      files[String(index)] = .string(try context.store.digest(ofFile: path).hex)
    }
    return ["engine": "run", "files": .object(files)]
  }
}
