extension Chinese {
  /// The parts of a recipe: matrices, references to stages, variables, parameters of pipelines; and a stored recipe.
  static let recipeParts = #"""
    = the matrix of {0} must be a map of names to lists, not {1}
    {0}的 matrix 应该是从名字到列表的映射，而不是{1}
    = '{0}' in the matrix of {1} has no value, so {2} would not exist
    {1}的 matrix 里 '{0}' 没有值，{2}就不存在了
    = '{0}' in the matrix of {1} must be a list of values, not {2}
    {1}的 matrix 里 '{0}' 应该是值的列表，而不是{2}
    = the matrix of {0} has more than {1} combinations
    {0}的 matrix 超过{1}种组合
    = '{0}' in the matrix of {1}
    {1}的 matrix 里的 '{0}'
    = {0} stands twice in the matrix of {1}
    {0}在{1}的 matrix 里写了两次
    = a value in the matrix of {0} must be a string, a number, true or false, not {1}
    {0}的 matrix 里的值应该是字符串、数字、true 或 false，而不是{1}
    = {0} cannot be part of a stage's name, as a matrix value is
    {0}不能像 matrix 的值那样成为阶段名的一部分
    = use a short word without spaces or any of , = [ ] # * / ", and look the rest up in 'vars:'
    请用一个短词，不含空格和 , = [ ] # * / "，其余内容写在 'vars:' 里
    = '{0}' cannot name a coordinate
    '{0}' 不能用作坐标名
    = is not a parameter
    不是参数
    = is missing
    没有写
    = must be {0}, not {1}
    应该是{0}，而不是{1}
    = parameter '{0}' must be a map with a 'type', not {1}
    参数 '{0}' 应该是带 'type' 的映射，而不是{1}
    = '{0}' cannot name a parameter
    '{0}' 不能用作参数名
    = parameter '{0}' has no 'type'
    参数 '{0}' 没有写 'type'
    = the type of parameter '{0}'
    参数 '{0}' 的类型
    = '{0}' must be a number, not {1}
    '{0}' 应该是数字，而不是{1}
    = 'minimum' is above 'maximum'
    'minimum' 大于 'maximum'
    = parameter '{0}' is a choice without 'choices'
    参数 '{0}' 是选项类型，却没有 'choices'
    = 'of' takes a simple type
    'of' 只能写简单类型
    = unknown type '{0}' of parameter '{1}'
    参数 '{1}' 的类型 '{0}' 不存在
    = the value {0} {1}
    值{0} {1}
    = this is not a resolved recipe of version 1 to {0}
    这不是{0}能读的第 1 版展开配方
    = 'seed' is not a number
    'seed' 不是数字
    = stage '{0}' has an unknown output
    阶段 '{0}' 的产出不认识
    = 'relative' of '{0}' does not hold places
    '{0}' 的 'relative' 里不是位置
    = 'after' holds something else than names
    'after' 里有不是名字的内容
    = 'places' of '{0}' are not paths and places
    '{0}' 的 'places' 不是路径和位置
    = an input has no kind
    有一个输入没有类型
    = 'rows' is not a number of rows
    'rows' 不是条数
    = two stages have the id '{0}'
    有两个阶段的 id 都是 '{0}'
    = stages need each other in a cycle
    阶段互相依赖，成了环
    = '{0}' is not a string
    '{0}' 不是字符串
    = '{0}' is not a list
    '{0}' 不是列表
    = '{0}' is not a map
    '{0}' 不是映射
    = 'places' holds something else than places
    'places' 里有不是位置的内容
    = stage '{0}': {1}
    阶段 '{0}'：{1}
    = '{0}' is neither the name of a pipeline nor a path
    '{0}' 既不是流水线的名字，也不是路径
    = pipeline '{0}': {1}
    流水线 '{0}'：{1}
    = the recipe
    配方
    = a name under 'env'
    'env' 里的名字
    = 'env' must be a list of names, or a map of names to defaults, not {0}
    'env' 应该是名字的列表，或从名字到默认值的映射，而不是{0}
    = the default of '{0}' must be a scalar
    '{0}' 的默认值应该是单个值
    = this file
    这个文件
    = add it under 'with:'{0}
    在 'with:' 里加上它{=0}
    = the pipeline needs a value for its parameter '{0}'
    流水线需要参数 '{0}' 的值
    = a recipe gives it under 'with:', a command line with -S with.{0}=…{1}
    配方里写在 'with:' 下，命令行用 -S with.{0}=…{=1}
    = variables form a cycle: {0}
    变量互相引用，成了环：{=0}
    = variables nest deeper than {0}
    变量嵌套超过{0}层
    = {0} cannot name a recipe
    {0}不能用作配方名
    = '{0}' cannot be overridden
    '{0}' 不能用 -S 覆盖
    = the kind of stage '{0}'
    阶段 '{0}' 的 kind
    = a pipeline cannot use another pipeline
    流水线不能再用另一个流水线
    = a pipeline cannot have a matrix of runs
    流水线不能有多次运行的 matrix
    = a recipe that uses a pipeline has no parameters of its own
    用流水线的配方没有自己的参数
    = 'with' gives values to a pipeline, but the recipe names none
    'with' 给流水线传值，而配方没有写流水线
    = a stage belongs under 'stages:'
    阶段要写在 'stages:' 下
    = cannot read the file: {0}
    无法读取文件：{0}
    = the pipeline has a stage '{0}' already
    流水线里已经有阶段 '{0}'
    = defined at {0}
    定义在{0}
    = 'with.{0}' needs a recipe that names a pipeline
    'with.{0}' 要求配方写了流水线
    = the recipe has more than {0} stages
    配方的阶段超过{0}个
    = the name '{0}…' of an instance is longer than 200 bytes
    实例名 '{0}…' 超过 200 字节
    = stage '{0}' has no instance '{1}'
    阶段 '{0}' 没有实例 '{1}'
    = '{0}' is not a reference to a stage
    '{0}' 不是对阶段的引用
    = stage '{0}' has no matrix
    阶段 '{0}' 没有 matrix
    = stage '{0}' has no '{1}' in its matrix
    阶段 '{0}' 的 matrix 里没有 '{1}'
    = stage '{0}' has {1} instances
    阶段 '{0}' 有{1}个实例
    = stage '{0}' has no instance '{1}[{2}]'
    阶段 '{0}' 没有实例 '{1}[{2}]'
    = '{0}' of stage '{1}'
    阶段 '{1}' 的 '{0}'
    = {0} must be a map of names to stages or files, not {1}
    {0}应该是从名字到阶段或文件的映射，而不是{1}
    = {0} takes one stage or file, not a list
    {0}只接受一个阶段或文件，不能是列表
    = {0} takes one stage, but {1} names {2}
    {0}只接受一个阶段，而{1}表示{2}个
    = {0} must name a stage or a file, not {1}
    {0}应该写阶段名或文件，而不是{1}
    = {0}: '#{1}' takes no row
    {0}：'#{1}' 一条也不取
    = {0}: '#{1}' is not a number of rows
    {0}：'#{1}' 不是条数
    = {0} takes no '#N'
    {0}不能写 '#N'
    = {0}: there is no file '{1}'
    {0}：没有文件 '{1}'
    = 'resources.{0}' of stage '{1}' {2}
    阶段 '{1}' 的 'resources.{0}' {2}
    = '{0}' is a word of the language and cannot name a stage
    '{0}' 是配方语言的词，不能用作阶段名
    = a stage needs a name
    阶段要有名字
    = the name '{0}…' is longer than 100 bytes
    名字 '{0}…' 超过 100 字节
    = must be an amount of memory, not "{0}"
    应该是内存大小，而不是 "{0}"
    = must be a length of time, not "{0}"
    应该是时长，而不是 "{0}"
    = '${{0}}' is {1} and cannot stand inside a text
    '${{0}}' 是{1}，不能放在文本里
    = the text grows past 1 MB
    文本超过了 1 MB
    = '${…}' nests deeper than {0} levels
    '${…}' 嵌套超过{0}层
    = '${…}' produces too much
    '${…}' 展开得太多
    = '${{0}}': only a pipeline has parameters
    '${{0}}'：只有流水线有参数
    = '${{0}}': this place has no matrix
    '${{0}}'：这里没有 matrix
    = add 'matrix:' to the stage
    给阶段加上 'matrix:'
    = values do not flow between stages; use the stage as an input
    值不会在阶段之间传递；请把那个阶段用作输入
    = '${{0}}': there is no '{1}' under '{2}'
    '${{0}}'：'{2}' 里没有 '{1}'
    = '${{0}}': there is no '{1}' in it
    '${{0}}'：其中没有 '{1}'
    = {0}: the value {1} {2}
    {0}：值{1} {2}
    = the workspace file
    工作区配置文件
    = an integer of at most {0}
    不大于 {0} 的整数
    = a number of at most {0}
    不大于 {0} 的数
    = booleans
    true 或 false
    = integers
    整数
    = ratios
    比例
    = lists
    列表
    = an amount of memory
    内存大小
    = a length of time
    时长
    = '{0}' must be {1}, not {2}
    '{0}' 应该是{1}，而不是{2}
    = '{0}' is not a parameter
    '{0}' 不是参数
    = '{0}' cannot be '{1}': {2}
    '{0}' 不能是 '{1}'：{2}
    = '{0}' in the matrix of {1}: the value {2} {3}
    {1}的 matrix 里的 '{0}'：值 {2} {3}
    = is too large
    太大
    """#
}
