import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes

/// Which launcher starts which stage: the command line first, then the workspace file, else this machine.
struct Launchers {
  static let option = Option<String>(
    "launcher", nil, "[STAGE=]NAME", repeats: true,
    help: "Start all stages, or a stage or kind, by this launcher: local, slurm, or one of lorapipe.yaml.")
  static let detach = Flag(
    "detach", help: "On Ctrl-C leave cluster jobs running; the next run finds them again.")

  static let local = "local"

  private(set) var configurations: [String: LauncherConfiguration] = [:]
  /// By stage or kind.
  private var chosen: [String: String] = [:]
  /// For every stage that nothing else is said of.
  private var general: String?

  /// - Throws: `DiagnosticList` or `Diagnostic` for a launcher that is unknown or described wrongly.
  init(_ file: WorkspaceFile, options: [String] = []) throws {
    for launcher in LauncherConfiguration.builtin { configurations[launcher.name] = launcher }
    for (name, json) in file.values["launchers"]?.objectValue ?? JSONObject() {
      let launcher = try LauncherConfiguration(name: name, json: json)
      configurations[name] = launcher
    }
    var problems: [Diagnostic] = []
    for launcher in configurations.values.sorted(by: { $0.name < $1.name }) {
      for stage in launcher.stages {
        if let other = chosen[stage] {
          problems.append(
            Diagnostic(
              code: "bad-launcher", "'\(stage)' has two launchers in lorapipe.yaml: '\(other)' and '\(launcher.name)'",
              remedy: "name it under one of them"))
        }
        chosen[stage] = launcher.name
      }
    }
    for option in options {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let name = parts.last, configurations[name] != nil else {
        let near = Spelling.closest(to: parts.last ?? "", among: configurations.keys.sorted())
        problems.append(
          Diagnostic(
            code: "no-launcher", "there is no launcher '\(parts.last ?? "")'",
            remedy: near.map { "did you mean '\($0)'?" }
              ?? "known are \(configurations.keys.sorted().joined(separator: ", ")); lorapipe.yaml describes others"))
        continue
      }
      if parts.count == 2 { chosen[parts[0]] = name } else { general = name }
    }
    // A launcher for all takes those that only the workspace file gives to another.
    if general != nil {
      let named = Set(
        options.filter { $0.contains("=") }.compactMap { $0.split(separator: "=").first.map(String.init) })
      chosen = chosen.filter { named.contains($0.key) }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
  }

  /// The launcher of a stage: by its id, its name, its kind, or for all.
  func configuration(of stage: RecipeStage) -> LauncherConfiguration? {
    let name = chosen[stage.id] ?? chosen[stage.name] ?? chosen[stage.kind] ?? general ?? Self.local
    return configurations[name].flatMap { $0.kind == .local ? nil : $0 }
  }

  func placement(of stage: RecipeStage) -> StagePlacement? {
    configuration(of: stage).map { StagePlacement(launcher: $0.name, variables: $0.variables) }
  }

  /// - Parameter detaches: leave jobs running on Ctrl-C.
  func router(fallback: LocalLauncher, detaches: Bool) -> any StageLauncher {
    var launchers: [String: any StageLauncher] = [:]
    for launcher in configurations.values {
      switch launcher.kind {
      case .local: break
      case .slurm:
        var slurm = SlurmLauncher(configuration: launcher, program: Self.program)
        slurm.detaches = detaches
        launchers[launcher.name] = slurm
      case .command: launchers[launcher.name] = CommandLauncher(configuration: launcher, program: Self.program)
      }
    }
    return LauncherRouter(launchers, fallback: fallback)
  }

  /// This program's own file.
  static var program: String { FileSystem.resolved("/proc/self/exe") ?? Lorapipe.name }
}
