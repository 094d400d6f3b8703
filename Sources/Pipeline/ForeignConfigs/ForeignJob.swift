import Diagnostics
public import JSON
public import Recipes

/// One setting of a foreign configuration, as the user wrote it.
public struct ForeignSetting: Sendable, Hashable {
  public var key: String
  public var value: JSONValue
  /// 1-based line in the job's file.
  public var line: Int

  public init(_ key: String, _ value: JSONValue, line: Int) {
    self.key = key
    self.value = value
    self.line = line
  }
}

/// One training job of another tool, before anything is translated.
public struct ForeignJob: Sendable {
  public var tool: ForeignTool
  /// The file as the user named it.
  public var file: String
  public var settings: [ForeignSetting]
  /// Datasets by their short names, for tools that keep such a table (LLaMA-Factory's dataset_info.json).
  public var datasetTable: JSONObject
  /// What the file holds besides this job, and what of the job is no setting.
  public var notes: [String] = []

  public init(tool: ForeignTool, file: String, settings: [ForeignSetting], datasetTable: JSONObject = JSONObject()) {
    self.tool = tool
    self.file = file
    self.settings = settings
    self.datasetTable = datasetTable
  }

  func setting(_ key: String) -> ForeignSetting? { settings.last { $0.key == key && !$0.value.isUnset } }

  func value(_ keys: String...) -> JSONValue? {
    for key in keys { if let found = setting(key) { return found.value } }
    return nil
  }

  func text(_ keys: String...) -> String? {
    for key in keys { if let found = setting(key)?.value.settingText { return found } }
    return nil
  }

  func error(_ code: String, _ message: String, at setting: ForeignSetting? = nil, remedy: String? = nil) -> Diagnostic
  {
    Diagnostic(
      code: code, message, remedy: remedy, location: SourceLocation(file: file, line: setting.map(\.line)))
  }
}

extension JSONValue {
  /// Whether the value says "not set": null, empty text, an empty list, or one of Python's words for it.
  var isUnset: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty || text == "null" || text == "None"
    case .array(let list): list.isEmpty
    case .object(let object): object.isEmpty
    default: false
    }
  }

  /// Whether the value switches its setting off: unset, false, zero, or a word that says so.
  var isOff: Bool {
    if isUnset { return true }
    switch self {
    case .bool(let value): return !value
    case .integer(let value): return value == 0
    case .number(let value): return value == 0
    case .string(let text):
      return ["false", "no", "off", "none", "disabled"].contains(text.lowercased()) || settingNumber == 0
    default: return false
    }
  }

  var isOn: Bool { !isOff }

  /// This value if JSON spells it like `text`, else the text.
  func spelled(_ text: String) -> JSONValue { self.text() == text ? self : .string(text) }

  /// A finite number, also when the file spells it as text.
  var settingNumber: Double? {
    let number = doubleValue ?? stringValue.flatMap { Double($0) }
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// A scalar as text; `nil` for lists and maps.
  var settingText: String? {
    switch self {
    case .string(let text): text
    case .array(let list) where list.count == 1: list[0].settingText
    case .bool, .integer, .numeral, .number: text()
    default: nil
    }
  }

  /// A list as its texts; a scalar is a list of one.
  var settingTexts: [String] {
    switch self {
    case .array(let list): list.compactMap(\.settingText)
    default: settingText.map { [$0] } ?? []
    }
  }
}
