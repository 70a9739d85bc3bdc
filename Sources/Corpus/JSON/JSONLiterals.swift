/// Fixed JSON as it is written in code, such as `["type": "string"]`.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  /// A text.
  public init(stringLiteral text: String) { self = .string(text) }
  /// A flag.
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
  /// A list.
  public init(arrayLiteral items: JSONValue...) { self = .array(items) }
}
