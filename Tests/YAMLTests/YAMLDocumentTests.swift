import Diagnostics
import Testing
import YAML

func parse(_ text: String) -> YAMLDocument { YAMLDocument(parsing: Array(text.utf8), file: "f.yaml") }

@Suite struct YAMLDocumentTests {
  @Test(arguments: [
    ("1e-4", YAMLScalarValue.number(1e-4)), ("no", .string("no")), ("0x10", .integer(16)), ("0o17", .integer(15)),
    ("~", .null), ("", .null), ("True", .boolean(true)), ("-7", .integer(-7)), ("+7", .integer(7)),
    (".5", .number(0.5)),
    ("5.", .number(5)), ("-.inf", .number(-.infinity)), ("1:30", .string("1:30")), ("1_000", .string("1_000")),
    ("99999999999999999999", .unrepresentable("does not fit 64 bits")), ("1e999", .unrepresentable("is too large")),
    ("0x", .string("0x")), ("-", .string("-")), ("1e", .string("1e")), ("2024-01-01", .string("2024-01-01")),
  ])
  func coreSchemaDecidesPlainScalars(text: String, value: YAMLScalarValue) {
    #expect(YAMLScalar(text).value == value)
  }
}
