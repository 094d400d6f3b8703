import Conversations
import HTTPService
public import JSON

/// What a reply has to look like.
public enum OutputFormat: Sendable, Hashable {
  case text
  /// Any JSON object.
  case jsonObject
  /// JSON that a schema accepts.
  case schema(JSONValue)
  /// One of some texts.
  case choice([String])
  /// Calls of offered functions: of this one, or of any.
  case toolCall(String?)
}

/// Members of a request that say what the reply looks like and which functions it may call.
extension Router {
  /// `response_format` of OpenAI's, `guided_json` and `structured_outputs` of vLLM's and `json_schema` of llama.cpp's API
  /// say the same thing.
  static func outputFormat(_ fields: RequestFields) throws -> OutputFormat {
    var formats: [(name: String, format: OutputFormat)] = []
    if let value = fields.value("response_format") {
      formats.append(("response_format", try responseFormat(value)))
    }
    for name in ["guided_json", "json_schema"] {
      if let value = fields.value(name) { formats.append((name, .schema(try schema(value, name)))) }
    }
    if let value = fields.value("guided_choice") {
      formats.append(("guided_choice", try choice(value, "guided_choice")))
    }
    if let value = fields.value("structured_outputs") {
      formats.append(("structured_outputs", try structuredOutputs(value)))
    }
    let asked = formats.filter { $0.format != .text }
    guard asked.count < 2 else {
      throw APIError.invalid(
        "'\(asked[0].name)' and '\(asked[1].name)' both say what the reply looks like", asked[1].name)
    }
    return asked.first?.format ?? .text
  }

  private static func responseFormat(_ value: JSONValue) throws -> OutputFormat {
    let name = "response_format"
    guard let type = value["type"]?.stringValue else {
      throw APIError.invalid("'\(name)' must be an object with a 'type'", name)
    }
    switch type {
    case "text": return .text
    case "json_object":
      // llama.cpp takes the schema here.
      return try value["schema"].map { .schema(try schema($0, name)) } ?? .jsonObject
    case "json_schema":
      guard let inner = value["json_schema"], let given = inner["schema"] ?? value["schema"] else {
        throw APIError.invalid("'\(name)' needs 'json_schema' with a 'schema'", name)
      }
      return .schema(try schema(given, name))
    default:
      throw APIError.invalid(
        "'\(name)' of type '\(type.prefix(40))' is not offered; 'text', 'json_object' and 'json_schema' are", name,
        code: "unsupported_parameter")
    }
  }

  private static func structuredOutputs(_ value: JSONValue) throws -> OutputFormat {
    let name = "structured_outputs"
    guard let object = value.objectValue else { throw APIError.invalid("'\(name)' must be an object", name) }
    var formats: [OutputFormat] = []
    for (key, value) in object where !value.isNull {
      switch key {
      case "json": formats.append(.schema(try schema(value, name)))
      case "choice": formats.append(try choice(value, name))
      case "json_object":
        guard let isOn = value.boolValue else {
          throw APIError.invalid("'json_object' of '\(name)' must be true or false", name)
        }
        if isOn { formats.append(.jsonObject) }
      case "disable_fallback", "disable_any_whitespace", "whitespace_pattern": break
      default:
        throw APIError.invalid(
          "'\(key.prefix(40))' of '\(name)' is not offered; 'json', 'json_object' and 'choice' are", name,
          code: "unsupported_parameter")
      }
    }
    guard formats.count < 2 else {
      throw APIError.invalid("'\(name)' says in more than one way what the reply looks like", name)
    }
    return formats.first ?? .text
  }

  private static func choice(_ value: JSONValue, _ name: String) throws -> OutputFormat {
    let texts = (value.arrayValue ?? []).compactMap(\.stringValue)
    guard !texts.isEmpty, texts.count == value.arrayValue?.count, texts.count <= 1000, !texts.contains("") else {
      throw APIError.invalid("'\(name)' must be a list of at most 1000 texts", name)
    }
    return .choice(texts)
  }

  /// A schema as an object, or as JSON text, as vLLM takes it too.
  private static func schema(_ value: JSONValue, _ name: String) throws -> JSONValue {
    var schema = value
    if let text = value.stringValue {
      do throws(JSONParseError) {
        schema = try JSONValue(parsing: text.utf8, maximumDepth: 64, rejectsDuplicateKeys: true, keepsNumerals: true)
      } catch {
        throw APIError.invalid("'\(name)' must hold a JSON schema: \(error.message)", name)
      }
    }
    guard schema.objectValue != nil || schema == true else {
      throw APIError.invalid("'\(name)' must hold a JSON schema", name)
    }
    return schema
  }

  // MARK: - Tools

  struct ToolChoice {
    var tools: [JSONValue] = []
    /// A call that must come, of this function or of any.
    var format: OutputFormat?
  }

  /// - Throws: `APIError` 400 for tools without a name, and a choice that is none of OpenAI's.
  static func toolChoice(_ fields: RequestFields) throws -> ToolChoice {
    var tools: [JSONValue] = []
    if let value = fields.value("tools") {
      guard let list = value.arrayValue else { throw APIError.invalid("'tools' must be a list", "tools") }
      tools = list
    }
    var names: Set<String> = []
    for (index, tool) in tools.enumerated() {
      guard tool["type"]?.stringValue ?? "function" == "function", let name = tool["function"]?["name"]?.stringValue,
        !name.isEmpty, names.insert(name).inserted
      else {
        throw APIError.invalid("'tools[\(index)]' must be a function with a 'name' of its own", "tools")
      }
      if let parameters = tool["function"]?["parameters"], !parameters.isNull, parameters.objectValue == nil {
        throw APIError.invalid("'tools[\(index)].function.parameters' must be a JSON schema", "tools")
      }
    }
    guard let choice = fields.value("tool_choice") else { return ToolChoice(tools: tools) }
    if let word = choice.stringValue {
      switch word {
      case "auto": return ToolChoice(tools: tools)
      // Tools that are not shown are not called.
      case "none": return ToolChoice()
      case "required":
        guard !tools.isEmpty else { throw APIError.invalid("'tool_choice' needs 'tools'", "tool_choice") }
        return ToolChoice(tools: tools, format: .toolCall(nil))
      default: break
      }
    } else if let name = choice["function"]?["name"]?.stringValue {
      guard names.contains(name) else {
        throw APIError.invalid("'tool_choice' names a function that is not among 'tools'", "tool_choice")
      }
      return ToolChoice(tools: tools, format: .toolCall(name))
    }
    throw APIError.invalid(
      "'tool_choice' must be 'auto', 'none', 'required' or {\"type\": \"function\", \"function\": {\"name\": …}}",
      "tool_choice")
  }
}
