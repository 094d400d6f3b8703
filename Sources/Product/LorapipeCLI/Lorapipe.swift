import Diagnostics
import ForeignConfigs
import Glibc
import Inference
public import PipelineEngine
import Platform
import Stages

/// The program.
public enum Lorapipe {
  static let name = "lorapipe"

  /// What a person types to start this program again: its name where the shell finds it, else the path it was started by.
  static let typed: String = {
    guard let started = CommandLine.arguments.first, started.contains("/"), !started.hasSuffix(".xctest") else {
      return Self.name
    }
    let name = FileSystem.name(of: started)
    let folders = Environment.value("PATH") ?? ""
    let isFound = folders.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    return isFound ? name : ShellWord.quoted(started)
  }()

  /// The kinds of stages this program has: the same from its first line to its last, like its commands.
  @TaskLocal static var catalog = StageCatalog(BuiltinStages.all, words: .known)

  /// Runs the command line of this process.
  /// - Parameter stages: kinds of stages beside those built in.
  /// - Returns: the exit status.
  public static func main(with stages: [any Stage.Type] = []) async -> Int32 {
    StandardStreams.open()
    signal(SIGPIPE, SIG_IGN)
    return await $catalog.withValue(StageCatalog(BuiltinStages.all + stages, words: .known)) {
      await run(Array(CommandLine.arguments.dropFirst())) { Console(color: $0) }.code
    }
  }

  static func run(
    _ arguments: [String], console makeConsole: (Console.ColorChoice) -> Console
  ) async -> ExitStatus {
    Language.use(.preferred(option: languageOption(arguments), environment: Environment.value))
    let parser = CommandParser(program: name, commands: commands)
    do {
      switch try parser.parse(arguments) {
      case .help(let command, let path, let values):
        let console = makeConsole(colorChoice(values))
        let screen = HelpScreen(program: name, commands: commands, pages: InstalledPages.folder)
        console.write(command.map { screen.screen($0, path: path) } ?? screen.overview())
        return finished(.done, console)
      case .topic(let name, let values):
        let console = makeConsole(colorChoice(values))
        guard let text = try HelpTopic.text(name) else {
          throw parser.unknownCommand(name, among: commands, path: [Self.name])
        }
        console.write(text)
        return finished(.done, console)
      case .run(let command, let path, let positionals, let rest, let values):
        let console = makeConsole(colorChoice(values))
        let invocation = Invocation(
          path: path, positionals: positionals, rest: rest, values: values, console: console)
        return await run(command, invocation)
      }
    } catch {
      let console = makeConsole(.auto)
      return report(error, console)
    }
  }

  private static func run(_ command: Command, _ invocation: Invocation) async -> ExitStatus {
    do {
      try checkKernels(for: command, invocation.console)
      if let store = invocation[CommonOptions.store] {
        // Relative to where the command was typed, as -C is.
        Environment.set(
          Workspace.storeVariable, to: FileSystem.join(LocalText.currentFolder(), store))
      }
      if let folder = invocation[CommonOptions.directory] {
        guard chdir(folder) == 0 else {
          throw UsageError("cannot enter folder '\(folder)': \(String(cString: strerror(errno)))", path: [name])
        }
      }
      return finished(try await command.run(invocation), invocation.console)
    } catch {
      return report(error, invocation.console)
    }
  }

  /// A level of kernels that is not one would be ignored, and a measurement with it would say nothing.
  private static func checkKernels(for command: Command, _ console: Console) throws {
    let warning = try CommandFailure.asUsage { try InferenceKernels.check(wanted: InferenceKernels.wantedLevel) }
    // A stage's process was started by one that has warned.
    guard let warning, !command.isHidden else { return }
    console.writeError(ErrorText.render([warning], color: console.errorHasColor))
  }

  /// What was printed and could not be written is lost to whoever asked for it: that is no success.
  private static func finished(_ status: ExitStatus, _ console: Console) -> ExitStatus {
    guard let reason = console.lostOutput else { return status }
    console.printError(
      say("error:") + " " + reworded("cannot write to standard output: \(String(cString: strerror(reason)))"))
    return status == .done ? .failed : status
  }

  /// Looked for before the command line is parsed, so that what is wrong with it can be said in that language.
  private static func languageOption(_ arguments: [String]) -> String? {
    let name = "--" + CommonOptions.language.spec.long
    let words = arguments.prefix { $0 != "--" }
    if let index = words.lastIndex(where: { $0 == name }), index + 1 < words.endIndex { return words[index + 1] }
    return words.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  private static func colorChoice(_ values: [String: [String]]) -> Console.ColorChoice {
    values[CommonOptions.color.spec.long]?.last.flatMap { Console.ColorChoice(rawValue: $0) } ?? .auto
  }

  /// Prints what went wrong and says how the process should end.
  static func report(_ error: any Error, _ console: Console) -> ExitStatus {
    switch error {
    case let error as UsageError:
      console.writeError(error.text)
      return .usage
    case let error as CommandFailure:
      console.writeError(ErrorText.render(error.cause, color: console.errorHasColor))
      return error.status
    case is SmallRunFailure: return .failed
    case is CancellationError:
      return .interrupted
    default:
      console.writeError(ErrorText.render(error, color: console.errorHasColor))
      return .failed
    }
  }
}

/// An error with the exit status it deserves.
struct CommandFailure: Error {
  var cause: any Error
  var status: ExitStatus

  /// Runs a step whose failure is the recipe's or the command line's fault: exit status 2.
  static func asUsage<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as UsageError { throw error } catch {
      throw CommandFailure(cause: error, status: .usage)
    }
  }
}
