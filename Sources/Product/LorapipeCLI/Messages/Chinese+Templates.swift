extension Chinese {
  /// Errors of chat templates: the language of Jinja and the methods of Python in it.
  static let templates = #"""
    = object of type '{0}' has no len()
    类型 '{0}' 的对象没有 len()
    = no first item, sequence was empty
    没有第一项：序列是空的
    = no last item, sequence was empty
    没有最后一项：序列是空的
    = items takes a mapping, not {0}
    items 需要映射，而不是{0}
    = map takes a filter
    map 需要一个过滤器
    = dictsort takes a mapping
    dictsort 需要映射
    = unhashable type: '{0}'
    类型 '{0}' 不能用作键
    = batch takes a size
    batch 需要大小
    = slice takes a number of slices
    slice 需要份数
    = groupby takes an attribute
    groupby 需要属性
    = an attribute is required
    需要一个属性
    = no aggregated item, sequence was empty
    没有可以汇总的项：序列是空的
    = no filter named '{0}'
    没有叫 '{0}' 的过滤器
    = replace takes two strings
    replace 需要两个字符串
    = the width is too large
    宽度太大
    = indent must be an integer up to 64
    indent 应该是不超过 64 的整数
    = separators must be two strings
    separators 应该是两个字符串
    = bad operand type for abs(): '{0}'
    abs() 不支持类型 '{0}'
    = attr takes a name
    attr 需要名字
    = there is no attribute '{0}'
    没有属性 '{0}'
    = round takes a number, not {0}
    round 需要数字，而不是{0}
    = method must be common, ceil or floor
    method 应该是 common、ceil 或 floor
    = expected length >= {0}, got {1}
    长度应为{0}或更多，实际是{1}
    = range() takes integers, not {0}
    range() 需要整数，而不是{0}
    = range() takes one to three arguments
    range() 需要一到三个参数
    = range() arg 3 must not be zero
    range() 的第 3 个参数不能是零
    = a range of more than {0} numbers
    range 超过{0}个数
    = dict() takes pairs
    dict() 需要成对的值
    = a namespace takes no attribute that starts with an underscore, but got '{0}'
    namespace 的属性不能以下划线开头，而这里是 '{0}'
    = at least one item has to be provided
    至少要给一项
    = strftime_now() does not know '%{0}'
    strftime_now() 不认识 '%{0}'
    = '{0}' is undefined
    '{0}' 没有定义
    = integer out of range
    整数超出范围
    = the inline if-expression evaluated to false and no else section was defined
    行内 if 的条件不成立，又没有写 else
    = the argument after ** is not a mapping
    ** 后面的参数不是映射
    = keywords must be strings
    关键字应该是字符串
    = {0} has no attribute '{1}'
    {0}没有属性 '{1}'
    = {0} has no element {1}
    {0}没有元素{1}
    = slice indices must be integers or None, not {0}
    切片的下标应该是整数或 None，而不是{0}
    = slice step cannot be zero
    切片的步长不能是零
    = {0} cannot be sliced
    {0}不能切片
    = '{0}' object is not iterable
    '{0}' 对象不能遍历
    = unsupported operand type(s) for {0}: {1}
    {0}不支持这样的操作数：{1}
    = float division by zero
    浮点数除以零
    = float floor division by zero
    浮点数整除以零
    = float modulo by zero
    浮点数对零取余
    = division by zero
    除以零
    = integer division or modulo by zero
    整数除以零或对零取余
    = 0.0 cannot be raised to a negative power
    0.0 不能取负数次方
    = '{0}' not supported between instances of '{1}' and '{2}'
    类型 '{1}' 与 '{2}' 之间不能用 '{0}'
    = 'in <string>' requires string as left operand, not {0}
    对字符串用 in 时，左边应该是字符串，而不是{0}
    = argument of type '{0}' is not iterable
    类型 '{0}' 的参数不能遍历
    = the template runs longer than {0} steps
    模板运行超过{0}步
    = the template uses more than {0} bytes
    模板用了超过{0}字节内存
    = values nest deeper than 300 levels
    值的嵌套超过 300 层
    = the template nests deeper than {0} levels
    模板嵌套超过{0}层
    = the output is longer than {0} bytes
    输出超过{0}字节
    = a call block needs a call
    call 块里需要一个调用
    = cannot assign an attribute of '{0}', which is no namespace
    不能给 '{0}' 的属性赋值：它不是 namespace
    = cannot unpack {0} values into {1} names
    {0}个值不能分给{1}个名字
    = '{0}' object is not callable
    '{0}' 对象不能调用
    = the loop is not recursive
    这个循环不是 recursive
    = macro '{0}' is gone
    宏 '{0}' 已经不在
    = macro '{0}' takes not more than {1} argument(s)
    宏 '{0}' 最多接受{1}个参数
    = parameter '{0}' was not provided
    没有给参数 '{0}'
    = macro '{0}' takes no keyword argument '{1}'
    宏 '{0}' 没有关键字参数 '{1}'
    = the template is longer than {0} bytes
    模板超过{0}字节
    = a tag is not closed
    有一个标签没有闭合
    = unexpected '{0}'
    这里不该有 '{0}'
    = a number is out of range
    有一个数超出范围
    = a string is not closed
    有一个字符串没有闭合
    = an escape lacks its {0} hexadecimal digits
    转义缺少{0}位十六进制数
    = a comment is not closed
    有一个注释没有闭合
    = a raw block is not closed
    有一个 raw 块没有闭合
    = '{0}' would change a '{1}', which templates may not
    '{0}' 会改动 '{1}'，模板里不允许
    = {0} is not in list
    列表里没有{0}
    = there is no previous item
    没有上一项
    = there is no next item
    没有下一项
    = no items for cycling given
    没有可以轮换的项
    = too many conditions in a row
    连续的条件太多
    = an expression
    表达式
    = a name or a number
    名字或数字
    = several subscripts are not supported
    不支持多个下标
    = tests cannot be chained with 'is'
    'is' 测试不能连写
    = two '*' arguments
    有两个 '*' 参数
    = two '**' arguments
    有两个 '**' 参数
    = a positional argument follows a named one
    位置参数写在了命名参数后面
    = the end of the template
    模板的结尾
    = the template ends where '{0}' was expected
    模板结束了，而这里应该有 '{0}'
    = text or a tag
    文本或标签
    = '{0}' stands outside a loop
    '{0}' 写在了循环外面
    = the tag '{0}' is not supported in chat templates
    对话模板里不支持标签 '{0}'
    = unknown tag '{0}'; '{1}' was expected
    不认识标签 '{0}'；这里应该是 '{1}'
    = unknown tag '{0}'
    不认识标签 '{0}'
    = cannot assign to '{0}'
    不能给 '{0}' 赋值
    = a parameter without default follows one with a default
    没有默认值的参数写在了有默认值的后面
    = keys must be str, int, float, bool or None, not {0}
    键应该是 str、int、float、bool 或 None，而不是{0}
    = Object of type {0} is not JSON serializable
    类型{0}的对象不能写成 JSON
    = incomplete format
    格式没有写完
    = a width over 1000 in a format
    格式里的宽度超过 1000
    = not enough arguments for format string
    格式字符串的参数不够
    = the format '%{0}' is not supported
    不支持格式 '%{0}'
    = %{0} format: a number is required, not {1}
    %{0}格式需要数字，而不是{1}
    = must be real number, not {0}
    应该是实数，而不是{0}
    = unsupported format character '{0}'
    不支持格式字符 '{0}'
    = not all arguments converted during string formatting
    格式化时有参数没有用上
    = replace() takes two strings
    replace() 需要两个字符串
    = join() takes strings, not {0}
    join() 需要字符串，而不是{0}
    = a string is required, not {0}
    需要字符串，而不是{0}
    = empty separator
    分隔符是空的
    = startswith() and endswith() take a string
    startswith() 和 endswith() 需要字符串
    = a string is required, not None
    需要字符串，而不是 None
    = a string is required
    需要字符串
    = only a start from 0 on is supported
    只支持从 0 起的起始位置
    = substring not found
    没有找到子串
    = single '}' encountered in format string
    格式字符串里有单独的 '}'
    = the format field '{{0}}' has no value or is not supported
    格式字段 '{{0}}' 没有值，或不受支持
    = expected '}' before end of string
    字符串结束之前应该有 '}'
    = a width is required
    需要宽度
    = the test '{0}' takes an argument
    测试 '{0}' 需要一个参数
    = no test named '{0}'
    没有叫 '{0}' 的测试
    = expected {0}, found {1}
    这里应该是{0}，实际是{1}
    """#
}
