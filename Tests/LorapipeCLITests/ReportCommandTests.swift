import Glibc
import JSON
import Testing

@testable import LorapipeCLI

@Suite struct ReportCommandTests {
  /// One file that names no place outside itself, in both languages, of one run and of several.
  @Test func aReportIsOneFileThatNeedsNothingElse() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/small.yaml",
      "seed: 1\nstages:\n  mixed: { kind: mix, domain: [./a.jsonl], general: [./b.jsonl], ratio: \"1:2\", validation: 0.25 }\n"
        + "  other: { kind: command, shell: 'echo \"<script>alert(1)</script>\" > {output}/x', after: [mixed] }\n")
    program.write(
      "recipes/a.jsonl", (1...8).map { "{\"query\": \"<b>Who</b>, \($0)?\", \"response\": \"Pip.\"}\n" }.joined())
    program.write(
      "recipes/b.jsonl", (1...30).map { "{\"query\": \"问题 \($0)\", \"response\": \"答 \($0)\"}\n" }.joined())
    #expect(program.run("report").status == 2)
    #expect(program.run("run").status == 0)
    #expect(program.run("run -S mixed.ratio=1:1").status == 0)
    let written = program.run("report -o one.html")
    #expect(written.status == 0 && written.output.hasPrefix("wrote one.html, "), "\(written.output)")
    let page = Files.read(program.folder + "/one.html")
    #expect(page.contains("mixed.ratio") && page.contains("recipes/small.yaml"))
    #expect(page.contains("&lt;script&gt;") && !page.contains("<script"))
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
    #expect(page.utf8.count < 2_000_000)
    #expect(program.run("report small~1 small -o two.html --lang zh").status == 0)
    let both = Files.read(program.folder + "/two.html")
    #expect(both.contains("lang=\"zh-CN\"") && both.contains("不同的参数") && both.contains("1:2") && both.contains("1:1"))
    #expect(program.run("report nobody").status == 2)
    // A report in a place that is not there says so.
    let lost = program.run("report -o no/such/folder/x.html")
    #expect(lost.status != 0 && lost.error.contains("no/such/folder"), "\(lost.error)")
  }
}
