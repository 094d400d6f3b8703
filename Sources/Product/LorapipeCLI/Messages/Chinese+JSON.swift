extension Chinese {
  /// What is wrong with JSON text, and short findings about rows.
  static let jsonErrors = #"""
    = a number cannot start with 0
    数字不能以 0 开头
    = control character inside a string
    字符串里有控制字符
    = expected ':'
    这里应该是 ':'
    = expected a digit
    这里应该是数字
    = expected four hexadecimal digits
    这里应该是四位十六进制数
    = invalid UTF-8 inside a string
    字符串里有无效的 UTF-8
    = nested deeper than {0} levels
    嵌套超过 {0} 层
    = number out of range
    数字超出范围
    = unexpected end of JSON
    JSON 没有写完
    = unexpected text after the JSON value
    JSON 后面还有多余的文字
    = unknown escape
    不认识的转义字符
    = unterminated escape
    转义字符没有写完
    = unterminated string
    字符串的引号没有闭合
    = unexpected character
    不该出现的字符
    = expected a string as key
    键应该是字符串
    = expected ',' or '}'
    这里应该是 ',' 或 '}'
    = expected ',' or ']'
    这里应该是 ',' 或 ']'
    = NaN is not a JSON value
    JSON 里不能写 NaN
    = Infinity is not a JSON value
    JSON 里不能写 Infinity
    = None is Python's word; JSON has null
    None 是 Python 的写法，JSON 要写 null
    = True is Python's word; JSON has true
    True 是 Python 的写法，JSON 要写 true
    = False is Python's word; JSON has false
    False 是 Python 的写法，JSON 要写 false
    = undefined is JavaScript's word; JSON has null
    undefined 是 JavaScript 的写法，JSON 要写 null
    = JSON has no comments
    JSON 不能写注释
    = typographic quotes; JSON takes "
    用了弯引号，JSON 要用直引号 "
    = a full-width comma; JSON takes ,
    用了全角逗号，JSON 要用半角 ,
    = a full-width colon; JSON takes :
    用了全角冒号，JSON 要用半角 :
    = ``` is not closed
    代码块的 ``` 没有闭合
    = a Chinese identity card number
    身份证号
    = a bank card number
    银行卡号
    = a question is empty
    有一个问题是空的
    = question and answer are equal
    问题和回答一样
    = the assistant speaks first
    第一句就是助手说的
    = the system prompt is empty
    系统提示词是空的
    = the questions are not valid UTF-8
    问题文件不是有效的 UTF-8
    = is not JSON: {0} (column {1})
    不是 JSON：{0}（第 {1} 列）
    = a mobile phone number
    手机号码
    = a phone number
    电话号码
    = an e-mail address
    邮箱地址
    = an IBAN
    IBAN 银行账号
    = a GitHub token
    GitHub 密钥
    = found in {0} rows
    共 {0} 条数据
    = found in 1 row
    共 1 条数据
    = answers otherwise than {0}: {1}
    与{0}的回答不同：{=1}
    = {0} (row {1})
    {0}（第 {1} 条）
    = {0} row {1}
    {0} 第 {1} 条
    = {0} and {1} more
    {0}，另有 {1} 条
    = message {0} is a second system prompt
    第 {0} 条消息又是系统提示词
    = two messages of the {0} in a row
    连续两条 {=0} 消息
    = the last message is the {0}'s
    最后一条是 {=0} 的消息
    = calls {0}
    调用了 {=0}
    = has a message of a tool
    有 tool 消息
    = {0} % of its 10-word runs are repeated
    每十个词的片段有 {0} % 是重复的
    = </think> stands before <think>
    </think> 在 <think> 前面
    = lr {0} (warm-up {1}/{2})
    lr {0}（预热 {1}/{2}）
    """#
}
