import JSON
import PipelineEngine

/// What the machine could do instead, as people and programs read it.
enum AlternativeText {
  static func text(_ alternative: Alternative) -> String {
    let time = Quantity.forecast(alternative.seconds)
    let memory = Quantity.bytes(UInt64(clamping: alternative.memory))
    switch alternative.change {
    case .steps(let count, let all):
      return say("\(count) of the \(all) steps take \(time): write max_steps: \(count)")
    case .rows(let count, let all):
      let (some, whole) = (Quantity.count(count), Quantity.count(all))
      return say("\(some) of the \(whole) rows take \(time): write '#N' behind the sources of mix to use fewer")
    case .lastLayers(let count, let all):
      return say(
        "an adapter on the last \(count) of \(all) layers takes \(time) and \(memory) of memory: write lora: { layers: { last: \(count) } }"
      )
    case .model(let name):
      return say("the smaller base \(name) takes \(time) and \(memory) of memory for the same rows")
    }
  }

  static func json(_ alternative: Alternative) -> JSONValue {
    var object = JSONObject()
    switch alternative.change {
    case .steps(let count, let all):
      (object["max_steps"], object["of"]) = (.integer(Int64(count)), .integer(Int64(all)))
    case .rows(let count, let all): (object["rows"], object["of"]) = (.integer(Int64(count)), .integer(Int64(all)))
    case .lastLayers(let count, let all):
      (object["last_layers"], object["of"]) = (.integer(Int64(count)), .integer(Int64(all)))
    case .model(let name): object["model"] = .string(name)
    }
    object["seconds"] = .number(alternative.seconds)
    object["memory_bytes"] = .integer(alternative.memory)
    return .object(object)
  }
}
