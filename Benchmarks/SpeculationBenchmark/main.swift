// Replies of one model with and without speculative decoding, in turns, through the service. Started by speculation.sh.
//
//   SpeculationBenchmark MODEL [--rounds N] [--tokens N] [--threads N] [--json]
//
// Prints tokens per second of each kind of task, the ratio, and how many draft tokens were accepted. The replies must be
// equal; if any differs, the exit status is 1.
import BenchmarkSupport
import Glibc
import HTTPService
import Inference
import JSON
import Platform
import Serving
import Synchronization

let arguments = BenchmarkArguments(flags: ["json"])

/// Holds an answer until it is whole.
final class WholeAnswer: ResponseSink {
  private let signal = Signal()
  private let response = Mutex<HTTPResponse?>(nil)

  func respond(_ response: HTTPResponse) {
    self.response.withLock { $0 = response }
    signal.raise()
  }
  func begin(status: Int, contentType: String) {}
  func send(_ bytes: [UInt8]) {}
  func end() {}
  var isGone: Bool { false }

  func wait() throws -> JSONValue {
    while true {
      if let response = response.withLock({ $0 }) { return try JSONValue(parsing: response.body) }
      signal.wait(milliseconds: 1000)
    }
  }
}

let passage = """
  The harbor of Lindau lies on an island in the eastern part of Lake Constance. Its entrance is guarded by a lighthouse \
  of thirty-three meters on one side and by a stone lion of six meters on the other. Both were built in 1856, when the \
  railway reached the town and steamers began to cross the lake on a timetable. The lighthouse has a clock in its tower, \
  which is unusual, so that passengers could see whether they were late. The lion looks toward Austria and Switzerland, \
  and a local story says that it counts the ships that leave and waits for the last of them to return. In winter, the \
  water level falls by more than a meter, and the harbor master moves the smaller boats to the deeper basin behind the \
  customs house. Fishermen still sell whitefish and perch from their sheds on the north shore every morning except \
  Sunday, and the price is written in chalk on a board beside the door.
  """

let code = """
  def load_orders(path, limit=None):
      orders = []
      with open(path, encoding="utf-8") as file:
          reader = csv.DictReader(file)
          for number, row in enumerate(reader, start=2):
              if limit is not None and len(orders) >= limit:
                  break
              try:
                  amount = Decimal(row["amount"])
              except InvalidOperation:
                  raise ValueError(f"{path}:{number}: not an amount: {row['amount']}")
              if amount <= 0:
                  continue
              orders.append({
                  "id": int(row["id"]),
                  "customer": row["customer"].strip(),
                  "amount": amount,
                  "date": datetime.strptime(row["date"], "%Y-%m-%d").date(),
              })
      orders.sort(key=lambda order: (order["date"], order["id"]))
      return orders
  """

let records = (0..<8).map { index in
  let (names, cities) = (
    ["Ada Ray", "Bo Lindqvist", "Chen Wei", "Dora Maar"], ["Lisbon", "Uppsala", "Chengdu", "Tours"]
  )
  return "\(names[index % 4]), born \(1950 + index * 3), lives in \(cities[(index * 3) % 4])"
}.joined(separator: "\n")

let schema: JSONValue = [
  "type": "array", "minItems": 8, "maxItems": 8,
  "items": [
    "type": "object",
    "properties": ["name": ["type": "string"], "born": ["type": "integer"], "city": ["type": "string"]],
    "required": ["name", "born", "city"], "additionalProperties": false,
  ],
]

/// A kind of task: the request's message, and other members.
let tasks: [(name: String, message: String, extra: [(String, JSONValue)])] = [
  ("quoting", "Repeat the following text word for word.\n\n\(passage)", [("temperature", 0)]),
  (
    "quoting, sampled", "Repeat the following text word for word.\n\n\(passage)",
    [("temperature", 0.7), ("top_p", 0.9), ("seed", 3)]
  ),
  (
    "code edit", "Rename the variable 'orders' to 'found' and print the whole function again.\n\n```python\n\(code)```",
    [("temperature", 0)]
  ),
  (
    "JSON", "Write these people as a JSON array of objects with name, born and city.\n\n\(records)",
    [
      ("temperature", 0),
      ("response_format", ["type": "json_schema", "json_schema": ["name": "people", "schema": schema]]),
    ]
  ),
  (
    "free text, sampled", "Write a short story about a lighthouse keeper who learns to play the cello.",
    [("temperature", 0.9), ("top_p", 0.95), ("seed", 11), ("ignore_eos", true)]
  ),
  (
    "free text, greedy", "Explain how a violin, a clarinet and a drum make their sound, and how they differ.",
    [("temperature", 0), ("ignore_eos", true)]
  ),
  ("four quotes at once", "Repeat the following text word for word.\n\n\(passage)", [("temperature", 0), ("n", 4)]),
  (
    "four free texts at once", "Write a short story about a lighthouse keeper who learns to play the cello.",
    [("temperature", 0.9), ("top_p", 0.95), ("seed", 5), ("n", 4), ("ignore_eos", true)]
  ),
]

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(width - text.count, 0))
}

func short(_ value: Double, _ digits: Double) -> String { String((value * digits).rounded() / digits) }

let rounds = max(arguments.integer("rounds") ?? 3, 1)
let tokens = max(arguments.integer("tokens") ?? 192, 2)
let threads = arguments.integer("threads") ?? 2
let wantsJSON = arguments.has("json")

do {
  guard let path = arguments.words.first else {
    quit("usage: SpeculationBenchmark MODEL [--rounds N] [--tokens N] [--threads N] [--json]")
  }
  let chat = try ChatModel.open(path, threads: threads)
  let services = try [Speculation.off, .auto].map { speculation in
    try Service(
      ServiceDescriptor(name: "model", modelPath: path, contextLength: 2048), chat: chat,
      options: ServiceOptions(threads: threads, speculation: speculation))
  }

  func ask(_ service: Service, _ message: String, _ extra: [(String, JSONValue)], _ tokens: Int) throws -> JSONValue {
    var object = JSONObject([
      ("messages", [["role": "user", "content": .string(message)]]), ("max_tokens", .integer(Int64(tokens))),
    ])
    for (name, value) in extra { object[name] = value }
    let sink = WholeAnswer()
    service.handle(
      HTTPRequest(method: "POST", path: "/v1/chat/completions", body: JSONValue.object(object).bytes(), client: "a"),
      sink)
    return try sink.wait()
  }

  var lines: [JSONValue] = []
  var differs = false
  if !wantsJSON {
    print(padded("task", 26) + "off      auto     tokens/s   auto ÷ off       accepted of proposed")
  }
  for task in tasks {
    var rates: [[Double]] = [[], []]
    var texts: [JSONValue] = [.null, .null]
    var (accepted, proposed) = (0, 0)
    for round in 0..<rounds {
      // Turns are taken in both orders, because a machine drifts.
      for side in round % 2 == 0 ? [0, 1] : [1, 0] {
        // The prompt is in the KV cache before the clock starts.
        _ = try ask(services[side], task.message, task.extra, 1)
        let start = SystemClock.monotonic()
        let answer = try ask(services[side], task.message, task.extra, tokens)
        let seconds = SystemClock.monotonic() - start
        guard let usage = answer["usage"], let count = usage["completion_tokens"]?.intValue else {
          complain("\(task.name): \(answer.text())")
          exit(1)
        }
        rates[side].append(Double(count) / seconds)
        texts[side] = .array((answer["choices"]?.arrayValue ?? []).map { $0["message"]?["content"] ?? .null })
        guard side == 1, let details = usage["completion_tokens_details"] else { continue }
        let right = details["accepted_prediction_tokens"]?.intValue ?? 0
        accepted += right
        proposed += right + (details["rejected_prediction_tokens"]?.intValue ?? 0)
      }
      if texts[0] != texts[1] {
        differs = true
        complain("\(task.name): the replies differ")
      }
    }
    let ratios = zip(rates[1], rates[0]).map { $0 / $1 }
    let (off, auto, ratio) = (median(rates[0]), median(rates[1]), median(ratios))
    if wantsJSON {
      lines.append([
        "task": .string(task.name), "off": .number(off), "auto": .number(auto), "ratio": .number(ratio),
        "ratios": .array(ratios.map { .number($0) }), "accepted": .integer(Int64(accepted)),
        "proposed": .integer(Int64(proposed)),
      ])
    } else {
      let spread = "(\(short(ratios.min() ?? 0, 100)) – \(short(ratios.max() ?? 0, 100)))"
      print(
        padded(task.name, 26) + padded(short(off, 10), 9) + padded(short(auto, 10), 20)
          + padded("\(short(ratio, 100)) \(spread)", 17) + "\(accepted) of \(proposed)")
    }
    fflush(nil)
  }
  if wantsJSON { print(JSONValue.array(lines).text()) }
  for service in services { service.drain(seconds: 5) }
  exit(differs ? 1 : 0)
} catch {
  complain("\(error)")
  exit(1)
}
