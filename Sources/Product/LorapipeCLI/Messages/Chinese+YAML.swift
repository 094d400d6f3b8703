extension Chinese {
  /// What libyaml says of a file that is not YAML, and what the program adds.
  static let yamlErrors = #"""
    = '{0}' stands where YAML takes punctuation of its own
    这里的 '{0}' 不是 YAML 的标点
    = U+3000 is a full-width space, which YAML takes for text: write a space in half width
    U+3000 是全角空格，YAML 会把它当作文字：请改成半角空格
    = the '{0}' that opens here is not closed
    这里的 '{0}' 没有闭合
    = write "{0}"
    写成 "{0}"
    = write '{0}' where it ends
    在结尾处补上 '{0}'
    = this bracket does not close the '{0}' of line {1}
    这个括号不能闭合第 {1} 行的 '{0}'
    = found unexpected end of stream
    文件结束得太早
    = mapping values are not allowed in this context
    这里不能再写 'key: value'
    = mapping keys are not allowed in this context
    这里不能写键
    = block sequence entries are not allowed in this context
    这里不能写 '- ' 开头的列表项
    = did not find expected ',' or '}'
    这里应该有 ',' 或 '}'
    = did not find expected ',' or ']'
    这里应该有 ',' 或 ']'
    = did not find expected key
    这里应该是一个键
    = did not find expected '-' indicator
    这里应该是 '- ' 开头的列表项
    = did not find expected node content
    这里缺少内容
    = did not find expected whitespace or line break
    这里应该是空格或换行
    = did not find expected comment or line break
    这里应该换行，或者是注释
    = did not find expected alphabetic or numeric character
    这里应该是字母或数字
    = did not find expected hexdecimal number
    这里应该是十六进制数
    = did not find expected <document start>
    这里应该是文档的开头 '---'
    = could not find expected ':'
    这里缺少 ':'
    = found character that cannot start any token
    这个字符不能出现在值的开头
    = found a tab character where an indentation space is expected
    缩进里有制表符（Tab），应该用空格
    = found a tab character that violates indentation
    制表符（Tab）破坏了缩进
    = found an indentation indicator equal to 0
    缩进指示不能是 0
    = found undefined alias
    引用了没有定义的锚点（*名字）
    = found duplicate anchor; first occurrence
    锚点（&名字）重复了
    = found unknown escape character
    双引号里有不认识的转义字符
    = found invalid Unicode character escape code
    双引号里的 Unicode 转义无效
    = found unexpected ':'
    这里多了一个 ':'
    = found unexpected document indicator
    这里不该有 '---' 或 '...'
    = found undefined tag handle
    用了没有定义的标签（!名字）
    = control characters are not allowed: {0}
    不允许有控制字符：{0}
    = invalid leading UTF-8 octet: {0}
    不是有效的 UTF-8：{0}
    = invalid trailing UTF-8 octet: {0}
    不是有效的 UTF-8：{0}
    = incomplete UTF-8 octet sequence: {0}
    不是完整的 UTF-8：{0}
    = {0} that began on line {1}
    {0}（从第 {1} 行开始）
    = while parsing a block mapping
    正在读一个映射（每行一个 key: value）
    = while parsing a block collection
    正在读一个列表（每行以 '- ' 开头）
    = while parsing a flow mapping
    正在读一个写在 { } 里的映射
    = while parsing a flow sequence
    正在读一个写在 [ ] 里的列表
    = while parsing a block node
    正在读一个值
    = while parsing a flow node
    正在读一个值
    = while parsing a node
    正在读一个值
    = while scanning a quoted scalar
    正在读一段带引号的文字
    = while parsing a quoted scalar
    正在读一段带引号的文字
    = while scanning a plain scalar
    正在读一段不带引号的文字
    = while scanning a simple key
    正在读一个键
    = while scanning a block scalar
    正在读一段多行文字（| 或 >）
    = while scanning an alias
    正在读一个引用（*名字）
    = while scanning an anchor
    正在读一个锚点（&名字）
    = while scanning for the next token
    正在读下一个词
    = while scanning a tag
    正在读一个标签（!名字）
    = while parsing a tag
    正在读一个标签（!名字）
    = while scanning a directive
    正在读一条以 % 开头的指令
    = close the quote that opens here
    把这里开始的引号闭合
    = indent with spaces; YAML allows no tab here
    用空格缩进，YAML 在这里不允许制表符（Tab）
    = quote the text
    给这段文字加上引号
    = lines of one map or list begin in the same column
    同一个映射或列表的各行要左对齐
    = write 'key: value' with a space after the colon
    写成 'key: value'，冒号后面要有空格
    = check the indentation, or quote the text if it contains ': '
    检查缩进；文字里有 ': ' 时要加引号
    = remove it, or write it as an escape inside double quotes
    删掉它，或者在双引号里写成转义字符
    = the file has {0} bytes; at most {1} are read
    文件有{0}字节；最多读{1}字节
    = is not a collection, as its tag says
    不是集合，而它的标签说是
    = is not an integer, as its tag says
    不是整数，而它的标签说是
    = is not a number, as its tag says
    不是数字，而它的标签说是
    = is not true or false, as its tag says
    不是 true 或 false，而它的标签说是
    = is not null, as its tag says
    不是 null，而它的标签说是
    = does not fit 64 bits
    超出 64 位
    = not YAML
    不是 YAML
    = not enough memory to read the file
    内存不够，读不了这个文件
    = the file holds more than one document
    文件里不止一个文档
    = remove the '---' and what follows, or move it to a file of its own
    去掉 '---' 和后面的内容，或移到另一个文件
    = the alias '*{0}' stands inside what it names
    别名 '*{0}' 用在了它自己所指的内容里
    = no anchor '&{0}' stands before this alias
    这个别名之前没有锚点 '&{0}'
    = aliases stand for more than {0} values
    别名展开后超过{0}个值
    = write a name before the ':'
    请在 ':' 前面写名字
    = '<<' takes a map or a list of maps
    '<<' 需要映射或映射的列表
    = the tag '{0}' means nothing here
    标签 '{0}' 在这里没有意义
    = a list cannot be a key
    列表不能用作键
    = a map cannot be a key
    映射不能用作键
    = the key is empty
    键是空的
    = the key '{0}' is not a string
    键 '{0}' 不是字符串
    = the quote that opens here does not close on its line
    这里开始的引号没有在本行闭合
    = a text in quotes ends at its second quote: for quotes inside it, write \" or put ' around the whole text
    引号里的文字到第二个引号就结束了：里面的引号写成 \"，或用单引号 ' 括住整段文字
    = quote a text that begins with '*' or '&'
    以 '*' 或 '&' 开头的文字要加引号
    = write a space after the colon: '{0}: '
    冒号后面加一个空格：'{0}: '
    = to name a stage, leave out the '*'; quote the text if the '*' belongs to it
    引用阶段不用写 '*'；如果 '*' 是文字的一部分，请加引号
    = '{0}' and '{1}' are no quotes in YAML: they would be part of the text
    '{0}' 和 '{1}' 在 YAML 里不是引号，会变成文字的一部分
    = write "{0}", or '{1}' to keep them
    写成 "{0}"；想保留这对引号就写 '{1}'
    = this '-' is read as part of the text above it
    这个 '-' 会被当成上一行文字的一部分
    = begin all items of a list in the same column, or quote the text
    同一个列表的各项要左对齐；如果本来就是文字，请加引号
    """#
}
