public import Conversations
public import Diagnostics
public import JSON
public import Platform

/// What can be said of a dataset by reading it: figures, and findings for each point of quality that can be checked.
public struct DatasetReport: Sendable {
  public struct Finding: Sendable, Hashable {
    public enum Level: String, Sendable, Hashable {
      case pass, note, warning, error
    }

    /// Which point was checked.
    public var code: String
    public var level: Level
    /// One sentence.
    public var message: String
    public var remedy: String?
    /// A few rows that show it, as `RowPlace` writes them.
    public var examples: [String]
    /// How many rows have it; 0 where it is not about single rows.
    public var rows = 0
    /// All of them, as far as they are not very many.
    public var places: [String] = []

    /// What stopped the reading of a file.
    public init(_ error: Diagnostic) {
      let place = (error.location?.file).map { file in error.location?.line.map { "\(file):\($0)" } ?? file }
      self.init(
        code: error.code, level: .error, message: error.message, remedy: error.remedy,
        examples: place.map { [$0] } ?? [])
    }

    public init(
      code: String, level: Level, message: String, remedy: String? = nil, examples: [String], rows: Int = 0,
      places: [String] = []
    ) {
      self.code = code
      self.level = level
      self.message = message
      self.remedy = remedy
      self.examples = examples
      self.rows = rows
      self.places = places
    }

    /// - Parameter file: the file it is about, where several were looked at.
    public func json(file: String? = nil) -> JSONValue {
      var entry = JSONObject()
      if let file { entry["file"] = .string(file) }
      entry["code"] = .string(code)
      entry["level"] = .string(level.rawValue)
      entry["message"] = .string(message)
      if let remedy { entry["remedy"] = .string(remedy) }
      if rows > 0 { entry["rows"] = .integer(Int64(rows)) }
      if !places.isEmpty { entry["places"] = .array(places.map { .string($0) }) }
      if !examples.isEmpty { entry["examples"] = .array(examples.map { .string($0) }) }
      return .object(entry)
    }
  }

  /// How many rows a mix took from where.
  public struct MixFigures: Sendable, Hashable {
    public var train: Int
    public var validation: Int
    public var domain: Int
    public var general: Int

    init(_ selection: DatasetSelection) {
      train = selection.train.count
      validation = selection.validation.count
      let chosen = selection.train + selection.validation
      domain = chosen.count { selection.sources[$0.source].role == .domain }
      general = chosen.count - domain
    }

    /// Rows of general data to one of the domain; `nil` without domain rows.
    public var ratio: Double? { domain > 0 ? Double(general) / Double(domain) : nil }
  }

  public var files: [String]
  public var leftOut: [String]
  public var unread: [UnreadFile] = []
  /// Rows in the files, unreadable ones included.
  public var rows: Int
  public var badRows: Int
  /// What is wrong with them, equal problems together.
  public var problems: [Diagnostic]
  public var shapes: [RowShape: Int]
  /// Sets of columns, with the rows that have them, the commonest first.
  public var columns: [(names: [String], rows: Int)]
  /// Columns that no conversation shows, with the number of rows where they hold something, the commonest first.
  public var unusedColumns: [(name: String, rows: Int)]
  /// Columns that pick the values of the rows' placeholders.
  public var tagColumns: [String]
  public var turns: Int
  public var systemPrompts: Int
  public var lengths: LengthSummary
  public var answerLengths: LengthSummary
  public var languages: [RowLanguage: Int]
  public var duplicates: Int
  public var findings: [Finding]
  /// Set when the rows are those of a mix.
  public var mix: MixFigures?

  /// Whether any finding is an error.
  public var hasErrors: Bool { findings.contains { $0.level == .error } }

  /// Reads everything once.
  /// - Throws: `Diagnostic` only for what stops reading; bad rows are findings.
  /// - Parameters:
  ///   - probes: questions that an evaluation asks, to be told when they are among the rows.
  ///   - filled: names that recipes fill in these rows.
  ///   - check: what a model's chat template makes of a conversation; what it throws is a finding.
  public init(
    _ files: DatasetFiles, probes: [String] = [], filled: [String] = [],
    check: ((Conversation) throws -> RenderedRow?)? = nil
  ) throws {
    var survey = DatasetSurvey(probes: probes, filled: filled)
    survey.check = check
    survey.reading = files.reading
    for file in files.files {
      let reader = try files.reader(file)
      while let record = try reader.next() { survey.add(record, file: file) }
    }
    self.init(survey, files: files.files.map(\.label))
    leftOut = files.leftOut
    unread = files.unread
  }

  /// The rows that a mix chose, both sides of its split.
  /// - Parameter path: where a source's file or folder lies, by digest.
  /// - Throws: `Diagnostic` when a source is not there, or is not what was chosen from.
  public init(
    _ selection: DatasetSelection, path: (Digest) throws -> String, probes: [String] = [],
    check: ((Conversation) throws -> RenderedRow?)? = nil
  ) throws {
    var survey = DatasetSurvey(probes: probes)
    survey.check = check
    for split in DatasetSelection.Split.allCases {
      for row in try selection.rows(split, path: path) { survey.add(row, side: split) }
    }
    self.init(survey, files: [])
    mix = MixFigures(selection)
  }

  private init(_ survey: DatasetSurvey, files: [String]) {
    var survey = survey
    survey.inspection.finish()
    self.files = files
    leftOut = []
    rows = survey.rows
    badRows = survey.badRows
    problems = survey.problems.diagnostics
    let tags = survey.inspection.hasPlaceholders ? survey.tags.names : []
    tagColumns = tags
    unusedColumns = survey.unusedColumns.filter { !tags.contains($0.key) }.map { ($0.key, $0.value) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    shapes = survey.shapes
    columns = survey.columns.map { ($0.key, $0.value) }.sorted { left, right in
      left.1 != right.1 ? left.1 > right.1 : left.0.lexicographicallyPrecedes(right.0)
    }.map { (names: $0.0, rows: $0.1) }
    turns = survey.turns
    systemPrompts = survey.systemPrompts
    lengths = LengthSummary(survey.lengths)
    answerLengths = LengthSummary(survey.answerLengths)
    languages = survey.languages
    duplicates = survey.duplicates.count
    findings = []
    findings = allFindings(survey)
    if rows > badRows { findings += survey.inspection.findings }
  }

  /// What only a look at several files together shows: rows of one that resemble those of another, their shares, and
  /// questions that measure and are learned.
  /// - Parameter asked: the questions that measure. Those of files named for an evaluation split, such as `test.jsonl`, are
  ///   added, and their rows count as none to learn from.
  /// - Throws: `Diagnostic` only for what stops reading.
  public static func findings(across files: DatasetFiles, asked: [AskedQuestion] = []) throws -> [Finding] {
    var survey = DatasetSurvey(probes: [])
    var asked = asked
    let measuring = files.files.filter(\.isEvaluationSplit)
    let isSplit = measuring.count < files.files.count
    for file in isSplit ? measuring : [] {
      let reader = try files.reader(file)
      while let record = try reader.next() {
        guard case .row(let row) = record, let mapped = try? Conversation.mapping(row.fields) else { continue }
        let place = RowPlace(file, row)
        asked += mapped.conversation.messages.filter { $0.role == "user" }.map { AskedQuestion($0.text, at: place) }
      }
    }
    if !asked.isEmpty { survey.leaks = LeakedQuestions(asked) }
    for file in files.files {
      let reader = try files.reader(file)
      survey.learns = !(isSplit && file.isEvaluationSplit)
      while let record = try reader.next() { survey.add(record, file: file) }
    }
    survey.inspection.finish()
    return survey.inspection.findingsAcross + (survey.leaks.map { [$0.finding] } ?? [])
  }

  /// A number of rows, for messages.
  static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

  public var json: JSONValue {
    var object = JSONObject()
    object["files"] = .array(files.map { .string($0) })
    if let mix {
      object["mix"] = [
        "train": .integer(Int64(mix.train)), "validation": .integer(Int64(mix.validation)),
        "domain": .integer(Int64(mix.domain)), "general": .integer(Int64(mix.general)),
        "ratio": mix.ratio.map { .number($0) } ?? .null,
      ]
    }
    if !leftOut.isEmpty { object["left_out"] = .array(leftOut.map { .string($0) }) }
    object["rows"] = .integer(Int64(rows))
    object["bad_rows"] = .integer(Int64(badRows))
    object["shapes"] = .object(
      JSONObject(RowShape.allCases.compactMap { shape in shapes[shape].map { (shape.rawValue, .integer(Int64($0))) } }))
    object["columns"] = .array(
      columns.prefix(8).map { ["names": .array($0.names.map { .string($0) }), "rows": .integer(Int64($0.rows))] })
    object["unused_columns"] = .object(JSONObject(unusedColumns.map { ($0.name, .integer(Int64($0.rows))) }))
    object["turns"] = .integer(Int64(turns))
    object["system_prompts"] = .integer(Int64(systemPrompts))
    object["languages"] = .object(
      JSONObject(RowLanguage.allCases.map { ($0.rawValue, .integer(Int64(languages[$0] ?? 0))) }))
    object["lengths"] = lengths.json
    object["answer_lengths"] = answerLengths.json
    object["duplicates"] = .integer(Int64(duplicates))
    object["findings"] = .array(findings.map { $0.json() })
    return .object(object)
  }
}

/// What a model's chat template made of a row.
public struct RenderedRow: Sendable, Hashable {
  public var tokens: Int
  /// Tokens that are learned.
  public var labels: Int
  /// Whether the end of the last answer is learned when the row is cut at the longest length.
  public var learnsEnd: Bool
  /// Whether the row is longer than the longest length.
  public var isLong: Bool

  public init(tokens: Int, labels: Int, learnsEnd: Bool, isLong: Bool) {
    self.tokens = tokens
    self.labels = labels
    self.learnsEnd = learnsEnd
    self.isLong = isLong
  }
}

/// What is gathered while reading for a report.
struct DatasetSurvey {
  /// Rules that look into the texts.
  var inspection: Inspection

  init(probes: [String], filled: [String] = []) { inspection = Inspection(probes: probes, filled: filled) }

  var rows = 0
  var problems = RowProblems()
  /// What a model's chat template makes of a conversation, and what it refuses.
  var check: ((Conversation) throws -> RenderedRow?)?
  var refused = RowProblems()
  var lengthsInTokens: [Int] = []
  var long = FoundRows()
  var unended = FoundRows()
  var unlabeled = FoundRows()
  var badRows: Int { problems.count }
  var unusedColumns: [String: Int] = [:]
  /// Rows with columns that would tell the model something.
  var telling = TellingRows()
  /// How the files are read.
  var reading = ReadingOptions()
  var tags = TagColumns()
  /// Questions that measure, which no row to learn from should ask.
  var leaks: LeakedQuestions?
  /// Whether the rows that come are to be learned from.
  var learns = true
  var shapes: [RowShape: Int] = [:]
  var columns: [[String]: Int] = [:]
  /// The shape that rows of a set of columns have.
  var shapesOfColumns: [[String]: RowShape] = [:]
  var turns = 0
  var systemPrompts = 0
  var lengths: [Int] = []
  var answerLengths: [Int] = []
  var languages: [RowLanguage: Int] = [:]
  var minorityExamples: [RowLanguage: [String]] = [:]
  var duplicates: [String] = []
  var contradictions: [String] = []
  var nearEmptyAnswers: [String] = []
  /// Rows with a role that `MessageRole` does not know, and those roles.
  var oddRoles: [String] = []
  var oddRoleNames: Set<String> = []
  var longest: (characters: Int, place: String) = (0, "")
  private var seen = Set<RowFingerprint>()
  private var questions = Set<RowFingerprint>()

  mutating func add(_ record: DatasetRecord, file: DatasetFiles.File) {
    rows += 1
    switch record {
    case .bad(let number, let diagnostic): problems.add(diagnostic, row: number)
    case .row(let row):
      columns[row.fields.keys, default: 0] += 1
      do throws(RowProblem) {
        let mapped = try Conversation.mapping(row.fields)
        shapes[mapped.shape, default: 0] += 1
        shapesOfColumns[row.fields.keys] = mapped.shape
        for column in mapped.unusedColumns {
          unusedColumns[column, default: 0] += 1
          tags.add(column, row.fields[column])
        }
        telling.add(row.fields, unused: mapped.unusedColumns)
        let place = RowPlace(file, row)
        if learns { leaks?.look(mapped.conversation, place: place) }
        add(mapped.conversation, place: place.text)
        inspection.add(
          InspectedRow(conversation: mapped.conversation, place: place, source: file.label, side: nil))
        ask(mapped.conversation, place)
      } catch {
        problems.add(error.diagnostic(file: file.label, line: row.line, row: row.number, reading), row: row.number)
      }
    }
  }

  /// A row that a mix chose: its columns are no longer known.
  mutating func add(_ row: SelectedRow, side: DatasetSelection.Split) {
    rows += 1
    shapes[.messages, default: 0] += 1
    columns[["messages"], default: 0] += 1
    let place = RowPlace(row.provenance)
    add(row.conversation, place: place.text)
    inspection.add(
      InspectedRow(conversation: row.conversation, place: place, source: row.provenance.source, side: side))
    ask(row.conversation, place)
  }

  private mutating func ask(_ conversation: Conversation, _ place: RowPlace) {
    do {
      guard let row = try check?(conversation) else { return }
      lengthsInTokens.append(row.tokens)
      if row.labels == 0 { unlabeled.add(place.text) }
      if row.isLong { long.add(place.text, "\(row.tokens) tokens") }
      if row.isLong, !row.learnsEnd { unended.add(place.text) }
    } catch {
      var problem = error as? Diagnostic ?? Diagnostic(code: "refused", "\(error)")
      problem.message = "row \(place.row): \(problem.message)"
      problem.location = SourceLocation(file: place.file, line: place.line)
      refused.add(problem, row: place.row)
    }
  }

  private mutating func add(_ conversation: Conversation, place: String) {
    let characters = conversation.characterCount
    lengths.append(characters)
    if characters > longest.characters { longest = (characters, place) }
    let language = RowLanguage(conversation)
    languages[language, default: 0] += 1
    if minorityExamples[language, default: []].count < 5 { minorityExamples[language, default: []].append(place) }
    if conversation.messages.first?.role == "system" { systemPrompts += 1 }
    let odd = conversation.messages.map(\.role).filter { MessageRole.standard($0) == nil }
    if !odd.isEmpty {
      oddRoles.append(place)
      if oddRoleNames.count < 100 { oddRoleNames.formUnion(odd) }
    }
    var isNearEmpty = false
    for message in conversation.messages where message.role == "assistant" {
      turns += 1
      let count = message.text.unicodeScalars.count
      answerLengths.append(count)
      // One character can be a whole answer ("猫", "7"), but not without a letter or digit.
      if message.toolCalls.isEmpty, !message.text.contains(where: { $0.isLetter || $0.isNumber }) {
        isNearEmpty = true
      }
    }
    if isNearEmpty { nearEmptyAnswers.append(place) }
    if !seen.insert(RowFingerprint(conversation)).inserted {
      duplicates.append(place)
      return
    }
    var question = conversation
    while question.messages.last?.role == "assistant" { question.messages.removeLast() }
    if !questions.insert(RowFingerprint(question)).inserted { contradictions.append(place) }
  }
}
