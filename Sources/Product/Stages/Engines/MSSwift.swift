import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes

/// ms-swift 4.x, the first of the external engines.
public enum MSSwift {
  /// The variable that names its Python; `engines` of the workspace file sets it too.
  public static let pythonVariable = "LORAPIPE_MS_SWIFT_PYTHON"

  /// The Python that is asked.
  public static var python: String { EngineEnvironment.python }

  /// What a Python has of it, found without importing anything of it.
  public struct Found: Sendable, Hashable {
    /// By distribution: ms_swift, torch, transformers, peft, deepspeed, bitsandbytes.
    public var versions: [String: String]
    /// What ms-swift asks for and has in another version.
    public var conflicts: [String]
    /// `3.11.7`.
    public var python: String

    /// Why it cannot train; `nil` when it can.
    public var problem: String? {
      guard let version = versions["ms_swift"] else { return "ms-swift is not installed" }
      let parts = version.split(separator: ".").compactMap { Int($0) }
      guard parts.count >= 2, parts[0] == 4, parts[1] >= 3 else {
        return "ms-swift is \(version), and 4.3 or a later 4.x is needed"
      }
      guard versions["torch"] != nil else { return "torch is not installed" }
      return conflicts.isEmpty
        ? nil : "its packages have versions that ms-swift does not support: " + conflicts.joined(separator: ", ")
    }
  }

  /// The line that makes an environment.
  public static let installation =
    "python3 -m venv ~/.venvs/ms-swift && ~/.venvs/ms-swift/bin/pip install 'ms-swift>=4.3,<5' torch; then name "
    + "~/.venvs/ms-swift/bin/python in LORAPIPE_MS_SWIFT_PYTHON"

  private static let question = #"""
    import json, sys
    from importlib import metadata
    found, conflicts = {}, []
    for name in ('ms_swift', 'torch', 'transformers', 'peft', 'deepspeed', 'bitsandbytes'):
        try: found[name] = metadata.version(name)
        except metadata.PackageNotFoundError: pass
    try:
        from packaging.requirements import Requirement
        for text in (metadata.requires('ms_swift') if 'ms_swift' in found else None) or []:
            need = Requirement(text)
            if need.name in ('transformers', 'peft', 'trl', 'datasets', 'accelerate') and not (need.marker and not need.marker.evaluate()):
                try: version = metadata.version(need.name)
                except metadata.PackageNotFoundError: version = None
                if version is None or not need.specifier.contains(version, prereleases=True):
                    conflicts.append(f'{need.name} {version or "missing"} (needs {need.specifier})')
    except ImportError: pass
    print(json.dumps({'versions': found, 'conflicts': conflicts, 'python': '.'.join(map(str, sys.version_info[:3]))}))
    """#

  /// Asks a Python what it has; takes a tenth of a second.
  /// - Returns: `nil` when there is no such Python.
  public static func probe(_ python: String) -> Found? {
    guard let result = try? ShortProgram([python, "-c", question]).run(), result.succeeded,
      let json = try? JSONValue(parsing: result.output)
    else { return nil }
    let versions = (json["versions"]?.objectValue ?? JSONObject()).compactMap { name, value in
      value.stringValue.map { (name, $0) }
    }
    return Found(
      versions: Dictionary(versions, uniquingKeysWith: { first, _ in first }),
      conflicts: (json["conflicts"]?.arrayValue ?? []).compactMap(\.stringValue),
      python: json["python"]?.stringValue ?? "?")
  }

  /// The GPUs that `nvidia-smi` shows: name, memory, driver; `nil` without it.
  public static func devices() -> [String]? {
    let question = [
      "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader",
    ]
    guard let result = try? ShortProgram(question).run(), result.succeeded else { return nil }
    return result.text.split(whereSeparator: \.isNewline).map(String.init)
  }

  /// What enters the key: versions, kind of device, and our own side of it. Of a stage that runs elsewhere, the Python is
  /// the one that its launcher names, at a path that both machines see, and the device follows from its resources.
  /// - Throws: `engine-missing`, `engine-setup`.
  static func resolution(_ options: EngineOptions, _ context: ResolutionContext) throws(Diagnostic) -> JSONValue {
    let python = context.placement?.variables[pythonVariable] ?? EngineEnvironment.python
    guard let found = probe(python) else {
      throw Diagnostic(
        code: "engine-missing", "the engine ms-swift needs a Python, and '\(python)' cannot be run",
        remedy: installation, location: SourceLocation(file: "engine"))
    }
    if let problem = found.problem {
      throw Diagnostic(
        code: "engine-setup", "the Python '\(python)' cannot train with ms-swift: \(problem)", remedy: installation,
        location: SourceLocation(file: "engine"))
    }
    if options.quantize != nil, found.versions["bitsandbytes"] == nil {
      throw Diagnostic(
        code: "engine-setup", "\(python): quantize needs bitsandbytes",
        remedy: "\(python) -m pip install bitsandbytes", location: SourceLocation(file: "engine.quantize"))
    }
    if options.deepspeed != nil, found.versions["deepspeed"] == nil {
      throw Diagnostic(
        code: "engine-setup", "\(python): deepspeed is not installed", remedy: "\(python) -m pip install deepspeed",
        location: SourceLocation(file: "engine.deepspeed"))
    }
    let device: String
    if options.device != .auto {
      device = options.device.rawValue
    } else if context.placement != nil {
      device = (context.resources.gpus ?? 0) > 0 ? "cuda" : "cpu"
    } else {
      device = EngineEnvironment.device(torch: found.versions["torch"])
    }
    let versions = found.versions.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    return [
      "engine": "ms-swift", "versions": .object(JSONObject(versions)), "device": .string(device),
      "program": .string(SHA256.hash(program).hex),
    ]
  }
}
