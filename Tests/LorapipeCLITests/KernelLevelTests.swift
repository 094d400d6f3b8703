import Glibc
import Inference
import Testing

@testable import LorapipeCLI

/// `LORAPIPE_KERNELS` lowers the level of all kernels. A word that is no level is an error.
@Suite struct KernelLevelTests {
  /// - Returns: what a command said on standard error, and its status.
  private func error(_ program: Program, _ variables: String, _ command: String) -> (text: String, status: String) {
    program.shell("\(variables) $LP \(command) > out 2> error < /dev/null; echo $? > status")
    return (Files.read(program.folder + "/error"), Files.read(program.folder + "/status"))
  }

  @Test(arguments: [
    ("C", "is not a level: portable, ", "unset the variable"), ("zh_CN.UTF-8", "不是一个级别，可以写：portable, ", "取消这个环境变量"),
  ])
  func aWordThatIsNoLevelIsRefusedByEveryCommand(_ locale: String, _ message: String, _ remedy: String) throws {
    let program = try Program()
    defer { program.remove() }
    for command in ["version", "runs", "generate x", "doctor --offline"] {
      for word in ["avx3", "AVX2", "1", " "] {
        let (text, status) = error(program, "LC_ALL=\(locale) LORAPIPE_KERNELS='\(word)'", command)
        #expect(status == "2\n" && text.contains("LORAPIPE_KERNELS='\(word)'"), "\(command): \(text)")
        #expect(text.contains(message) && text.contains(remedy), "\(text)")
      }
    }
    #expect(error(program, "LC_ALL=\(locale) LORAPIPE_KERNELS=", "version") == ("", "0\n"))
  }

  @Test func aLevelThatTheProcessorLacksIsSaidAndTheHighestItHasIsUsed() throws {
    let program = try Program()
    defer { program.remove() }
    let levels = InferenceKernels.levels
    let best = try #require(levels.lastIndex { InferenceKernels.bestName.hasSuffix($0) })
    for (index, level) in levels.enumerated() {
      let (text, status) = error(program, "LC_ALL=C LORAPIPE_KERNELS=\(level)", "version --json")
      let output = Files.read(program.folder + "/out")
      #expect(status == "0\n" && output.contains(levels[min(index, best)]), "\(output)")
      #expect(text.isEmpty == (index <= best), "\(text)")
      if index > best { #expect(text.contains("those of level '\(levels[best])' are used"), "\(text)") }
    }
  }
}
