import Diagnostics
import Glibc
import PipelineEngine
import Recipes
import RunHistory
import Testing
import Verdicts

@testable import LorapipeCLI

/// English stays the source: these tests find what a catalog lacks, what it has too much, and values that got lost.
@Suite struct CatalogTests {
  private static let root = String(#filePath.dropLast("Tests/LorapipeCLITests/CatalogTests.swift".count))

  /// Said by the C library, or put together in the source of pieces.
  private static let composed: Set<String> = [
    "No such file or directory", " more row with this problem: ", " more rows with this problem: ",
    "Check the name and the revision.", " or a list of these and of ", ". Uses the recipe's `seed`. Version ",
    "not checked (--offline); ",
    #"Convert it: tr '\r' '\n' < FILE > NEW."#,
    "': only one is here of '", "cannot make the folder '", "cannot wait for the program: ",
    "cannot claim what the run uses in '", "cannot follow the symbolic link '", "cannot set the mode of '",
    "cannot link an input at '", "Too many levels of symbolic links", "Cannot assign requested address",
    "Resource temporarily unavailable", "Name or service not known", "Temporary failure in name resolution",
    "Non-recoverable failure in name resolution", "No address associated with hostname",
    "Address family for hostname not supported", "Servname not supported for ai_socktype",
    "the LoRA rank with lora.init: pissa must lie between ",
    ", which changes the base's weights, is not supported",
    // libcurl and libyaml
    "Couldn't connect to server", "Couldn't resolve host name", "while parsing a flow mapping",
    "while parsing a flow mapping that began on line ", "while parsing a flow sequence",
    "while parsing a flow sequence that began on line ", "while parsing a block mapping",
    "while parsing a block mapping that began on line ", "while parsing a block collection",
    "while parsing a block collection that began on line ", "while scanning a quoted scalar",
    "while scanning a quoted scalar that began on line ", "while scanning a simple key",
    "while scanning a simple key that began on line ", "while scanning for the next token",
  ]

  /// The program's own sources: file name and text.
  private static func sources(below folder: String) -> [(name: String, text: String)] {
    var found: [(String, String)] = []
    for name in LocalText.list(folder).sorted() {
      let path = folder + "/" + name
      if name.hasSuffix(".swift") { found.append((path, Files.read(path))) }
      if !name.contains(".") { found += sources(below: path) }
    }
    return found
  }

  @Test func everyHelpTextIsTranslated() {
    var missing: [String] = []
    func check(_ text: String) {
      if !text.isEmpty, Catalog.chinese.translation(of: text) == nil { missing.append(text) }
    }
    func check(_ command: Command) {
      check(command.abstract)
      command.discussion.split(separator: "\n\n").forEach { check(String($0)) }
      command.allOptions.forEach { check($0.help) }
      command.positionals.forEach { check($0.help) }
      command.examples.forEach { check($0.text) }
      command.subcommands.filter { !$0.isHidden }.forEach { check($0) }
    }
    Lorapipe.commands.filter { !$0.isHidden }.forEach { check($0) }
    Command.Group.allCases.forEach { check($0.rawValue) }
    #expect(missing.isEmpty, "add to Chinese+Help.swift:\n\(missing.map { "= " + $0 }.joined(separator: "\n"))")
  }

  @Test func everyVerdictIsSaidInChinese() {
    func curve(_ count: Int, _ value: (Double) -> Double) -> Curve {
      Curve((0..<count).map { (step: $0 + 1, value: value(Double($0) / Double(count - 1))) })
    }
    var trainings: [TrainingFacts] = []
    let rising = curve(8) { 1 + $0 }
    for rate in [nil, 1e-4, 0.1] {
      trainings.append(TrainingFacts(loss: curve(50) { 1.7 + 27 * $0 }, learningRate: rate))
      trainings.append(TrainingFacts(loss: curve(50) { _ in 2 }, learningRate: rate))
      trainings.append(TrainingFacts(loss: curve(50) { 3 - 2 * $0 }, epochs: rate.map { _ in 2 }))
      trainings.append(TrainingFacts(loss: curve(50) { 3 - $0 }, validation: rising, keepsBest: rate == nil))
    }
    trainings.append(TrainingFacts(loss: Curve([]), rates: curve(2) { _ in 0 }))
    for slope in [0.0, 2] { trainings.append(TrainingFacts(loss: curve(50) { 3 - slope * $0 }, stepLimit: (50, 99))) }
    for used in [1.0, 3, 6, 8] { trainings.append(TrainingFacts(loss: Curve([]), rank: 8, effectiveRank: used)) }
    var verdicts = trainings.flatMap { TrainingRules.verdicts($0) }
    for training in [[], ["diverged"], ["overfitted"], ["untrained"], ["ended-by-max-steps"]] as [Set<String>] {
      for (learned, known) in [(0.5, nil), (0.5, 0.1), (0.8, nil), (0.8, 0.1), (1, nil), (1, 0.1), (1, 0.9)]
        as [(Double, Double?)]
      {
        for (count, over) in [(nil, nil), (8, nil), (8, 0.5)] as [(Int?, Double?)] {
          for loss in [1.0, 2, 3] {
            verdicts += EvaluationRules.verdicts(
              EvaluationFacts(
                learned: learned, knownBefore: known, general: .init(base: 1, tuned: loss > 2 ? 0.5 : 1, count: count),
                baseGeneralLoss: 2, tunedGeneralLoss: loss, overGeneral: over, training: training))
          }
        }
      }
    }
    verdicts += MergeRules.verdicts(MergeFacts(lostShare: 3, dtype: "bfloat16"))
    let missing = Set(verdicts.flatMap { [$0.message, $0.remedy].compactMap { $0 } }).filter { text in
      Catalog.chinese.rendering(of: text) == text
    }
    #expect(Set(verdicts.map(\.code)).count >= 14)
    #expect(missing.isEmpty, "add to Chinese+Reports.swift:\n\(missing.sorted().joined(separator: "\n"))")
  }

  @Test func everyMessageOfThisModuleIsTranslated() {
    var missing: Set<String> = []
    var count = 0
    for source in Self.sources(below: Self.root + "Sources/Product/LorapipeCLI")
    where !source.name.contains("/Messages/") {
      let said = SwiftSource(source.text).literals.filter { $0.calls.last == "say" }.map(\.literal.template)
      for template in said where template.contains(where: \.isLetter) {
        count += 1
        if Catalog.chinese.translation(of: template) == nil { missing.insert(template) }
      }
    }
    #expect(count > 50)
    let list = missing.sorted().map { "= " + $0 }.joined(separator: "\n")
    #expect(missing.isEmpty, "add to Chinese+Running.swift:\n\(list)")
  }

  @Test func noTextIsTranslatedTwice() {
    var seen: Set<Substring> = []
    var twice: [Substring] = []
    for source in Self.sources(below: Self.root + "Sources/Product/LorapipeCLI/Messages") {
      for line in source.text.split(separator: "\n") {
        let line = line.drop { $0 == " " }
        if line.hasPrefix("= "), !seen.insert(line).inserted { twice.append(line) }
      }
    }
    #expect(twice.isEmpty, "\(twice.joined(separator: "\n"))")
    #expect(seen.count > 1000)
  }

  /// A translation may put values in another order, and must use each of them.
  @Test func everyPlaceholderIsUsedAndNoneIsInvented() {
    func numbers(_ text: String) -> Set<Int> {
      var found: Set<Int> = []
      for index in 0..<10 where text.contains("{\(index)}") { found.insert(index) }
      return found
    }
    for template in Catalog.chinese.templates {
      let translation = Catalog.chinese.translation(of: template) ?? ""
      #expect(numbers(template) == numbers(translation), "\(template)\n\(translation)")
    }
  }

  /// What another module made whole is taken apart again, whatever stands in its values.
  @Test func wholeTextsAreTakenApart() {
    for template in Catalog(wholeTexts: Chinese.wholeTexts).templates {
      let count = Catalog.pieces(of: template).count - 1
      let values = (0..<count).map { "v\($0)" }
      let text = Wording.fill(template, values)
      let expected = Wording.fill(Catalog.chinese.translation(of: template) ?? "", values, isSpaced: true)
      #expect(Catalog.chinese.rendering(of: text) == expected, "\(template)")
    }
    let text = "'ratio' of stage 'mixed' must be a ratio such as \"1:5\", not 5"
    #expect(Catalog.chinese.rendering(of: text) == "阶段 'mixed' 的 'ratio' 应该是 \"1:5\" 这样的比例，而不是 5")
    let either = "'targets' of stage 'train' must be a string or a list of strings, not a map"
    #expect(Catalog.chinese.rendering(of: either) == "阶段 'train' 的 'targets' 应该是字符串或字符串列表，而不是映射")
    // A stage may be called as a word of the catalog.
    #expect(Catalog.chinese.rendering(of: "there is no stage 'files'") == "没有阶段 'files'")
    #expect(Catalog.chinese.rendering(of: "nobody wrote this") == "nobody wrote this")
    #expect(Catalog.chinese.rendering(of: String(repeating: "x", count: 100_000)).count == 100_000)
  }

  /// A stage may be called as a word of the catalog. Where a person types its name, it stays; the same word in the sentence
  /// around it is translated.
  @Test(arguments: [
    ("run one first: lorapipe run --until tokens", "先运行：lorapipe run --until tokens"),
    ("'mixed' produces tokens: write data: tokens", "'mixed' 产出的就是分词结果（tokens）：写 data: tokens"),
    (
      "add the stage  tokens: { kind: tokenize, model: base, data: mixed }  and write data: tokens",
      "加上这个阶段  tokens: { kind: tokenize, model: base, data: mixed }  然后写 data: tokens"
    ),
    ("set it, or give a default: env: { base: … }", "设置它，或给一个默认值：env: { base: … }"),
    ("see its output: lorapipe logs report", "查看输出：lorapipe logs report"),
    ("turn it into a recipe: lorapipe import files -o base", "把它转换成配方：lorapipe import files -o base"),
    ("write model=…", "写成 model=…"),
    ("Write hf:a/b or modelscope:a/b.", "写成 hf:a/b 或 modelscope:a/b。"),
    ("row 1: has no column for the question: only 咨询, 客服", "第 1 条：没有问题列，只有 咨询, 客服"),
    ("'dtype' of stage 'merged' must be one of 'a', 'b', not 5", "阶段 'merged' 的 'dtype' 应该是 'a'、'b' 之一，而不是 5"),
    ("leave it out: no bias is trained", "不需要，删掉即可：不训练偏置"),
    // A stage's warning and its remedy are one text.
    (
      "'./qr.jsonl#20' asks for more than its 8 rows: some repeat. Ask for at most #8.",
      "'./qr.jsonl#20' 超过了它的 8 条：有些会重复。最多写 #8。"
    ),
    (
      "'batch_size' of stage 'train' must be an integer from 1 to 65536, not 2.5",
      "阶段 'train' 的 'batch_size' 应该是 1 到 65536 的整数，而不是 2.5"
    ),
    ("chosen rows have flaws: code-fences in 1 row, refusals in 24 rows", "选中的数据有问题：代码块没有结束（1 条）、拒绝回答（24 条）"),
    ("while parsing a flow mapping that began on line 6", "正在读一个写在 { } 里的映射（从第 6 行开始）"),
    ("name one of: tokens", "请写其中一个：tokens"), ("known keys are model, data", "可用的键：model, data"),
    ("columns not used: input", "没有用到的列：input"),
    (
      "write it in brackets: '[q_proj, v_proj]'", "写在方括号里：'[q_proj, v_proj]'"
    ),
    (
      "'lora.targets' of stage 'train' must be one of 'attention', 'mlp' or a list of these and of 'q_proj', 'k_proj' or a map, not 5",
      "阶段 'train' 的 'lora.targets' 应该是 'attention'、'mlp' 之一，或由它们和 'q_proj'、'k_proj' 组成的列表，或映射，而不是 5"
    ),
  ])
  func namesInCodeStayAsTheyAre(_ english: String, _ chinese: String) {
    #expect(Catalog.chinese.rendering(of: english) == chinese)
  }

  /// A stage's warning comes with its remedy behind it, as one text.
  @Test(arguments: [
    (
      "'./a.jsonl#20' asks for more than its 8 rows: some repeat. Ask for at most #8.",
      "'./a.jsonl#20' 超过了它的 8 条", "最多写 #8"
    ),
    (
      "the model would learn to write placeholders such as {{NAME}}: they are in 40 rows of the mix. Fill them first: a "
        + "stage  filled: { kind: substitute, data: FILE, values: { NAME: Grace } }  and domain: [filled].",
      "占位符", "请先替换"
    ),
    (
      "columns of 'a.jsonl' are not used: context. Write this in stage 'mixed': columns: { query: instruction, "
        + "context: input }.", "context。", "在阶段 'mixed' 里写上：columns: { query: instruction, context: input }。"
    ),
  ])
  func aMessageAndItsRemedyAreBothTranslated(_ english: String, _ message: String, _ remedy: String) {
    let chinese = Catalog.chinese.rendering(of: english)
    #expect(chinese.contains(message) && chinese.contains(remedy), "\(chinese)")
  }

  /// What a service tells a client that asks for Chinese.
  @Test func everyTextOfTheServiceIsTranslated() throws {
    var missing: Set<String> = []
    var count = 0
    func check(_ template: String, _ texts: [String]) {
      count += 1
      let isKnown =
        Catalog.chinese.translation(of: template) != nil
        || texts.allSatisfy { Catalog.chinese.rendering(of: $0) != $0 }
      if !isKnown { missing.insert(template) }
    }
    for folder in ["Serving", "HTTPService"] {
      for source in Self.sources(below: Self.root + "Sources/Product/" + folder) {
        let isPage = source.name.hasSuffix("DocsPage.swift")
        for found in SwiftSource(source.text).literals {
          let template = found.literal.template
          // What has no space is the name of a parameter.
          let isMessage =
            found.label.isEmpty && template.contains(" ") && ["APIError", ".invalid"].contains(found.calls.last)
          if isMessage || found.label == "instead" || isPage && found.calls.last == "text" {
            check(template, found.literal.texts)
          }
        }
        if source.name.hasSuffix("Routes.swift") {
          for found in source.text.matches(of: #/"(?:GET|POST)", "[^"]+",\s*"([^"]+)"/#) {
            check(String(found.output.1), [String(found.output.1)])
          }
        }
      }
    }
    // The beginning of the first is one of two texts; the end of the second was made by another module.
    missing.subtract(["{0}; to allow it, start the service with {1} {2}", "'{0}[{1}]' {2}"])
    #expect(count > 100)
    let list = missing.sorted().map { "= " + $0 }.joined(separator: "\n")
    #expect(missing.isEmpty, "add to Chinese+Service.swift:\n\(list)")
  }

  /// A wording that changed in the source leaves a translation behind that is never found again.
  @Test func everyTranslationHasItsSource() {
    let text = Self.sources(below: Self.root + "Sources").filter { !$0.name.contains("/Messages/Chinese") }
      .map {
        $0.text.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\").replacing(#/\\\n\s*/#, with: "")
          .replacing(#/"\s*\+\s*"/#, with: "")
      }.joined()
    let bytes = Array(text.utf8CString)
    // libyaml's own texts are in no source of the program.
    let libyaml = Set(Catalog(wholeTexts: Chinese.yamlErrors).templates)
    for template in Catalog(wholeTexts: Chinese.wholeTexts).templates where !libyaml.contains(template) {
      for piece in Catalog.pieces(of: template) where piece.count >= 24 && !Self.composed.contains(piece) {
        // At its ends a piece may belong to a value that the source puts in quotes, or before a colon, itself.
        let words = piece.drop { "': ".contains($0) }
        let isSaid = Self.contains(bytes, words)
        #expect(isSaid, "no source says '\(words)' of '\(template)'")
      }
    }
  }

  /// Bytes, since a search by characters takes minutes for all texts.
  /// - Parameter source: with a zero at its end.
  private static func contains(_ source: [CChar], _ words: Substring) -> Bool {
    source.withUnsafeBufferPointer { source in
      String(words).withCString { words in source.baseAddress.map { strstr($0, words) != nil } ?? false }
    }
  }

  /// The reference of the kinds, which `help KIND` and `help PARAMETER` print; the forms of the dashboard and the tables of
  /// reports show parts of it.
  @Test func everyTextOfTheReferenceIsTranslated() throws {
    var missing: Set<String> = []
    func check(_ text: String) {
      let isKnown = Catalog.chinese.translation(of: text) != nil || Catalog.chinese.rendering(of: text) != text
      if !text.isEmpty, !isKnown { missing.insert(text) }
    }
    func check(_ parameter: ParameterSpec) {
      check(parameter.help)
      parameter.type.objectMembers?.forEach { check($0) }
    }
    let registry = try Lorapipe.catalog.registry()
    for kind in registry.kinds {
      check(kind.summary)
      kind.inputs.forEach { check($0.help) }
      kind.parameters.forEach { check($0) }
      kind.metrics.forEach { check($0.help) }
    }
    let list = missing.sorted().map { "= " + $0 }.joined(separator: "\n")
    #expect(missing.isEmpty, "add to Chinese+Kinds.swift, Chinese+Metrics.swift or Chinese+Reference.swift:\n\(list)")
  }

  /// Words that are printed by their code: states, units and counted things.
  @Test func everyStateUnitAndCountedWordIsTranslated() {
    var templates = RunStatus.allCases.map(\.rawValue)
    for state in RecordedState.allCases { templates += [state.rawValue, "{0} \(state.rawValue)"] }
    var sources = ""
    for source in Self.sources(below: Self.root + "Sources") { sources += source.text }
    for found in sources.matches(of: #/plural\(.*?, "([a-z ]+)"\)/#) {
      templates += ["{0} \(found.output.1)", "{0} \(found.output.1)s"]
    }
    for found in sources.matches(of: #/\.progress\([^\n]*unit: "([a-z]+)s"/#) where found.output.1 != "byte" {
      templates += ["{0} \(found.output.1)s", "{0} a \(found.output.1)", "{0} \(found.output.1)s/s"]
    }
    #expect(templates.count > 40)
    let missing = Set(templates.filter { Catalog.chinese.translation(of: $0) == nil }).sorted()
    #expect(missing.isEmpty, "add to Chinese+Commands.swift:\n\(missing.joined(separator: "\n"))")
  }

  /// The errors that people meet first.
  @Test(arguments: ["recipe", "usage"]) func theErrorsOfTheSnapshotsAreTranslated(_ name: String) {
    let lines = Files.read(Self.root + "Tests/Fixtures/LorapipeCLI/errors/\(name).txt").split(separator: "\n")
    var untranslated: [String] = []
    for line in lines {
      guard let start = line.firstRange(of: "error: ") else { continue }
      let message = String(line[start.upperBound...])
      if Catalog.chinese.rendering(of: message) == message { untranslated.append(message) }
    }
    #expect(untranslated.isEmpty, "\(untranslated.joined(separator: "\n"))")
  }

  @Test func theLanguageComesFromTheOptionOrTheLocale() {
    func preferred(_ option: String?, _ variables: [String: String]) -> Language {
      Language.preferred(option: option) { variables[$0] }
    }
    #expect(preferred(nil, ["LANG": "zh_CN.UTF-8"]) == .chinese)
    #expect(preferred("auto", ["LANG": "zh_CN.UTF-8"]) == .chinese)
    #expect(preferred("en", ["LANG": "zh_CN.UTF-8"]) == .english)
    // The error about such a value is in the language that was meant.
    #expect(preferred("cn", ["LANG": "C"]) == .chinese)
    #expect(preferred("zh", ["LANG": "C"]) == .chinese)
    #expect(preferred(nil, ["LC_ALL": "C", "LANG": "zh_CN.UTF-8"]) == .english)
    #expect(preferred(nil, ["LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_US.UTF-8"]) == .chinese)
    #expect(preferred(nil, [:]) == .english)
  }

  @Test func theProgramSpeaksChineseToPeopleAndEnglishToPrograms() throws {
    let program = try Program()
    defer { program.remove() }
    let overview = program.run("--lang zh help").output
    #expect(overview.contains("用法：lorapipe 命令 [选项]") && overview.contains("运行配方"), "\(overview)")
    for line in overview.split(separator: "\n") { #expect(String(line).displayWidth <= 100, "\(line)") }
    #expect(program.run("help run --lang zh").output.contains("选项："))
    #expect(program.run("rnu --lang=zh").error.contains("错误: 没有命令 'rnu'"))
    #expect(program.run("--lang xx help").status == 2)
    program.write("recipes/bad.yaml", "name: bad\nstages:\n  a: { kind: mix, ratoi: 1 }\n")
    let lint = program.run("lint bad --lang zh")
    #expect(lint.status == 2 && (lint.output + lint.error).contains("没有键 'ratoi'"), "\(lint.error)")
    program.write(
      "recipes/good.yaml",
      "name: good\nstages:\n  filled: { kind: substitute, data: ./rows.jsonl, values: { NAME: Pip } }\n")
    program.write("recipes/rows.jsonl", "{\"query\": \"a\", \"response\": \"I am {{NAME}}\"}\n")
    #expect(program.run("plan good --lang zh").output.contains("从未运行过"))
    let run = program.run("run good --lang zh")
    #expect(run.output.contains("完成") && run.output.contains("运行了 1 个阶段"), "\(run.output)")
    let json = program.run("show --json --lang zh").output
    #expect(json.unicodeScalars.allSatisfy { !(0x4E00...0x9FFF).contains($0.value) })
  }
}
