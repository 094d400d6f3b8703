import Diagnostics
import Glibc
import Platform
import Recipes
import Stages

/// What `doctor` says of the external training engines of this machine.
enum EngineCheck {
  /// Nothing for a workspace that uses none: neither a Python is named nor the default one has ms-swift.
  static func findings(_ workspace: Workspace?) -> [Machine.Finding] {
    (try? WorkspaceFile.ofWorkspace(workspace))?.exportEngines()
    let isNamed = Environment.value(MSSwift.pythonVariable) != nil
    let python = MSSwift.python
    guard let found = MSSwift.probe(python) else {
      return isNamed
        ? [
          Machine.Finding(
            name: "ms-swift", verdict: .bad, text: "\(python) cannot be run", remedy: MSSwift.installation)
        ] : []
    }
    if !isNamed, found.versions["ms_swift"] == nil { return [] }
    let versions = ["ms_swift", "torch", "transformers", "peft", "deepspeed", "bitsandbytes"]
      .compactMap { name in found.versions[name].map { "\(name == "ms_swift" ? "ms-swift" : name) \($0)" } }
    let text =
      versions.isEmpty
      ? "\(python) (Python \(found.python)): nothing of it"
      : "\(python) (Python \(found.python)): \(versions.joined(separator: ", "))"
    var findings = [
      Machine.Finding(
        name: "ms-swift", verdict: found.problem == nil ? .good : .bad,
        text: text + (found.problem.map { "; \($0)" } ?? ""), remedy: found.problem == nil ? nil : MSSwift.installation)
    ]
    findings.append(gpus())
    return findings
  }

  private static func gpus() -> Machine.Finding {
    guard let output = MSSwift.devices(), !output.isEmpty else {
      return Machine.Finding(
        name: "GPU", verdict: .limited, text: "none: the engine trains on the CPU",
        remedy: "nvidia-smi found no GPU; a launcher can run the stage on another machine (docs/launchers.md)")
    }
    return Machine.Finding(name: "GPU", verdict: .good, text: output.joined(separator: "; "), remedy: nil)
  }
}
